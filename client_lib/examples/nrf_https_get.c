/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a page by HTTPS over the cellular modem, with credentials that the machine keeps: the
 * program names a security tag and a host, and is secure. What the tag holds (a CA; a certificate
 * and key for mutual TLS; a PSK) is the operator's affair: cellsock creds add --help */
#include <errno.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/http_reply.h"
#include "client_lib/examples/http_url.h"
#include "client_lib/examples/nrf_dial.h"

enum { TIMEOUT_S = 60 };

struct identity {
  nrf_sec_tag_t tag;
  const char* host;
};

static int usage(const char* why) {
  fprintf(
      stderr,
      "%s\nusage: nrf_https_get URL TAG [HOSTNAME]\n"
      "Writes the body of https://host[:port]/path to standard output. The server's certificate\n"
      "must be for HOSTNAME, or for the URL's host.\n"
      "example: cellsock creds add 42 ca /etc/ssl/certs/ca-certificates.crt &&\n"
      "         nrf_https_get https://example.com/ 42\n",
      why);
  return 2;
}

static int secure(int fd, const void* context) {
  const struct identity* who = context;
  const int verify = NRF_SO_SEC_PEER_VERIFY_REQUIRED;
  const int cache = NRF_SO_SEC_SESSION_CACHE_ENABLED; /* the next connect is shorter */
  const nrf_sec_tag_t tags[] = {who->tag};
  if (nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_TAG_LIST, tags, sizeof tags) != 0 ||
      nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_PEER_VERIFY, &verify, sizeof verify) != 0 ||
      nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_SESSION_CACHE, &cache, sizeof cache) != 0)
    return -1;
  return nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_HOSTNAME, who->host,
                        (nrf_socklen_t)strlen(who->host));
}

static int to_stdout(void* unused, const void* bytes, size_t count) {
  (void)unused;
  return fwrite(bytes, 1, count, stdout) == count ? 0 : -1;
}

/* NULL, or what went wrong. */
static const char* fetch(int fd, const struct http_url* url, struct http_reply* reply) {
  char buffer[2048];
  const int asked =
      snprintf(buffer, sizeof buffer, "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n",
               url->path, url->host, url->port);
  if (nrf_send_all(fd, buffer, (size_t)asked) != 0) return strerror(errno);
  while (reply->state != HTTP_DONE) {
    const ssize_t count = nrf_recv(fd, buffer, sizeof buffer, 0);
    if (count < 0) return errno == EAGAIN ? "nothing came for a minute" : strerror(errno);
    if (count == 0 ? http_reply_end(reply) != 0 : http_reply_feed(reply, buffer, (size_t)count) < 0)
      return reply->why;
  }
  return NULL;
}

/* IANA's numbers, as the handshake has chosen. */
static void tell_suite(int fd) {
  int suite = 0;
  int resumed = 0;
  nrf_socklen_t length = sizeof suite;
  if (nrf_getsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_CIPHERSUITE_USED, &suite, &length) != 0) return;
  length = sizeof resumed;
  nrf_getsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_HANDSHAKE_STATUS, &resumed, &length);
  fprintf(stderr, "suite 0x%04X%s\n", (unsigned)suite,
          resumed == NRF_SO_SEC_HANDSHAKE_STATUS_CACHED ? ", resumed" : "");
}

int main(int argc, char** argv) {
  struct http_url url;
  char* end = NULL;
  const char* why = "a URL and a tag, please";
  if (argc < 3 || argc > 4 || https_url_parse(argv[1], &url, &why) != 0) return usage(why);
  errno = 0;
  const unsigned long tag = strtoul(argv[2], &end, 10);
  if (*argv[2] == '\0' || *end != '\0' || errno != 0 || tag > UINT32_MAX)
    return usage("the tag is a number");
  const struct identity who = {(nrf_sec_tag_t)tag, argc == 4 ? argv[3] : url.host};
  const int fd = nrf_dial_prepared(url.host, url.port, NRF_SOCK_STREAM, NRF_SPROTO_TLS1v2,
                                   TIMEOUT_S, secure, &who);
  if (fd < 0) return 1;
  tell_suite(fd);
  struct http_reply reply;
  http_reply_begin(&reply, to_stdout, NULL);
  why = fetch(fd, &url, &reply);
  nrf_close(fd);
  if (why == NULL && fflush(stdout) != 0) why = "cannot write the body";
  if (why != NULL) {
    fprintf(stderr, "%s: %s\n", argv[1], why);
    return 1;
  }
  fprintf(stderr, "HTTP %d\n", reply.status);
  return reply.status >= 200 && reply.status <= 299 ? 0 : 1;
}
