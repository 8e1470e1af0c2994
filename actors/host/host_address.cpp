// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace cellsock::host {

kernel_address to_kernel(const endpoint& from) {
  kernel_address to;
  if (from.address.family == ip_family::v4) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(from.port);
    std::memcpy(&four.sin_addr, from.address.bytes.data(), sizeof four.sin_addr);
    std::memcpy(&to.space, &four, sizeof four);
    to.size = sizeof four;
  } else {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(from.port);
    std::memcpy(&six.sin6_addr, from.address.bytes.data(), sizeof six.sin6_addr);
    std::memcpy(&to.space, &six, sizeof six);
    to.size = sizeof six;
  }
  return to;
}

std::optional<endpoint> from_kernel(const sockaddr* from, socklen_t size) {
  if (from == nullptr || size < sizeof(sa_family_t)) return std::nullopt;
  endpoint to;
  if (from->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in four;
    std::memcpy(&four, from, sizeof four);
    to.port = ntohs(four.sin_port);
    std::memcpy(to.address.bytes.data(), &four.sin_addr, sizeof four.sin_addr);
    return to;
  }
  if (from->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six;
    std::memcpy(&six, from, sizeof six);
    to.address.family = ip_family::v6;
    to.port = ntohs(six.sin6_port);
    std::memcpy(to.address.bytes.data(), &six.sin6_addr, sizeof six.sin6_addr);
    return to;
  }
  return std::nullopt;
}

int kernel_family(ip_family family) noexcept {
  return family == ip_family::v4 ? AF_INET : AF_INET6;
}

}  // namespace cellsock::host
