/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a file by HTTP over the cellular modem. */
#include <errno.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/http_reply.h"
#include "client_lib/examples/http_url.h"
#include "client_lib/examples/nrf_dial.h"

enum { TIMEOUT_S = 60 };

static int usage(void) {
  fprintf(stderr,
          "usage: nrf_http_get URL [FILE]\n"
          "Writes the body of http://host[:port]/path to FILE, or to standard output.\n"
          "example: nrf_http_get http://192.0.2.1:8080/index.html index.html\n");
  return 2;
}

static int write_body(void* context, const void* bytes, size_t count) {
  return fwrite(bytes, 1, count, context) == count ? 0 : -1;
}

static int send_request(int fd, const struct http_url* url) {
  char request[1600];
  const int count = snprintf(request, sizeof request,
                             "GET %s HTTP/1.1\r\nHost: %s:%s\r\nUser-Agent: nrf_http_get\r\n"
                             "Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
                             url->path, url->host, url->port);
  return nrf_send_all(fd, request, (size_t)count);
}

/* 0, or 1 after a line on stderr. */
static int receive_reply(int fd, struct http_reply* reply) {
  char buffer[4096];
  while (reply->state != HTTP_DONE) {
    const ssize_t count = nrf_recv(fd, buffer, sizeof buffer, 0);
    if (count < 0) {
      fprintf(stderr, "receive: %s after %llu bytes of body\n",
              errno == EAGAIN ? "nothing came for 60 s" : strerror(errno),
              (unsigned long long)reply->body_bytes);
      return 1;
    }
    const int bad =
        count == 0 ? http_reply_end(reply) != 0 : http_reply_feed(reply, buffer, (size_t)count) < 0;
    if (bad) {
      fprintf(stderr, "%s\n", reply->why);
      return 1;
    }
  }
  return 0;
}

static int fetch(const struct http_url* url, FILE* file) {
  const int fd = nrf_dial(url->host, url->port, NRF_SOCK_STREAM, TIMEOUT_S);
  if (fd < 0) return 1;
  const double start = seconds_now();
  struct http_reply reply;
  http_reply_begin(&reply, write_body, file);
  int result = 1;
  if (send_request(fd, url) != 0)
    fprintf(stderr, "send: %s\n", strerror(errno));
  else
    result = receive_reply(fd, &reply);
  nrf_close(fd);
  if (result != 0) return result;
  const double taken = seconds_now() - start;
  fprintf(stderr, "HTTP %d, %llu bytes in %.3f s (%.0f B/s)\n", reply.status,
          (unsigned long long)reply.body_bytes, taken, (double)reply.body_bytes / taken);
  return reply.status >= 200 && reply.status <= 299 ? 0 : 1;
}

int main(int argc, char** argv) {
  struct http_url url;
  const char* why = NULL;
  if (argc < 2 || argc > 3) return usage();
  if (http_url_parse(argv[1], &url, &why) != 0) {
    fprintf(stderr, "%s: %s\n", argv[1], why);
    return usage();
  }
  FILE* file = argc == 3 ? fopen(argv[2], "wb") : stdout;
  if (file == NULL) {
    fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
    return 1;
  }
  const int result = fetch(&url, file);
  if (fclose(file) != 0) {
    fprintf(stderr, "writing the body: %s\n", strerror(errno));
    return 1;
  }
  return result;
}
