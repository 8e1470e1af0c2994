/* SPDX-License-Identifier: Apache-2.0 */
/* Sends bytes to an echo server over the cellular modem and checks what comes back: zsock_ calls
 * that never block, and zsock_poll(). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/net/socket.h>

#include "client_lib/examples/zsock_dial.h"

enum { TIMEOUT_S = 20, DATAGRAM_BYTES = 256, BYTES_DEFAULT = 4096, BYTES_MAX = 1 << 20 };

struct echo {
  int sock;
  unsigned char* bytes;
  size_t count, sent, returned;
  size_t piece; /* most in one send: a datagram's size */
};

static int usage(void) {
  fprintf(
      stderr,
      "usage: zsock_echo_client tcp|udp HOST PORT [BYTES]\n"
      "Sends BYTES (default %d, at most %d) and checks that they come back unchanged; by UDP in\n"
      "datagrams of %d, one at a time.\n",
      BYTES_DEFAULT, BYTES_MAX, DATAGRAM_BYTES);
  return 2;
}

/* Binary, and different everywhere: what is missing, doubled or swapped shows. */
static void fill(unsigned char* bytes, size_t count) {
  unsigned noise = 1;
  for (size_t i = 0; i < count; ++i) {
    noise = noise * 1664525u + 1013904223u;
    bytes[i] = (unsigned char)(noise >> 24);
  }
}

/* By UDP the next datagram waits for the echo of the one before. */
static int may_send(const struct echo* echo, int is_stream) {
  return echo->sent < echo->count && (is_stream || echo->sent == echo->returned);
}

static const char* send_some(struct echo* echo) {
  const size_t left = echo->count - echo->sent;
  const ssize_t taken =
      zsock_send(echo->sock, echo->bytes + echo->sent, left < echo->piece ? left : echo->piece, 0);
  if (taken < 0) return errno == EAGAIN ? NULL : strerror(errno);
  echo->sent += (size_t)taken;
  return NULL;
}

static const char* receive_some(struct echo* echo) {
  unsigned char buffer[2048];
  const ssize_t got = zsock_recv(echo->sock, buffer, sizeof buffer, 0);
  if (got < 0) return errno == EAGAIN ? NULL : strerror(errno);
  if (got == 0) return "the server ended the connection";
  if ((size_t)got > echo->sent - echo->returned ||
      memcmp(buffer, echo->bytes + echo->returned, (size_t)got) != 0)
    return "the echo is not what was sent";
  echo->returned += (size_t)got;
  return NULL;
}

/* NULL when all of it came back, else what went wrong. */
static const char* run(struct echo* echo, int is_stream) {
  while (echo->returned < echo->count) {
    struct zsock_pollfd entry = {.fd = echo->sock, .events = ZSOCK_POLLIN};
    if (may_send(echo, is_stream)) entry.events |= ZSOCK_POLLOUT;
    const int ready = zsock_poll(&entry, 1, TIMEOUT_S * 1000);
    if (ready < 0) return strerror(errno);
    if (ready == 0) return "no echo in time";
    const char* why = NULL;
    if ((entry.revents & ZSOCK_POLLOUT) != 0) why = send_some(echo);
    /* What arrived before an error comes first; then the receive tells the error. */
    if (why == NULL && (entry.revents & ~ZSOCK_POLLOUT) != 0) why = receive_some(echo);
    if (why != NULL) return why;
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) return usage();
  const int is_stream = strcmp(argv[1], "tcp") == 0;
  if (!is_stream && strcmp(argv[1], "udp") != 0) return usage();
  char* end = NULL;
  const long count = argc == 5 ? strtol(argv[4], &end, 10) : BYTES_DEFAULT;
  if ((end != NULL && *end != '\0') || count < 1 || count > BYTES_MAX) return usage();

  struct echo echo = {.count = (size_t)count, .piece = is_stream ? BYTES_MAX : DATAGRAM_BYTES};
  echo.sock = zsock_dial(argv[2], argv[3], is_stream ? SOCK_STREAM : SOCK_DGRAM, TIMEOUT_S);
  if (echo.sock < 0) return 1;
  echo.bytes = malloc(echo.count);
  const char* why = "out of memory";
  if (echo.bytes != NULL) {
    fill(echo.bytes, echo.count);
    const int flags = zsock_fcntl(echo.sock, F_GETFL, 0);
    why = zsock_fcntl(echo.sock, F_SETFL, flags | O_NONBLOCK) != 0 ? strerror(errno)
                                                                   : run(&echo, is_stream);
  }
  zsock_close(echo.sock);
  free(echo.bytes);
  if (why != NULL) fprintf(stderr, "%s: %s\n", argv[1], why);
  printf("%zu of %zu bytes came back unchanged\n", echo.returned, echo.count);
  return why == NULL ? 0 : 1;
}
