/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a page by HTTPS over the cellular modem. The program brings the CA that it trusts, and
 * its own certificate if the server asks for one (mutual TLS): both live as long as it does. */
#include <stdio.h>
#include <string.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

#include "client_lib/examples/http_url.h"
#include "client_lib/examples/read_file.h"
#include "client_lib/examples/zsock_dial.h"
#include "client_lib/examples/zsock_fetch.h"

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
  return zsock_fetch(sock, &url, argv[1]);
}
