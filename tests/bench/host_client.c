// SPDX-License-Identifier: Apache-2.0
// Measures ways to one server: the kernel's sockets, cellsock's, a relay, a SOCKS proxy; all in
// this run and by turns, so that a busy machine slows all.
//
//   host_client rtt|up|down WAY…      WAY: kernel:PORT, cellsock:PORT, socks:PROXY:PORT
//   host_client connects PORT         cellsock: socket, connect, close, one after the other
//   host_client hold PORT COUNT       connects so many, prints how many, waits for the end of its
//   input
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nrf_socket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 20000, transfers = 5, block = 65536, ways_max = 8, connects = 3000 };
static const uint64_t transfer_bytes = 128u << 20;

typedef ssize_t (*mover)(int, void*, size_t);
struct way {
  const char* name;
  int fd;
  mover put, get;
  double* times;
};

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static ssize_t kernel_put(int fd, void* bytes, size_t n) {
  return send(fd, bytes, n, 0);
}
static ssize_t kernel_get(int fd, void* bytes, size_t n) {
  return recv(fd, bytes, n, 0);
}
static ssize_t cellsock_put(int fd, void* bytes, size_t n) {
  return nrf_send(fd, bytes, n, 0);
}
static ssize_t cellsock_get(int fd, void* bytes, size_t n) {
  return nrf_recv(fd, bytes, n, 0);
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static void all(mover move, int fd, void* with, size_t count) {
  char* bytes = with;
  while (count > 0) {
    const ssize_t n = move(fd, bytes, count);
    if (n <= 0) die("transfer");
    bytes += n;
    count -= (size_t)n;
  }
}

static int kernel_dial(int port) {
  struct sockaddr_in there = {.sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr*)&there, sizeof there) != 0) die("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static int cellsock_dial(int port) {
  struct nrf_sockaddr_in there = {.sin_family = NRF_AF_INET, .sin_port = htons((uint16_t)port)};
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0);
  if (fd < 0) die("nrf_socket");
  if (nrf_connect(fd, (struct nrf_sockaddr*)&there, sizeof there) != 0) die("nrf_connect");
  return fd;
}

/// RFC 1928: no authentication, CONNECT to an IPv4 address.
static int socks_dial(int proxy, int port) {
  const int fd = kernel_dial(proxy);
  unsigned char hello[3] = {5, 1, 0},
                wish[10] = {
                    5, 1, 0, 1, 127, 0, 0, 1, (unsigned char)(port >> 8), (unsigned char)port};
  unsigned char answer[10];
  all(kernel_put, fd, hello, sizeof hello);
  all(kernel_get, fd, answer, 2);
  all(kernel_put, fd, wish, sizeof wish);
  all(kernel_get, fd, answer, sizeof answer);
  if (answer[1] != 0) die("socks");
  return fd;
}

static struct way dial(char* word, char kind) {
  char* name = strtok_r(word, ":", &word);
  const int first = (int)strtol(strtok_r(NULL, ":", &word), NULL, 10);
  struct way to = {name, -1, kernel_put, kernel_get, calloc(rounds, sizeof(double))};
  if (strcmp(name, "cellsock") == 0) {
    to.fd = cellsock_dial(first);
    to.put = cellsock_put;
    to.get = cellsock_get;
  } else if (strcmp(name, "socks") == 0) {
    to.fd = socks_dial(first, (int)strtol(strtok_r(NULL, ":", &word), NULL, 10));
  } else {
    to.fd = kernel_dial(first);
  }
  all(to.put, to.fd, &kind, 1);
  return to;
}

static void ping(struct way* to, int round) {
  char bytes[32] = {0};
  const double began = now_us();
  all(to->put, to->fd, bytes, sizeof bytes);
  all(to->get, to->fd, bytes, sizeof bytes);
  to->times[round] = now_us() - began;
}

static void transfer(struct way* to, int round, char kind) {
  static char bytes[block];
  uint64_t left = transfer_bytes;
  const double began = now_us();
  all(to->put, to->fd, &left, sizeof left);
  for (; left > 0; left -= block) all(kind == 's' ? to->put : to->get, to->fd, bytes, block);
  if (kind == 's') all(to->get, to->fd, bytes, 1);
  to->times[round] = now_us() - began;
}

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return x < y ? -1 : x > y;
}

static void compare(char kind, int count, char** words) {
  struct way ways[ways_max];
  if (count > ways_max) count = ways_max;
  for (int i = 0; i < count; ++i) ways[i] = dial(words[i], kind);
  const int times = kind == 'e' ? rounds : transfers;
  for (int round = 0; round < times; ++round)
    for (int i = 0; i < count; ++i)
      kind == 'e' ? ping(&ways[i], round) : transfer(&ways[i], round, kind);
  for (int i = 0; i < count; ++i) {
    qsort(ways[i].times, (size_t)times, sizeof(double), by_value);
    printf("%s\"%s\": %.2f", i == 0 ? "{" : ", ", ways[i].name, ways[i].times[times / 2]);
  }
  printf("}\n");
}

static void connect_often(int port) {
  const double began = now_us();
  for (int i = 0; i < connects; ++i) nrf_close(cellsock_dial(port));
  printf("{\"per_s\": %.1f}\n", connects * 1e6 / (now_us() - began));
}

static void hold(int port, int count) {
  struct rlimit most;
  if (getrlimit(RLIMIT_NOFILE, &most) == 0) {
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
  }
  for (int i = 0; i < count; ++i) cellsock_dial(port);
  printf("%d\n", count);
  fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

int main(int argc, char** argv) {
  if (argc >= 3 && strcmp(argv[1], "rtt") == 0) return compare('e', argc - 2, argv + 2), 0;
  if (argc >= 3 && strcmp(argv[1], "up") == 0) return compare('s', argc - 2, argv + 2), 0;
  if (argc >= 3 && strcmp(argv[1], "down") == 0) return compare('d', argc - 2, argv + 2), 0;
  if (argc == 3 && strcmp(argv[1], "connects") == 0)
    return connect_often((int)strtol(argv[2], NULL, 10)), 0;
  if (argc == 4 && strcmp(argv[1], "hold") == 0)
    return hold((int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10)), 0;
  fprintf(stderr, "usage: host_client rtt|up|down WAY… | connects PORT | hold PORT COUNT\n");
  return 2;
}
