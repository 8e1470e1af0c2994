/* SPDX-License-Identifier: Apache-2.0 */
/* Sends datagrams to an echo server over the cellular modem and checks what comes back. */
#include <errno.h>
#include <nrf_socket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

enum { COUNT_DEFAULT = 10, BYTES_DEFAULT = 64, BYTES_MAX = 1024, TIMEOUT_DEFAULT_S = 10 };

struct tally {
  unsigned sent, echoed, lost, damaged;
  double round_trip_s;
};

static int usage(void) {
  fprintf(
      stderr,
      "usage: nrf_udp_echo HOST PORT [COUNT [BYTES [TIMEOUT_S]]]\n"
      "Sends COUNT datagrams (default %d) of BYTES bytes (default %d, 4 to %d), one at a time,\n"
      "waiting at most TIMEOUT_S (default %d) for each echo. Sends nothing twice.\n"
      "exit status: 0 all came back unchanged, 1 some did not, 2 usage\n",
      COUNT_DEFAULT, BYTES_DEFAULT, BYTES_MAX, TIMEOUT_DEFAULT_S);
  return 2;
}

static int number(const char* text, long least, long most, long* value) {
  char* end = NULL;
  errno = 0;
  *value = strtol(text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && *value >= least && *value <= most ? 0 : -1;
}

/* Every datagram is different, and tells its number first: a late echo is not the next one's. */
static void fill(unsigned char* packet, size_t count, uint32_t sequence) {
  uint32_t noise = sequence * 2654435761u + 1;
  for (size_t i = 0; i < count; ++i) {
    noise = noise * 1664525u + 1013904223u;
    packet[i] = (unsigned char)(noise >> 24);
  }
  const uint32_t wire = nrf_htonl(sequence);
  memcpy(packet, &wire, sizeof wire);
}

/* 1: this datagram's echo; 0: none came in time; -1: the socket failed (errno). */
static int await_echo(int fd, const unsigned char* packet, size_t count, double until,
                      struct tally* tally) {
  unsigned char echo[BYTES_MAX + 1];
  for (;;) {
    const double left = until - seconds_now();
    struct nrf_pollfd entry = {fd, NRF_POLLIN, 0};
    const int ready = left > 0 ? nrf_poll(&entry, 1, (int)(left * 1000) + 1) : 0;
    if (ready <= 0) return ready;
    const ssize_t got = nrf_recv(fd, echo, sizeof echo, NRF_MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) continue;
    if (got < 0) return -1;
    if ((size_t)got == count && memcmp(echo, packet, count) == 0) return 1;
    if ((size_t)got >= 4 && memcmp(echo, packet, 4) == 0) {
      ++tally->damaged;
      return 0;
    } /* else the late echo of an earlier one, counted as lost already */
  }
}

static int exchange(int fd, long count, size_t bytes, long timeout_s, struct tally* tally) {
  unsigned char packet[BYTES_MAX];
  for (uint32_t i = 1; i <= (uint32_t)count; ++i) {
    fill(packet, bytes, i);
    const double start = seconds_now();
    if (nrf_send(fd, packet, bytes, 0) < 0) {
      fprintf(stderr, "datagram %u: send: %s\n", i, strerror(errno));
      return -1;
    }
    ++tally->sent;
    const unsigned damaged = tally->damaged;
    const int came = await_echo(fd, packet, bytes, start + (double)timeout_s, tally);
    if (came < 0) {
      fprintf(stderr, "datagram %u: receive: %s\n", i, strerror(errno));
      return -1;
    }
    if (came == 1) {
      ++tally->echoed;
      tally->round_trip_s += seconds_now() - start;
    } else if (tally->damaged == damaged) {
      ++tally->lost;
      fprintf(stderr, "datagram %u: lost (no echo in %ld s)\n", i, timeout_s);
    }
  }
  return 0;
}

int main(int argc, char** argv) {
  long count = COUNT_DEFAULT, bytes = BYTES_DEFAULT, timeout_s = TIMEOUT_DEFAULT_S;
  if (argc < 3 || argc > 6) return usage();
  if (argc > 3 && number(argv[3], 1, 1000000, &count) != 0) return usage();
  if (argc > 4 && number(argv[4], 4, BYTES_MAX, &bytes) != 0) return usage();
  if (argc > 5 && number(argv[5], 1, 3600, &timeout_s) != 0) return usage();

  const int fd = nrf_dial(argv[1], argv[2], NRF_SOCK_DGRAM, 0);
  if (fd < 0) return 1;
  struct tally tally = {0, 0, 0, 0, 0.0};
  const int result = exchange(fd, count, (size_t)bytes, timeout_s, &tally);
  nrf_close(fd);
  printf("%u datagrams sent, %u echoed, %u lost, %u damaged", tally.sent, tally.echoed, tally.lost,
         tally.damaged);
  if (tally.echoed > 0) printf(", round trip %.0f ms", tally.round_trip_s * 1000 / tally.echoed);
  printf("\n");
  return result == 0 && tally.echoed == tally.sent ? 0 : 1;
}
