/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS with a pre-shared key over the cellular modem, the client and the server: a question in one
 * datagram, the same in the answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

#include "client_lib/examples/read_file.h"
#include "client_lib/examples/zsock_dial.h"

enum { TIMEOUT_S = 60, TAG = 11, DATAGRAM_BYTES = 1024, KEY_BYTES = 64 };

static int usage(void) {
  fprintf(stderr,
          "usage: zsock_dtls_psk client HOST PORT IDENTITY KEY TEXT\n"
          "       zsock_dtls_psk server PORT IDENTITY KEY\n"
          "KEY is hexadecimal text. The client sends TEXT and prints the answer; the server says\n"
          "\"serving\", sends back what comes, and goes on until it is ended by a signal.\n");
  return 2;
}

static int bring(const char* identity, const char* hex) {
  unsigned char key[KEY_BYTES];
  const size_t count = read_hex(hex, key, sizeof key);
  if (count == 0) return usage();
  int error = tls_credential_add(TAG, TLS_CREDENTIAL_PSK, key, count);
  if (error == 0)
    error = tls_credential_add(TAG, TLS_CREDENTIAL_PSK_ID, identity, strlen(identity));
  if (error != 0) fprintf(stderr, "credentials: %s\n", strerror(-error));
  return error == 0 ? 0 : 1;
}

/* Who has the key is whom it was given to: there is no certificate, and no name in it. */
static int secure(int sock, const void* unused) {
  (void)unused;
  const sec_tag_t tags[] = {TAG};
  return zsock_setsockopt(sock, SOL_TLS, TLS_SEC_TAG_LIST, tags, sizeof tags) == 0 &&
                 zsock_setsockopt(sock, SOL_TLS, TLS_HOSTNAME, NULL, 0) == 0
             ? 0
             : -1;
}

static int ask(const char* host, const char* port, const char* text) {
  char answer[DATAGRAM_BYTES];
  ssize_t count = -1;
  const int sock =
      zsock_dial_prepared(host, port, SOCK_DGRAM, IPPROTO_DTLS_1_2, TIMEOUT_S, secure, NULL);
  if (sock < 0) return 1;
  if (zsock_send(sock, text, strlen(text), 0) >= 0)
    count = zsock_recv(sock, answer, sizeof answer, 0);
  if (count < 0)
    fprintf(stderr, "%s port %s: %s\n", host, port, strerror(errno));
  else
    printf("%.*s\n", (int)count, answer);
  zsock_close(sock);
  return count < 0 ? 1 : 0;
}

static int serve(unsigned short port) {
  const int role = TLS_DTLS_ROLE_SERVER;
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  char datagram[DATAGRAM_BYTES];
  const int sock = zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_DTLS_1_2);
  if (sock < 0 || secure(sock, NULL) != 0 ||
      zsock_setsockopt(sock, SOL_TLS, TLS_DTLS_ROLE, &role, sizeof role) != 0 ||
      zsock_bind(sock, (const struct sockaddr*)&any, sizeof any) != 0) {
    fprintf(stderr, "port %u: %s\n", port, strerror(errno));
    return 1;
  }
  printf("serving\n");
  fflush(stdout);
  /* Receiving shakes hands with whoever comes; what is sent then goes to that client. */
  for (;;) {
    const ssize_t count = zsock_recv(sock, datagram, sizeof datagram, 0);
    if (count < 0 || zsock_send(sock, datagram, (size_t)count, 0) < 0) break;
  }
  fprintf(stderr, "%s\n", strerror(errno));
  return 1;
}

int main(int argc, char** argv) {
  const int is_client = argc == 7 && strcmp(argv[1], "client") == 0;
  const int is_server = argc == 5 && strcmp(argv[1], "server") == 0;
  if (!is_client && !is_server) return usage();
  const int failed = bring(argv[argc - (is_client ? 3 : 2)], argv[argc - (is_client ? 2 : 1)]);
  if (failed != 0) return failed;
  if (is_client) return ask(argv[2], argv[3], argv[6]);
  char* end = NULL;
  const unsigned long port = strtoul(argv[2], &end, 10);
  return *end == '\0' && port > 0 && port <= 65535 ? serve((unsigned short)port) : usage();
}
