/* SPDX-License-Identifier: Apache-2.0 */
/* Asks something of a server over a packet data network of its own choice: a socket bound to a PDN,
 * a send that may be partial, and a receive that waits by nrf_poll(). */
#include <errno.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

enum { TIMEOUT_MS = 20000, ANSWER_BYTES = 1024 };

static int usage(void) {
  fprintf(stderr,
          "usage: nrf_pdn_ask PDN ADDRESS PORT TEXT\n"
          "Sends TEXT by TCP over the network called PDN (pdn0, pdn1, ... or modem1/pdn0) to an\n"
          "IPv4 address, and prints the answer.\n");
  return 2;
}

/* What a receive with a timeout of its own is: -1 with ETIMEDOUT if nothing came. */
static ssize_t receive_within(int fd, void* room, size_t bytes, int timeout_ms) {
  struct nrf_pollfd entry = {.fd = fd, .events = NRF_POLLIN};
  const int ready = nrf_poll(&entry, 1, timeout_ms);
  if (ready < 0) return -1;
  if (ready == 0) {
    errno = ETIMEDOUT;
    return -1;
  }
  return nrf_recv(fd, room, bytes, NRF_MSG_DONTWAIT);
}

static const char* ask(int fd, const char* pdn, const struct nrf_sockaddr_in* server,
                       const char* text) {
  if (nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, pdn, (nrf_socklen_t)strlen(pdn)) != 0)
    return "this network";
  if (nrf_connect(fd, (const struct nrf_sockaddr*)server, sizeof *server) != 0) return "connect";
  if (nrf_send_all(fd, text, strlen(text)) != 0) return "send";
  char answer[ANSWER_BYTES];
  const ssize_t count = receive_within(fd, answer, sizeof answer, TIMEOUT_MS);
  if (count < 0) return "receive";
  printf("%.*s\n", (int)count, answer);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 5) return usage();
  char* end = NULL;
  const unsigned long port = strtoul(argv[3], &end, 10);
  struct nrf_sockaddr_in server = {.sin_family = NRF_AF_INET,
                                   .sin_port = nrf_htons((nrf_in_port_t)port)};
  if (*end != '\0' || port == 0 || port > 65535 ||
      nrf_inet_pton(NRF_AF_INET, argv[2], &server.sin_addr) != 1)
    return usage();
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_IPPROTO_TCP);
  const char* failed = fd < 0 ? "socket" : ask(fd, argv[1], &server, argv[4]);
  if (failed != NULL) fprintf(stderr, "%s: %s: %s\n", argv[1], failed, strerror(errno));
  if (fd >= 0) nrf_close(fd);
  return failed == NULL ? 0 : 1;
}
