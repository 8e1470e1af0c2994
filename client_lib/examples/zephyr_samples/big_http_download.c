/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads a large file with time limits, counts it and sums its bytes up. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#endif

#define HOST "example.com"
#define PORT "80"
#define PATH "/large.bin"
#define TIMEOUT_S 20

static char response[1024];

static void fatal(const char* what) {
  printf("error: %s: %d\n", what, errno);
  exit(1);
}

static void send_all(int sock, const char* text) {
  size_t left = strlen(text);
  while (left > 0) {
    const ssize_t sent = send(sock, text, left, 0);
    if (sent < 0) fatal("send");
    text += sent;
    left -= (size_t)sent;
  }
}

/* Reads the head, byte by byte, to its empty line. */
static void skip_headers(int sock) {
  int newlines = 0;
  while (newlines < 2) {
    char c;
    const ssize_t count = recv(sock, &c, 1, 0);
    if (count < 0) fatal("recv");
    if (count == 0) {
      printf("the server ended the connection inside its headers\n");
      exit(1);
    }
    if (c == '\n')
      newlines++;
    else if (c != '\r')
      newlines = 0;
  }
}

/* Fletcher's checksum. */
static void add_up(uint32_t sums[2], const char* bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sums[0] = (sums[0] + (uint8_t)bytes[i]) % 65535;
    sums[1] = (sums[1] + sums[0]) % 65535;
  }
}

static int connect_to(const struct addrinfo* ai) {
  const struct timeval timeout = {.tv_sec = TIMEOUT_S, .tv_usec = 0};
  const int sock = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
  if (sock < 0) fatal("socket");
  if (setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
    fatal("setsockopt(SO_RCVTIMEO)");
  if (setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
    fatal("setsockopt(SO_SNDTIMEO)");
  if (connect(sock, ai->ai_addr, ai->ai_addrlen) < 0) fatal("connect");
  return sock;
}

int main(void) {
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo* res;
  uint32_t sums[2] = {0, 0};
  uint64_t total = 0;
  int resolve_attempts = 3;
  int status;
  while ((status = getaddrinfo(HOST, PORT, &hints, &res)) == EAI_AGAIN && --resolve_attempts > 0)
    printf("no answer, trying again\n");
  if (status != 0) {
    printf("cannot resolve " HOST ": %s\n", gai_strerror(status));
    return 1;
  }
  const int sock = connect_to(res);
  freeaddrinfo(res);
  send_all(sock, "GET " PATH " HTTP/1.0\r\nHost: " HOST "\r\n\r\n");
  skip_headers(sock);
  for (;;) {
    const ssize_t len = recv(sock, response, sizeof(response), 0);
    if (len < 0) fatal("recv");
    if (len == 0) break;
    add_up(sums, response, (size_t)len);
    total += (uint64_t)len;
  }
  printf("%" PRIu64 " bytes, sum %08" PRIx32 "\n", total, sums[1] << 16 | sums[0]);
  close(sock);
  return 0;
}
