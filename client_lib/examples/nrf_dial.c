/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/nrf_dial.h"

#include <errno.h>
#include <nrf_gai_errors.h>
#include <nrf_socket.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char* resolve_error(int code) {
  switch (code) {
    case NRF_EAI_NONAME: return "no such name";
    case NRF_EAI_AGAIN: return "the name server did not answer; try again";
    case NRF_EAI_FAIL: return "the name server failed";
    case NRF_EAI_FAMILY: return "no address of this family";
    case NRF_EAI_SERVICE: return "the port must be a number from 0 to 65535";
    case NRF_EAI_SYSTEM: return strerror(errno);
    default: return "cannot resolve";
  }
}

static void hint(void) {
  if (errno == ENETDOWN || errno == EACCES)
    fprintf(stderr,
            "Is cellsockd running, the modem ready, and may you use it? Try: cellsock status\n");
}

static int set_timeout(int fd, unsigned seconds) {
  const struct nrf_timeval value = {seconds, 0};
  if (nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_SNDTIMEO, &value, sizeof value) != 0) return -1;
  return nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, sizeof value);
}

int nrf_dial(const char* host, const char* port, int type, unsigned timeout_s) {
  return nrf_dial_prepared(host, port, type, 0, timeout_s, NULL, NULL);
}

int nrf_dial_prepared(const char* host, const char* port, int type, int protocol,
                      unsigned timeout_s, int (*prepare)(int fd, const void* context),
                      const void* context) {
  const struct nrf_addrinfo hints = {
      .ai_family = NRF_AF_UNSPEC, .ai_socktype = type, .ai_flags = NRF_AI_NUMERICSERV};
  struct nrf_addrinfo* found = NULL;
  const int code = nrf_getaddrinfo(host, port, &hints, &found);
  if (code != 0) {
    fprintf(stderr, "%s port %s: %s\n", host, port, resolve_error(code));
    if (code == NRF_EAI_SYSTEM) hint();
    return -1;
  }
  const char* failed = "socket";
  const int fd = nrf_socket(found->ai_family, found->ai_socktype,
                            protocol != 0 ? protocol : found->ai_protocol);
  if (fd >= 0) {
    failed = timeout_s != 0 && set_timeout(fd, timeout_s) != 0         ? "timeout"
             : prepare != NULL && prepare(fd, context) != 0            ? "security"
             : nrf_connect(fd, found->ai_addr, found->ai_addrlen) != 0 ? "connect"
                                                                       : NULL;
  }
  nrf_freeaddrinfo(found);
  if (failed == NULL) return fd;
  const int error = errno;
  fprintf(stderr, "%s port %s: %s: %s\n", host, port, failed, strerror(error));
  errno = error;
  hint();
  if (fd >= 0) nrf_close(fd);
  return -1;
}

int nrf_send_all(int fd, const void* bytes, size_t count) {
  const char* next = bytes;
  while (count > 0) {
    const ssize_t taken = nrf_send(fd, next, count, 0);
    if (taken < 0) return -1;
    next += taken;
    count -= (size_t)taken;
  }
  return 0;
}

double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
