/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches the front page of a server and prints it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#endif

#define HTTP_HOST "example.com"
#define HTTP_PORT "80"
#define HTTP_PATH "/"
#define REQUEST "GET " HTTP_PATH " HTTP/1.0\r\nHost: " HTTP_HOST "\r\n\r\n"

#define CHECK(what, value)                  \
  if ((value) < 0) {                        \
    printf("error: " what ": %d\n", errno); \
    exit(1);                                \
  }

static void dump_addrinfo(const struct addrinfo* ai) {
  printf("family=%d, socktype=%d, protocol=%d, port=%x\n", ai->ai_family, ai->ai_socktype,
         ai->ai_protocol, ntohs(((const struct sockaddr_in*)ai->ai_addr)->sin_port));
}

int main(void) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo* res;
  char response[1024];
  const int status = getaddrinfo(HTTP_HOST, HTTP_PORT, &hints, &res);
  if (status != 0) {
    printf("cannot resolve " HTTP_HOST ": %s\n", gai_strerror(status));
    return 1;
  }
  for (const struct addrinfo* ai = res; ai != NULL; ai = ai->ai_next) dump_addrinfo(ai);
  const int sock = socket(res->ai_family, res->ai_socktype, res->ai_protocol);
  CHECK("socket", sock);
  CHECK("connect", connect(sock, res->ai_addr, res->ai_addrlen));
  freeaddrinfo(res);
  CHECK("send", send(sock, REQUEST, sizeof(REQUEST) - 1, 0));
  printf("Response:\n\n");
  for (;;) {
    const ssize_t len = recv(sock, response, sizeof(response) - 1, 0);
    CHECK("recv", len);
    if (len == 0) break;
    response[len] = 0;
    printf("%s", response);
  }
  printf("\n");
  close(sock);
  return 0;
}
