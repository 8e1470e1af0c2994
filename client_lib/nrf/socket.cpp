// SPDX-License-Identifier: Apache-2.0
#include <nrf_socket.h>

#include <array>

#include "cellsock/version.h"
#include "client_lib/bsd_calls.hpp"
#include "client_lib/nrf/edge.hpp"
#include "client_lib/nrf/sockaddr.hpp"

namespace cellsock::client::nrf {
namespace {

struct kind_row {
  int type;
  v1::SocketType meaning;
  int protocol;  // besides 0
};
constexpr std::array kinds{
    kind_row{NRF_SOCK_STREAM, v1::SOCKET_TYPE_STREAM, NRF_IPPROTO_TCP},
    kind_row{NRF_SOCK_DGRAM, v1::SOCKET_TYPE_DATAGRAM, NRF_IPPROTO_UDP},
};

int open(int family, int type, int protocol) {
  const auto wanted = family_of(family);
  if (!wanted) return -EAFNOSUPPORT;
  for (const auto& kind : kinds) {
    if (kind.type != type) continue;
    if (protocol != 0 && protocol != kind.protocol) return -EPROTONOSUPPORT;
    return open_socket(*wanted, kind.meaning, static_cast<std::uint32_t>(kind.protocol));
  }
  return -EPROTOTYPE;
}

int connect_to(int fd, const nrf_sockaddr* address, nrf_socklen_t length) {
  const auto parsed = parse(address, length);
  if (const int* error = std::get_if<int>(&parsed)) return -*error;
  return connect_socket(fd, std::get<std::optional<endpoint>>(parsed));
}

int control(int fd, int command, int flags) {
  switch (command) {
    case NRF_F_GETFL: {
      const int nonblocking = get_nonblocking(fd);
      return nonblocking > 0 ? NRF_O_NONBLOCK : nonblocking;
    }
    case NRF_F_SETFL:
      if ((flags & ~NRF_O_NONBLOCK) != 0) return -EINVAL;
      return set_nonblocking(fd, flags == NRF_O_NONBLOCK);
    default: return -EINVAL;
  }
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock::client;

const struct nrf_in6_addr nrf_in6addr_any = {};
const struct nrf_in_addr nrf_inaddr_any = {};

const char* cellsock_version() {
  return CELLSOCK_VERSION;
}

int nrf_socket(int family, int type, int protocol) {
  return nrf::at_edge([&] { return nrf::open(family, type, protocol); });
}

int nrf_close(int fd) {
  return nrf::at_edge([&] { return close_socket(fd); });
}

int nrf_connect(int fd, const struct nrf_sockaddr* address, nrf_socklen_t address_len) {
  return nrf::at_edge([&] { return nrf::connect_to(fd, address, address_len); });
}

int nrf_fcntl(int fd, int cmd, int flags) {
  return nrf::at_edge([&] { return nrf::control(fd, cmd, flags); });
}
