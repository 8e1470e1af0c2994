/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/zsock_dial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char* why_not_resolved(int code) {
  switch (code) {
    case DNS_EAI_NONAME: return "no such name, or no port from 1 to 65535";
    case DNS_EAI_AGAIN: return "the name server did not answer; try again";
    case DNS_EAI_ADDRFAMILY: return "the link carries no address of this family";
    case DNS_EAI_SYSTEM: return strerror(errno);
    default: return "the name server failed";
  }
}

struct plan {
  int protocol, timeout_s;
  int (*prepare)(int sock, const void* context);
  const void* context;
};

static int attempt(const struct zsock_addrinfo* to, const struct plan* plan) {
  const struct zsock_timeval timeout = {.tv_sec = plan->timeout_s};
  const int protocol = plan->protocol != 0 ? plan->protocol : to->ai_protocol;
  const int sock = zsock_socket(to->ai_family, to->ai_socktype, protocol);
  if (sock < 0) return -1;
  if (zsock_setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
      zsock_setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
      (plan->prepare == NULL || plan->prepare(sock, plan->context) == 0) &&
      zsock_connect(sock, to->ai_addr, to->ai_addrlen) == 0)
    return sock;
  const int error = errno;
  zsock_close(sock);
  errno = error;
  return -1;
}

/* The address as text. */
static const char* shown(const struct sockaddr* address, char* text, size_t size) {
  const void* bytes = address->sa_family == AF_INET6 ? (const void*)&net_sin6(address)->sin6_addr
                                                     : (const void*)&net_sin(address)->sin_addr;
  return zsock_inet_ntop(address->sa_family, bytes, text, size) != NULL ? text : "?";
}

int zsock_dial(const char* host, const char* port, int type, int timeout_s) {
  return zsock_dial_prepared(host, port, type, 0, timeout_s, NULL, NULL);
}

int zsock_dial_prepared(const char* host, const char* port, int type, int protocol, int timeout_s,
                        int (*prepare)(int sock, const void* context), const void* context) {
  const struct plan plan = {protocol, timeout_s, prepare, context};
  const struct zsock_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = type};
  struct zsock_addrinfo* found = NULL;
  const int code = zsock_getaddrinfo(host, port, &hints, &found);
  if (code != 0) {
    fprintf(stderr, "%s port %s: %s\n", host, port, why_not_resolved(code));
    return -1;
  }
  int sock = -1;
  for (const struct zsock_addrinfo* to = found; to != NULL && sock < 0; to = to->ai_next) {
    char text[INET6_ADDRSTRLEN];
    sock = attempt(to, &plan);
    if (sock < 0)
      fprintf(stderr, "%s port %s: %s\n", shown(to->ai_addr, text, sizeof text), port,
              strerror(errno));
  }
  zsock_freeaddrinfo(found);
  return sock;
}

int zsock_send_all(int sock, const void* bytes, size_t count) {
  for (size_t sent = 0; sent < count;) {
    const ssize_t taken = zsock_send(sock, (const char*)bytes + sent, count - sent, 0);
    if (taken < 0) return -1;
    sent += (size_t)taken;
  }
  return 0;
}
