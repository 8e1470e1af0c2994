/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a page by HTTPS over the cellular modem. The program brings the CA that it trusts, and
 * its own certificate if the server asks for one (mutual TLS): both live as long as it does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

#include "client_lib/examples/http_reply.h"
#include "client_lib/examples/http_url.h"
#include "client_lib/examples/read_file.h"
#include "client_lib/examples/zsock_dial.h"

enum { TIMEOUT_S = 60, TAG = 42 };

static int usage(const char* why) {
  fprintf(stderr,
          "%s\nusage: zsock_https_get URL CA_FILE [CERTIFICATE_FILE KEY_FILE]\n"
          "Writes the body of https://host[:port]/path to standard output.\n"
          "example: zsock_https_get https://example.com/ /etc/ssl/certs/ca-certificates.crt\n",
          why);
  return 2;
}

/* 0, or -1 after a line on stderr. */
static int bring(enum tls_credential_type type, const char* path) {
  static char content[393216];
  const size_t count = read_file(path, content, sizeof content);
  if (count == 0) return -1;
  const int error = tls_credential_add(TAG, type, content, count);
  if (error != 0) fprintf(stderr, "%s: %s\n", path, strerror(-error));
  return error;
}

/* A tag that says whom to trust, and the name that the server's certificate must have. */
static int secure(int sock, const void* host) {
  const sec_tag_t tags[] = {TAG};
  const int verify = TLS_PEER_VERIFY_REQUIRED;
  if (zsock_setsockopt(sock, SOL_TLS, TLS_SEC_TAG_LIST, tags, sizeof tags) != 0) return -1;
  if (zsock_setsockopt(sock, SOL_TLS, TLS_PEER_VERIFY, &verify, sizeof verify) != 0) return -1;
  return zsock_setsockopt(sock, SOL_TLS, TLS_HOSTNAME, host, (socklen_t)strlen(host) + 1);
}

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

/* Until the reply is whole. NULL, or what went wrong. A server that is cut off is an error here,
 * not an end: nobody can shorten a page unseen. */
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

int main(int argc, char** argv) {
  struct http_url url;
  const char* why = "one URL and one or three files, please";
  if ((argc != 3 && argc != 5) || https_url_parse(argv[1], &url, &why) != 0) return usage(why);
  if (bring(TLS_CREDENTIAL_CA_CERTIFICATE, argv[2]) != 0) return 1;
  if (argc == 5 && (bring(TLS_CREDENTIAL_PUBLIC_CERTIFICATE, argv[3]) != 0 ||
                    bring(TLS_CREDENTIAL_PRIVATE_KEY, argv[4]) != 0))
    return 1;
  const int sock = zsock_dial_prepared(url.host, url.port, SOCK_STREAM, IPPROTO_TLS_1_2, TIMEOUT_S,
                                       secure, url.host);
  if (sock < 0) return 1;
  struct http_reply reply;
  http_reply_begin(&reply, to_stdout, NULL);
  why = ask(sock, &url) != 0 ? strerror(errno) : read_reply(sock, &reply);
  zsock_close(sock);
  if (why == NULL && fflush(stdout) != 0) why = "cannot write the body";
  if (why != NULL) {
    fprintf(stderr, "%s: %s\n", argv[1], why);
    return 1;
  }
  fprintf(stderr, "HTTP %d\n", reply.status);
  return reply.status >= 200 && reply.status <= 299 ? 0 : 1;
}
