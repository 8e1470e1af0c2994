/* SPDX-License-Identifier: Apache-2.0 */
/* Our header before the host's, by the path that Zephyr had before 3.1, beside the other family. */
#include <net/socket.h>
/* clang-format off */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nrf_socket.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
/* clang-format on */

_Static_assert(AF_INET6 == 10 && NRF_AF_INET6 == 2, "the host's numbers, and Nordic's");
_Static_assert(offsetof(struct zsock_addrinfo, ai_next) == 0, "Zephyr's order");

int zephyr_headers_first(void);
int zephyr_headers_first(void) {
  struct sockaddr_in6 peer = {.sin6_family = AF_INET6, .sin6_port = net_htons(443)};
  struct in6_addr address = {.s6_addr = {0x20, 0x01}};
  peer.sin6_addr = address;
  return peer.sin6_addr.s6_addr[1] == 0x01 && ntohs(peer.sin6_port) == 443 ? 0 : 1;
}
