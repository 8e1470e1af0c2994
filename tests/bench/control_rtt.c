// SPDX-License-Identifier: Apache-2.0
// Round trip of one control call against a bare AF_UNIX echo, both in this run and alternating, so
// that a busy machine slows both; all on one core (bench.py pins the daemon), so that neither pays
// for waking another. Prints the medians in microseconds and their ratio.
#define _GNU_SOURCE
#include <nrf_socket.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 20000 };

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return x < y ? -1 : x > y;
}

static double median(double* values) {
  qsort(values, rounds, sizeof *values, by_value);
  return values[rounds / 2];
}

int main(void) {
  static double echo[rounds], call[rounds];
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return perror("socketpair"), 1;
  const pid_t child = fork();
  if (child == 0) {
    char bytes[64];
    ssize_t n = 0;
    close(ends[0]);
    while ((n = read(ends[1], bytes, sizeof bytes)) > 0)
      if (write(ends[1], bytes, (size_t)n) != n) break;
    _exit(0);
  }
  close(ends[1]);
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0);
  if (fd < 0) return perror("nrf_socket"), 1;
  for (int i = 0; i < rounds; ++i) {
    char bytes[32] = {0};
    double began = now_us();
    if (write(ends[0], bytes, sizeof bytes) < 0 || read(ends[0], bytes, sizeof bytes) <= 0)
      return 1;
    echo[i] = now_us() - began;
    int error = 0;
    nrf_socklen_t size = sizeof error;
    began = now_us();
    if (nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_ERROR, &error, &size) != 0) {
      perror("nrf_getsockopt");
      return 1;
    }
    call[i] = now_us() - began;
  }
  nrf_close(fd);
  close(ends[0]);
  waitpid(child, NULL, 0);
  const double e = median(echo), c = median(call);
  printf("{\"echo_us\": %.2f, \"call_us\": %.2f, \"ratio\": %.3f}\n", e, c, c / e);
  return 0;
}
