/* SPDX-License-Identifier: Apache-2.0 */
/* Our headers before the host's: the names that both have must still be both. */
#include <nrf_socket.h>
/* clang-format off */
#include <nrf_errno.h>
#include <nrf_gai_errors.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
/* clang-format on */

_Static_assert(sizeof(struct nrf_in6_addr) == 16, "an address is sixteen bytes");
_Static_assert(NRF_AF_INET6 == 2 && AF_INET6 == 10, "two name spaces");

int nrf_headers_first(void);
int nrf_headers_first(void) {
  struct nrf_in6_addr ours = {{{0x20, 0x01}}};
  struct in6_addr hosts = {{{0x20, 0x01}}};
  return ours.s6_addr[1] == hosts.s6_addr[1] ? 0 : 1;
}
