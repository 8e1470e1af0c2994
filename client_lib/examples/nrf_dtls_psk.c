/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS with a pre-shared key over the cellular modem, the client and the server: a question in one
 * datagram, the same in the answer. */
#include <errno.h>
#include <modem/modem_key_mgmt.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

enum { TIMEOUT_S = 60, TAG = 11, DATAGRAM_BYTES = 1024 };

static int usage(void) {
  fprintf(stderr,
          "usage: nrf_dtls_psk client HOST PORT IDENTITY KEY TEXT\n"
          "       nrf_dtls_psk server PORT IDENTITY KEY\n"
          "KEY is hexadecimal text. The client sends TEXT and prints the answer; the server says\n"
          "\"serving\", sends back what comes, and goes on until it is ended by a signal.\n");
  return 2;
}

/* The modem takes keys as hexadecimal text. */
static int provide(const char* identity, const char* hex) {
  int error = modem_key_mgmt_write(TAG, MODEM_KEY_MGMT_CRED_TYPE_PSK, hex, strlen(hex));
  if (error == 0)
    error =
        modem_key_mgmt_write(TAG, MODEM_KEY_MGMT_CRED_TYPE_IDENTITY, identity, strlen(identity));
  if (error != 0) fprintf(stderr, "credentials: %s\n", strerror(-error));
  return error;
}

static int secure(int fd, const void* unused) {
  (void)unused;
  const nrf_sec_tag_t tags[] = {TAG};
  const int timeout = NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_31S;
  if (nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_TAG_LIST, tags, sizeof tags) != 0) return -1;
  return nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_DTLS_HANDSHAKE_TIMEO, &timeout,
                        sizeof timeout);
}

static int ask(const char* host, const char* port, const char* text) {
  char answer[DATAGRAM_BYTES];
  ssize_t count = -1;
  const int fd =
      nrf_dial_prepared(host, port, NRF_SOCK_DGRAM, NRF_SPROTO_DTLS1v2, TIMEOUT_S, secure, NULL);
  if (fd < 0) return 1;
  if (nrf_send(fd, text, strlen(text), 0) >= 0) count = nrf_recv(fd, answer, sizeof answer, 0);
  if (count < 0)
    fprintf(stderr, "%s port %s: %s\n", host, port, strerror(errno));
  else
    printf("%.*s\n", (int)count, answer);
  nrf_close(fd);
  return count < 0 ? 1 : 0;
}

static int serve(nrf_in_port_t port) {
  const int role = NRF_SO_SEC_ROLE_SERVER;
  const struct nrf_sockaddr_in any = {.sin_family = NRF_AF_INET, .sin_port = nrf_htons(port)};
  char datagram[DATAGRAM_BYTES];
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_DGRAM, NRF_SPROTO_DTLS1v2);
  if (fd < 0 || secure(fd, NULL) != 0 ||
      nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_ROLE, &role, sizeof role) != 0 ||
      nrf_bind(fd, (const struct nrf_sockaddr*)&any, sizeof any) != 0) {
    fprintf(stderr, "port %u: %s\n", port, strerror(errno));
    return 1;
  }
  printf("serving\n");
  fflush(stdout);
  /* Receiving shakes hands with whoever comes; what is sent then goes to that client. */
  for (;;) {
    const ssize_t count = nrf_recv(fd, datagram, sizeof datagram, 0);
    if (count < 0 || nrf_send(fd, datagram, (size_t)count, 0) < 0) break;
  }
  fprintf(stderr, "%s\n", strerror(errno));
  return 1;
}

int main(int argc, char** argv) {
  const int is_client = argc == 7 && strcmp(argv[1], "client") == 0;
  const int is_server = argc == 5 && strcmp(argv[1], "server") == 0;
  if (!is_client && !is_server) return usage();
  if (provide(argv[argc - (is_client ? 3 : 2)], argv[argc - (is_client ? 2 : 1)]) != 0) return 1;
  if (is_client) return ask(argv[2], argv[3], argv[6]);
  char* end = NULL;
  const unsigned long port = strtoul(argv[2], &end, 10);
  return *end == '\0' && port > 0 && port <= 65535 ? serve((nrf_in_port_t)port) : usage();
}
