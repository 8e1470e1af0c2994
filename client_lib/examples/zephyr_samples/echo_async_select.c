/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP echo server that never blocks: select(). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#define READ(fd, buf, len) read(fd, buf, len)
#define WRITE(fd, buf, len) write(fd, buf, len)
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/posix/fcntl.h>
#define READ(fd, buf, len) recv(fd, buf, len, 0)
#define WRITE(fd, buf, len) send(fd, buf, len, 0)
#endif

#define PORT 4242

static fd_set readfds;

static void fatal(const char* what) {
  printf("error: %s: %d\n", what, errno);
  exit(1);
}

static int welcome(int server) {
  struct sockaddr_in addr;
  socklen_t addrlen = sizeof(addr);
  char text[INET_ADDRSTRLEN];
  const int client = accept(server, (struct sockaddr*)&addr, &addrlen);
  if (client < 0) {
    printf("error: accept: %d\n", errno);
    return -1;
  }
  if (client >= FD_SETSIZE) {
    close(client);
    return -1;
  }
  inet_ntop(AF_INET, &addr.sin_addr, text, sizeof(text));
  printf("connection fd=%d from %s\n", client, text);
  fflush(stdout);
  FD_SET(client, &readfds);
  return client;
}

static void echo(int client) {
  char buffer[128];
  const ssize_t count = READ(client, buffer, sizeof(buffer));
  ssize_t sent = 0;
  while (count > 0 && sent < count) {
    const ssize_t taken = WRITE(client, buffer + sent, (size_t)(count - sent));
    if (taken < 0) break;
    sent += taken;
  }
  if (count > 0 && sent == count) return;
  FD_CLR(client, &readfds);
  close(client);
}

int main(void) {
  const struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  const int server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (server < 0) fatal("socket");
  if (bind(server, (const struct sockaddr*)&addr, sizeof(addr)) < 0) fatal("bind");
  if (listen(server, 5) < 0) fatal("listen");
  FD_ZERO(&readfds);
  FD_SET(server, &readfds);
  int maxfd = server;
  printf("select-based TCP echo server waits for connections on port %d...\n", PORT);
  fflush(stdout);
  for (;;) {
    fd_set ready = readfds;
    struct timeval patience = {.tv_sec = 60, .tv_usec = 0};
    const int count = select(maxfd + 1, &ready, NULL, NULL, &patience);
    if (count < 0) fatal("select");
    for (int fd = 0; fd <= maxfd; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd != server) {
        echo(fd);
      } else {
        const int client = welcome(server);
        if (client > maxfd) maxfd = client;
      }
    }
  }
}
