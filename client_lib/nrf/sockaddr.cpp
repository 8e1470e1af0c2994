// SPDX-License-Identifier: Apache-2.0
#include "client_lib/nrf/sockaddr.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cellsock::client::nrf {
namespace {

endpoint parse_v4(const nrf_sockaddr* address) {
  nrf_sockaddr_in given;
  std::memcpy(&given, address, sizeof given);
  endpoint made;
  made.family = v1::FAMILY_INET;
  std::memcpy(made.address.data(), &given.sin_addr, sizeof given.sin_addr);
  made.port = NRF_NTOHS(given.sin_port);
  return made;
}

endpoint parse_v6(const nrf_sockaddr* address) {
  nrf_sockaddr_in6 given;
  std::memcpy(&given, address, sizeof given);
  endpoint made;
  made.family = v1::FAMILY_INET6;
  std::memcpy(made.address.data(), &given.sin6_addr, sizeof given.sin6_addr);
  made.port = NRF_NTOHS(given.sin6_port);
  return made;
}

template <class Stored>
void copy_out(const Stored& value, nrf_sockaddr* address, nrf_socklen_t* length) {
  std::memcpy(static_cast<void*>(address), &value, std::min<std::size_t>(*length, sizeof value));
  *length = sizeof value;
}

}  // namespace

parsed_address parse(const nrf_sockaddr* address, nrf_socklen_t length) {
  if (address == nullptr) return EFAULT;
  if (length < sizeof(nrf_sa_family_t)) return EINVAL;
  switch (address->sa_family) {
    case NRF_AF_UNSPEC: return std::optional<endpoint>{};
    case NRF_AF_INET:
      if (length < sizeof(nrf_sockaddr_in)) return EINVAL;
      return std::optional(parse_v4(address));
    case NRF_AF_INET6:
      if (length < sizeof(nrf_sockaddr_in6)) return EINVAL;
      return std::optional(parse_v6(address));
    default: return EAFNOSUPPORT;
  }
}

void store(const endpoint& from, nrf_sockaddr* address, nrf_socklen_t* length) {
  if (address == nullptr || length == nullptr) return;
  if (from.family == v1::FAMILY_INET6) {
    nrf_sockaddr_in6 made{};
    made.sin6_family = NRF_AF_INET6;
    made.sin6_port = NRF_HTONS(from.port);
    std::memcpy(&made.sin6_addr, from.address.data(), sizeof made.sin6_addr);
    copy_out(made, address, length);
  } else {
    nrf_sockaddr_in made{};
    made.sin_family = NRF_AF_INET;
    made.sin_port = NRF_HTONS(from.port);
    std::memcpy(&made.sin_addr, from.address.data(), sizeof made.sin_addr);
    copy_out(made, address, length);
  }
}

std::optional<v1::Family> family_of(int nrf_family) {
  switch (nrf_family) {
    case NRF_AF_INET: return v1::FAMILY_INET;
    case NRF_AF_INET6: return v1::FAMILY_INET6;
    default: return std::nullopt;
  }
}

int nrf_family_of(v1::Family family) {
  return family == v1::FAMILY_INET6 ? NRF_AF_INET6 : NRF_AF_INET;
}

}  // namespace cellsock::client::nrf
