/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a line to an echo server and prints what comes back, told by a callback when there is
 * something to read (NRF_SO_POLLCB), over a PDN of choice (NRF_SO_BINDTOPDN). */
#include <errno.h>
#include <nrf_socket.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_lib/examples/nrf_dial.h"

static sem_t woken;
static atomic_int seen;

static int usage(void) {
  fprintf(stderr,
          "usage: nrf_callback_echo ADDRESS PORT TEXT [PDN]\n"
          "Sends TEXT over TCP and prints the echo. ADDRESS is numeric IPv4.\n");
  return 2;
}

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  return 1;
}

/* On a thread of the library: says that there is something, and does nothing itself. */
static void on_ready(struct nrf_pollfd* fd) {
  atomic_fetch_or(&seen, fd->revents);
  sem_post(&woken);
}

static int choose_pdn(int fd, const char* text) {
  const int pdn = (int)strtol(text, NULL, 10);
  return nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, &pdn, sizeof pdn);
}

/* Reads what there is each time that the callback has been. 0 when all came, 1 on an error or end.
 */
static int print_echo(int fd, size_t left) {
  while (left > 0) {
    char buffer[256];
    while (sem_wait(&woken) != 0) {
    }
    for (;;) {
      const ssize_t count = nrf_recv(fd, buffer, sizeof buffer, NRF_MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) break;
      if (count < 0) return failed("receive");
      if (count == 0) {
        fprintf(stderr, "the server ended the connection, %zu bytes short\n", left);
        return 1;
      }
      fwrite(buffer, 1, (size_t)count, stdout);
      left -= (size_t)count < left ? (size_t)count : left;
    }
  }
  printf("\n");
  return 0;
}

int main(int argc, char** argv) {
  struct nrf_sockaddr_in server = {.sin_family = NRF_AF_INET};
  if (argc < 4 || argc > 5) return usage();
  if (nrf_inet_pton(NRF_AF_INET, argv[1], &server.sin_addr) != 1) return usage();
  const long port = strtol(argv[2], NULL, 10);
  if (port < 1 || port > 65535) return usage();
  server.sin_port = nrf_htons(port);

  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_IPPROTO_TCP);
  if (fd < 0) return failed("socket");
  if (argc == 5 && choose_pdn(fd, argv[4]) != 0) return failed("PDN");
  if (nrf_connect(fd, (const struct nrf_sockaddr*)&server, sizeof server) != 0)
    return failed("connect");
  sem_init(&woken, 0, 0);
  const struct nrf_modem_pollcb callback = {.callback = on_ready, .events = NRF_POLLIN};
  if (nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &callback, sizeof callback) != 0)
    return failed("callback");
  if (nrf_send_all(fd, argv[3], strlen(argv[3])) != 0) return failed("send");
  const int result = print_echo(fd, strlen(argv[3]));
  nrf_close(fd); /* no callback from here on */
  fprintf(stderr, "events seen: 0x%x\n", (unsigned)atomic_load(&seen));
  return result;
}
