/* SPDX-License-Identifier: Apache-2.0 */
/* Mutual TLS over the cellular modem: says something to a server that wants to know who asks, and
 * prints the answer. The program writes its credentials as it would into a modem. */
#include <errno.h>
#include <modem/modem_key_mgmt.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"
#include "client_lib/examples/read_file.h"

enum { TIMEOUT_S = 60, TAG = 24, ANSWER_BYTES = 2048 };

static int usage(void) {
  fprintf(
      stderr,
      "usage: nrf_tls_ask HOST PORT HOSTNAME CA_FILE CERTIFICATE_FILE KEY_FILE TEXT\n"
      "Sends TEXT by TLS to a server whose certificate is for HOSTNAME, and prints the answer.\n");
  return 2;
}

/* 0, or -1 after a line on stderr. What is there already need not be written again. */
static int provide(enum modem_key_mgmt_cred_type type, const char* path) {
  static char content[393216];
  const size_t count = read_file(path, content, sizeof content);
  if (count == 0) return -1;
  if (modem_key_mgmt_cmp(TAG, type, content, count) == 0) return 0;
  const int error = modem_key_mgmt_write(TAG, type, content, count);
  if (error != 0) fprintf(stderr, "%s: %s\n", path, strerror(-error));
  return error;
}

static int secure(int fd, const void* hostname) {
  const nrf_sec_tag_t tags[] = {TAG};
  if (nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_TAG_LIST, tags, sizeof tags) != 0) return -1;
  return nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_HOSTNAME, hostname,
                        (nrf_socklen_t)strlen(hostname));
}

int main(int argc, char** argv) {
  if (argc != 8) return usage();
  if (provide(MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN, argv[4]) != 0 ||
      provide(MODEM_KEY_MGMT_CRED_TYPE_PUBLIC_CERT, argv[5]) != 0 ||
      provide(MODEM_KEY_MGMT_CRED_TYPE_PRIVATE_CERT, argv[6]) != 0)
    return 1;
  const int fd = nrf_dial_prepared(argv[1], argv[2], NRF_SOCK_STREAM, NRF_SPROTO_TLS1v2, TIMEOUT_S,
                                   secure, argv[3]);
  if (fd < 0) return 1;
  char answer[ANSWER_BYTES];
  ssize_t count = -1;
  if (nrf_send_all(fd, argv[7], strlen(argv[7])) == 0)
    count = nrf_recv(fd, answer, sizeof answer, 0);
  if (count < 0)
    fprintf(stderr, "%s\n", strerror(errno));
  else
    printf("%.*s\n", (int)count, answer);
  nrf_close(fd);
  return count < 0 ? 1 : 0;
}
