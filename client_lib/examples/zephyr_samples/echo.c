/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP echo server, one client after the other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#endif

#define BIND_PORT 4242

/* Sends all of it; a send may take less. */
static int send_all(int client, const char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t sent = send(client, bytes, count, 0);
    if (sent < 0) return -1;
    bytes += sent;
    count -= (size_t)sent;
  }
  return 0;
}

static void serve(int client) {
  char buffer[128];
  for (;;) {
    const ssize_t count = recv(client, buffer, sizeof(buffer), 0);
    if (count <= 0) {
      if (count < 0) printf("error: recv: %d\n", errno);
      break;
    }
    if (send_all(client, buffer, (size_t)count) < 0) {
      printf("error: send: %d\n", errno);
      break;
    }
  }
  close(client);
}

int main(void) {
  struct sockaddr_in bind_addr;
  const int server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (server < 0) {
    printf("error: socket: %d\n", errno);
    return 1;
  }
  bind_addr.sin_family = AF_INET;
  bind_addr.sin_addr.s_addr = htonl(INADDR_ANY);
  bind_addr.sin_port = htons(BIND_PORT);
  if (bind(server, (struct sockaddr*)&bind_addr, sizeof(bind_addr)) < 0) {
    printf("error: bind: %d\n", errno);
    return 1;
  }
  if (listen(server, 5) < 0) {
    printf("error: listen: %d\n", errno);
    return 1;
  }
  printf("single-threaded TCP echo server waits for a connection on port %d...\n", BIND_PORT);
  fflush(stdout);
  for (int counter = 0;; counter++) {
    struct sockaddr_in client_addr;
    socklen_t client_addr_len = sizeof(client_addr);
    char addr_str[32];
    const int client = accept(server, (struct sockaddr*)&client_addr, &client_addr_len);
    if (client < 0) {
      printf("error: accept: %d\n", errno);
      return 1;
    }
    inet_ntop(client_addr.sin_family, &client_addr.sin_addr, addr_str, sizeof(addr_str));
    printf("connection #%d from %s\n", counter, addr_str);
    fflush(stdout);
    serve(client);
  }
}
