/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS server over the cellular modem, one client after the other: sends back what comes. With a
 * CA it wants a certificate of its clients too. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

#include "client_lib/examples/read_file.h"
#include "client_lib/examples/zsock_dial.h"

enum { TAG = 7 };

static int usage(void) {
  fprintf(stderr,
          "usage: zsock_tls_echo_server PORT CERTIFICATE_FILE KEY_FILE [CLIENT_CA_FILE]\n"
          "Says \"serving\" and goes on until it is ended by a signal.\n");
  return 2;
}

static int bring(enum tls_credential_type type, const char* path) {
  static char content[393216];
  const size_t count = read_file(path, content, sizeof content);
  if (count == 0) return -1;
  const int error = tls_credential_add(TAG, type, content, count);
  if (error != 0) fprintf(stderr, "%s: %s\n", path, strerror(-error));
  return error;
}

/* The listener's options are those of each connection. -1 after a line on stderr. */
static int serve_at(unsigned short port, int verify) {
  const sec_tag_t tags[] = {TAG};
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  const int sock = zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TLS_1_2);
  if (sock >= 0 && zsock_setsockopt(sock, SOL_TLS, TLS_SEC_TAG_LIST, tags, sizeof tags) == 0 &&
      zsock_setsockopt(sock, SOL_TLS, TLS_PEER_VERIFY, &verify, sizeof verify) == 0 &&
      zsock_bind(sock, (const struct sockaddr*)&any, sizeof any) == 0 && zsock_listen(sock, 2) == 0)
    return sock;
  fprintf(stderr, "port %u: %s\n", port, strerror(errno));
  return -1;
}

static void echo(int client) {
  char buffer[2048];
  ssize_t count = 0;
  while ((count = zsock_recv(client, buffer, sizeof buffer, 0)) > 0)
    if (zsock_send_all(client, buffer, (size_t)count) != 0) break;
  if (count < 0) fprintf(stderr, "client: %s\n", strerror(errno));
  zsock_close(client);
}

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return usage();
  char* end = NULL;
  const unsigned long port = strtoul(argv[1], &end, 10);
  if (*end != '\0' || port == 0 || port > 65535) return usage();
  if (bring(TLS_CREDENTIAL_SERVER_CERTIFICATE, argv[2]) != 0 ||
      bring(TLS_CREDENTIAL_PRIVATE_KEY, argv[3]) != 0 ||
      (argc == 5 && bring(TLS_CREDENTIAL_CA_CERTIFICATE, argv[4]) != 0))
    return 1;
  const int sock =
      serve_at((unsigned short)port, argc == 5 ? TLS_PEER_VERIFY_REQUIRED : TLS_PEER_VERIFY_NONE);
  if (sock < 0) return 1;
  printf("serving\n");
  fflush(stdout);
  for (;;) {
    const int client = zsock_accept(sock, NULL, NULL);
    if (client >= 0)
      echo(client);
    else if (errno == ECONNABORTED) /* a handshake that failed: the next one may not */
      fprintf(stderr, "a client whose handshake failed\n");
    else
      break;
  }
  fprintf(stderr, "accept: %s\n", strerror(errno));
  return 1;
}
