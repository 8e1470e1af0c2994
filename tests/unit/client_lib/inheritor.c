/* SPDX-License-Identifier: Apache-2.0 */
/* A program that was given a socket by exec or posix_spawn: its number is the argument. It uses it
 * by the library, which knows nothing of it here. Exit status: 0, or the step that failed. */
#include <fcntl.h>
#include <nrf_socket.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/net/socket.h>

enum { LIBRARY_NUMBERS_FROM = 768, LIBRARY_NUMBERS_TO = 2048 };

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const int fd = (int)strtol(argv[1], NULL, 10);
  /* The parent's control connections are none of ours. */
  for (int other = LIBRARY_NUMBERS_FROM; other < LIBRARY_NUMBERS_TO; ++other)
    if (fcntl(other, F_GETFD) >= 0) return 2;
  struct nrf_timeval timeout = {0, 0};
  nrf_socklen_t length = sizeof timeout;
  if (nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_SNDTIMEO, &timeout, &length) != 0) return 3;
  if (timeout.tv_sec != 77) return 4;
  if (nrf_send(fd, "heir", 4, 0) != 4) return 5;
  char reply[5];
  if (zsock_recv(fd, reply, sizeof reply, ZSOCK_MSG_WAITALL) != sizeof reply) return 6;
  if (memcmp(reply, "reply", sizeof reply) != 0) return 7;
  return nrf_close(fd) == 0 ? 0 : 8;
}
