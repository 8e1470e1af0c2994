/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/zsock_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zephyr/net/socket.h>

#include "client_lib/examples/http_reply.h"
#include "client_lib/examples/zsock_dial.h"

static int to_stdout(void* unused, const void* bytes, size_t count) {
  (void)unused;
  return fwrite(bytes, 1, count, stdout) == count ? 0 : -1;
}

static int ask(int sock, const struct http_url* url) {
  char request[1600];
  const int count = snprintf(request, sizeof request,
                             "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n",
                             url->path, url->host, url->port);
  return zsock_send_all(sock, request, (size_t)count);
}

/* Until the reply is whole. NULL, or what went wrong. */
static const char* read_reply(int sock, struct http_reply* reply) {
  char buffer[2048];
  while (reply->state != HTTP_DONE) {
    const ssize_t count = zsock_recv(sock, buffer, sizeof buffer, 0);
    if (count < 0) return errno == EAGAIN ? "nothing came for a minute" : strerror(errno);
    if (count == 0 ? http_reply_end(reply) != 0 : http_reply_feed(reply, buffer, (size_t)count) < 0)
      return reply->why;
  }
  return NULL;
}

int zsock_fetch(int sock, const struct http_url* url, const char* shown) {
  struct http_reply reply;
  http_reply_begin(&reply, to_stdout, NULL);
  const char* why = ask(sock, url) != 0 ? strerror(errno) : read_reply(sock, &reply);
  zsock_close(sock);
  if (why == NULL && fflush(stdout) != 0) why = "cannot write the body";
  if (why != NULL) {
    fprintf(stderr, "%s: %s\n", shown, why);
    return 1;
  }
  fprintf(stderr, "HTTP %d\n", reply.status);
  return reply.status >= 200 && reply.status <= 299 ? 0 : 1;
}
