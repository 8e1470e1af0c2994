/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS server over the cellular modem whose certificate and key the machine keeps under a tag, one
 * client after the other: sends back what comes. */
#include <errno.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

static int usage(void) {
  fprintf(
      stderr,
      "usage: nrf_tls_echo_server PORT TAG\n"
      "Says \"serving\" and goes on until it is ended by a signal. TAG holds a certificate and\n"
      "its key: cellsock creds generate --help\n");
  return 2;
}

static int serve_at(nrf_in_port_t port, nrf_sec_tag_t tag) {
  const nrf_sec_tag_t tags[] = {tag};
  const int role = NRF_SO_SEC_ROLE_SERVER;
  const int verify = NRF_SO_SEC_PEER_VERIFY_NONE; /* whoever comes */
  const struct nrf_sockaddr_in any = {.sin_family = NRF_AF_INET, .sin_port = nrf_htons(port)};
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_SPROTO_TLS1v2);
  if (fd >= 0 && nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_TAG_LIST, tags, sizeof tags) == 0 &&
      nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_ROLE, &role, sizeof role) == 0 &&
      nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_PEER_VERIFY, &verify, sizeof verify) == 0 &&
      nrf_bind(fd, (const struct nrf_sockaddr*)&any, sizeof any) == 0 && nrf_listen(fd, 2) == 0)
    return fd;
  fprintf(stderr, "port %u: %s\n", port, strerror(errno));
  return -1;
}

static void echo(int client) {
  char buffer[2048];
  ssize_t count = 0;
  while ((count = nrf_recv(client, buffer, sizeof buffer, 0)) > 0)
    if (nrf_send_all(client, buffer, (size_t)count) != 0) break;
  if (count < 0) fprintf(stderr, "client: %s\n", strerror(errno));
  nrf_close(client);
}

int main(int argc, char** argv) {
  if (argc != 3) return usage();
  char* port_end = NULL;
  char* tag_end = NULL;
  const unsigned long port = strtoul(argv[1], &port_end, 10);
  const unsigned long tag = strtoul(argv[2], &tag_end, 10);
  if (*port_end != '\0' || port == 0 || port > 65535 || *tag_end != '\0' || tag > UINT32_MAX)
    return usage();
  const int fd = serve_at((nrf_in_port_t)port, (nrf_sec_tag_t)tag);
  if (fd < 0) return 1;
  printf("serving\n");
  fflush(stdout);
  for (;;) {
    const int client = nrf_accept(fd, NULL, NULL);
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
