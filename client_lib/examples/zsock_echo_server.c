/* SPDX-License-Identifier: Apache-2.0 */
/* An echo server for both address families over the cellular modem, by TCP or UDP: one socket per
 * family, and one zsock_poll() for all of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/net/socket.h>

#include "client_lib/examples/zsock_dial.h"

enum { SERVERS_MAX = 2, PEERS_MAX = 4, BUFFER_BYTES = 2048 };

struct server {
  struct zsock_pollfd entries[SERVERS_MAX + PEERS_MAX]; /* what serves first, then who is served */
  unsigned servers, all;
  int is_stream;
};

static int usage(void) {
  fprintf(stderr,
          "usage: zsock_echo_server tcp|udp PORT\n"
          "Sends back what comes, to IPv4 and to IPv6 peers, to at most %d at a time by TCP.\n"
          "Goes on until it is ended by a signal.\n",
          PEERS_MAX);
  return 2;
}

static void watch(struct server* server, int sock) {
  server->entries[server->all++] = (struct zsock_pollfd){.fd = sock, .events = ZSOCK_POLLIN};
}

/* Adds a socket that serves `family` at `port`; 0, or -1 after a line on stderr. */
static int open_family(struct server* server, int family, unsigned short port) {
  const int sock = zsock_socket(family, server->is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
  const int on = 1;
  struct sockaddr_storage any = {.ss_family = (sa_family_t)family}; /* all zero: any address */
  socklen_t length = sizeof(struct sockaddr_in);
  if (sock < 0) {
    fprintf(stderr, "socket: %s\n", strerror(errno));
    return -1;
  }
  if (family == AF_INET6) {
    /* This socket is for IPv6 alone; IPv4 has its own. */
    zsock_setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    ((struct sockaddr_in6*)&any)->sin6_port = htons(port);
    length = sizeof(struct sockaddr_in6);
  } else {
    ((struct sockaddr_in*)&any)->sin_port = htons(port);
  }
  if (zsock_bind(sock, (struct sockaddr*)&any, length) < 0 ||
      (server->is_stream && zsock_listen(sock, PEERS_MAX) < 0)) {
    fprintf(stderr, "%s: %s\n", family == AF_INET6 ? "IPv6" : "IPv4", strerror(errno));
    zsock_close(sock);
    return -1;
  }
  watch(server, sock);
  ++server->servers;
  return 0;
}

static void take_peer(struct server* server, int listener) {
  const int sock = zsock_accept(listener, NULL, NULL);
  if (sock < 0) {
    fprintf(stderr, "accept: %s\n", strerror(errno)); /* the peer went away, or no socket is left */
  } else if (server->all == SERVERS_MAX + PEERS_MAX) {
    zsock_close(sock);
  } else {
    watch(server, sock);
  }
}

/* 0 while the peer is there. */
static int echo_stream(int sock) {
  char buffer[BUFFER_BYTES];
  const ssize_t count = zsock_recv(sock, buffer, sizeof buffer, 0);
  return count <= 0 ? -1 : zsock_send_all(sock, buffer, (size_t)count);
}

static void echo_datagram(int sock) {
  char buffer[BUFFER_BYTES];
  struct sockaddr_storage from;
  socklen_t length = sizeof from;
  const ssize_t count =
      zsock_recvfrom(sock, buffer, sizeof buffer, 0, (struct sockaddr*)&from, &length);
  if (count >= 0) zsock_sendto(sock, buffer, (size_t)count, 0, (struct sockaddr*)&from, length);
}

static void serve(struct server* server, unsigned at) {
  const int sock = server->entries[at].fd;
  if (at < server->servers) {
    if (server->is_stream)
      take_peer(server, sock);
    else
      echo_datagram(sock);
  } else if (echo_stream(sock) != 0) {
    zsock_close(sock);
    server->entries[at] = server->entries[--server->all];
  }
}

int main(int argc, char** argv) {
  if (argc != 3) return usage();
  struct server server = {.is_stream = strcmp(argv[1], "tcp") == 0};
  char* end = NULL;
  const unsigned long port = strtoul(argv[2], &end, 10);
  if ((!server.is_stream && strcmp(argv[1], "udp") != 0) || *end != '\0' || port == 0 ||
      port > 65535)
    return usage();

  /* A network may have one family only: serve what there is. */
  open_family(&server, AF_INET, (unsigned short)port);
  open_family(&server, AF_INET6, (unsigned short)port);
  if (server.servers == 0) return 1;
  printf("serving %u\n", server.servers);
  fflush(stdout);
  for (;;) {
    if (zsock_poll(server.entries, (int)server.all, -1) < 0 && errno != EINTR) break;
    /* From the end: what is served last may be taken out. */
    for (unsigned at = server.all; at-- > 0;)
      if (server.entries[at].revents != 0) serve(&server, at);
  }
  fprintf(stderr, "poll: %s\n", strerror(errno));
  return 1;
}
