/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP server that answers every request with the same page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__ZEPHYR__) || defined(CONFIG_POSIX_API)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#else
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#endif

#define BIND_PORT 8080
#define CHECK(what, value)                  \
  if ((value) < 0) {                        \
    printf("error: " what ": %d\n", errno); \
    exit(1);                                \
  }

static const char content[] =
    "HTTP/1.0 200 OK\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "\r\n"
    "<html><body>Served over the cellular modem.</body></html>\r\n";

/* Reads to the empty line that ends a request. 0, or -1 if the client goes. */
static int skip_request(int client) {
  static const char ending[] = "\r\n\r\n";
  size_t matched = 0;
  while (matched < sizeof(ending) - 1) {
    char c;
    if (recv(client, &c, 1, 0) <= 0) return -1;
    matched = c == ending[matched] ? matched + 1 : (size_t)(c == ending[0]);
  }
  return 0;
}

int main(void) {
  struct sockaddr_in bind_addr = {.sin_family = AF_INET, .sin_port = htons(BIND_PORT)};
  const int server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  CHECK("socket", server);
  bind_addr.sin_addr.s_addr = htonl(INADDR_ANY);
  CHECK("bind", bind(server, (struct sockaddr*)&bind_addr, sizeof(bind_addr)));
  CHECK("listen", listen(server, 5));
  printf("HTTP server waits for connections on port %d\n", BIND_PORT);
  fflush(stdout);
  for (int counter = 0;; counter++) {
    struct sockaddr_in client_addr;
    socklen_t client_addr_len = sizeof(client_addr);
    char addr_str[INET_ADDRSTRLEN];
    const int client = accept(server, (struct sockaddr*)&client_addr, &client_addr_len);
    if (client < 0) {
      printf("error in accept: %d, continuing\n", errno);
      continue;
    }
    inet_ntop(client_addr.sin_family, &client_addr.sin_addr, addr_str, sizeof(addr_str));
    printf("connection #%d from %s\n", counter, addr_str);
    fflush(stdout);
    const char* data = content;
    size_t left = sizeof(content) - 1;
    if (skip_request(client) < 0) left = 0;
    while (left > 0) {
      const ssize_t sent = send(client, data, left, 0);
      if (sent < 0) {
        printf("error sending to peer: %d\n", errno);
        break;
      }
      data += sent;
      left -= (size_t)sent;
    }
    close(client);
  }
}
