/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP echo server for IPv4 and IPv6 that never blocks: poll() and O_NONBLOCK. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/posix/fcntl.h>
#endif

#define PORT 4242
#define NUM_FDS 5
#define LISTENERS 2

static struct pollfd pollfds[NUM_FDS];
static int pollnum;

static void fatal(const char* what) {
  printf("error: %s: %d\n", what, errno);
  exit(1);
}

static void setblocking(int fd, int blocking) {
  const int flags = fcntl(fd, F_GETFL, 0);
  if (flags < 0) fatal("fcntl(F_GETFL)");
  if (fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0)
    fatal("fcntl(F_SETFL)");
}

static int pollfds_add(int fd) {
  if (pollnum == NUM_FDS) return -1;
  pollfds[pollnum].fd = fd;
  pollfds[pollnum].events = POLLIN;
  pollnum++;
  return 0;
}

static void pollfds_del(int i) {
  close(pollfds[i].fd);
  pollfds[i] = pollfds[--pollnum];
}

static int listen_at(int family, const struct sockaddr* addr, socklen_t addrlen) {
  const int fd = socket(family, SOCK_STREAM, IPPROTO_TCP);
  if (fd < 0) fatal("socket");
  if (family == AF_INET6) {
    /* IPv4 has a socket of its own. Where there is no such option, it is so anyway. */
    const int only_v6 = 1;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6)) < 0 &&
        errno != ENOPROTOOPT)
      fatal("setsockopt(IPV6_V6ONLY)");
  }
  if (bind(fd, addr, addrlen) < 0) fatal("bind");
  if (listen(fd, 5) < 0) fatal("listen");
  setblocking(fd, 0);
  if (pollfds_add(fd) < 0) fatal("poll table");
  return fd;
}

static void welcome(int server) {
  struct sockaddr_storage addr;
  socklen_t addrlen = sizeof(addr);
  char text[INET6_ADDRSTRLEN];
  const int client = accept(server, (struct sockaddr*)&addr, &addrlen);
  if (client < 0) {
    if (errno != EAGAIN) printf("error: accept: %d\n", errno);
    return;
  }
  const void* address = addr.ss_family == AF_INET6
                            ? (const void*)&((struct sockaddr_in6*)&addr)->sin6_addr
                            : (const void*)&((struct sockaddr_in*)&addr)->sin_addr;
  inet_ntop(addr.ss_family, address, text, sizeof(text));
  printf("connection fd=%d from %s\n", client, text);
  fflush(stdout);
  if (pollfds_add(client) < 0) {
    static const char sorry[] = "too many connections\n";
    if (send(client, sorry, sizeof(sorry) - 1, 0) < 0) printf("error: send: %d\n", errno);
    close(client);
    return;
  }
  setblocking(client, 0);
}

/* Blocks while it sends, so that nothing need be kept. */
static int echo(int client) {
  char buffer[128];
  const ssize_t count = recv(client, buffer, sizeof(buffer), 0);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) return -1;
  setblocking(client, 1);
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t taken = send(client, buffer + sent, (size_t)(count - sent), 0);
    if (taken < 0) return -1;
    sent += taken;
  }
  setblocking(client, 0);
  return 0;
}

int main(void) {
  const struct sockaddr_in addr4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  const struct sockaddr_in6 addr6 = {
      .sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = IN6ADDR_ANY_INIT};
  listen_at(AF_INET, (const struct sockaddr*)&addr4, sizeof(addr4));
  listen_at(AF_INET6, (const struct sockaddr*)&addr6, sizeof(addr6));
  printf("asynchronous TCP echo server waits for connections on port %d...\n", PORT);
  fflush(stdout);
  for (;;) {
    if (poll(pollfds, pollnum, -1) < 0) fatal("poll");
    for (int i = pollnum - 1; i >= 0; i--) {
      if ((pollfds[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      if (i < LISTENERS)
        welcome(pollfds[i].fd);
      else if (echo(pollfds[i].fd) < 0)
        pollfds_del(i);
    }
  }
}
