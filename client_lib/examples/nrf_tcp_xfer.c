/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a file to a TCP server over the cellular modem, or receives one until the server ends. */
#include <errno.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

static int usage(void) {
  fprintf(stderr,
          "usage: nrf_tcp_xfer send HOST PORT FILE\n"
          "       nrf_tcp_xfer recv HOST PORT FILE\n"
          "FILE may be - for standard input or output. `send` ends when the daemon has taken all\n"
          "of it; what is still on its way goes out after the close.\n");
  return 2;
}

static int report(const char* verb, unsigned long long bytes, double start) {
  const double taken = seconds_now() - start;
  fprintf(stderr, "%s %llu bytes in %.3f s (%.0f B/s)\n", verb, bytes, taken,
          (double)bytes / taken);
  return 0;
}

static int send_file(int fd, FILE* file) {
  char buffer[4096];
  unsigned long long bytes = 0;
  const double start = seconds_now();
  size_t count = 0;
  while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) {
    if (nrf_send_all(fd, buffer, count) != 0) {
      fprintf(stderr, "send: %s after %llu bytes\n", strerror(errno), bytes);
      return 1;
    }
    bytes += count;
  }
  if (ferror(file) != 0) {
    fprintf(stderr, "read: %s\n", strerror(errno));
    return 1;
  }
  return report("sent", bytes, start);
}

static int receive_file(int fd, FILE* file) {
  char buffer[4096];
  unsigned long long bytes = 0;
  const double start = seconds_now();
  for (;;) {
    const ssize_t count = nrf_recv(fd, buffer, sizeof buffer, 0);
    if (count < 0) {
      fprintf(stderr, "receive: %s after %llu bytes\n", strerror(errno), bytes);
      return 1;
    }
    if (count == 0) return report("received", bytes, start);
    if (fwrite(buffer, 1, (size_t)count, file) != (size_t)count) {
      fprintf(stderr, "write: %s\n", strerror(errno));
      return 1;
    }
    bytes += (unsigned long long)count;
  }
}

static FILE* open_file(const char* path, int sending) {
  if (strcmp(path, "-") == 0) return sending ? stdin : stdout;
  FILE* file = fopen(path, sending ? "rb" : "wb");
  if (file == NULL) fprintf(stderr, "%s: %s\n", path, strerror(errno));
  return file;
}

int main(int argc, char** argv) {
  if (argc != 5) return usage();
  const int sending = strcmp(argv[1], "send") == 0;
  if (!sending && strcmp(argv[1], "recv") != 0) return usage();
  FILE* file = open_file(argv[4], sending);
  if (file == NULL) return 1;
  const int fd = nrf_dial(argv[2], argv[3], NRF_SOCK_STREAM, 0);
  if (fd < 0) return 1;
  int result = sending ? send_file(fd, file) : receive_file(fd, file);
  nrf_close(fd);
  if (fclose(file) != 0) {
    fprintf(stderr, "%s: %s\n", argv[4], strerror(errno));
    result = 1;
  }
  return result;
}
