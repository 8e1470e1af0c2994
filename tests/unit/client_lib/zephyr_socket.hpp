// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zephyr/net/socket.h>

#include <cerrno>
#include <string>

#include "tests/unit/client_lib/connected_socket.hpp"

/// What the tests of the zsock_ calls share, beside connected_socket.hpp: a descriptor is one.
namespace cellsock::testing {

struct host_address {
  explicit host_address(const char* text, std::uint16_t port = 7) {
    family =
        text[0] != '\0' && std::string(text).find(':') != std::string::npos ? AF_INET6 : AF_INET;
    storage.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET6) {
      net_sin6(plain())->sin6_port = net_htons(port);
      zsock_inet_pton(AF_INET6, text, &net_sin6(plain())->sin6_addr);
    } else {
      net_sin(plain())->sin_port = net_htons(port);
      zsock_inet_pton(AF_INET, text, &net_sin(plain())->sin_addr);
    }
  }
  [[nodiscard]] sockaddr* plain() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* plain() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  [[nodiscard]] socklen_t length() const {
    return family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  }
  int family = AF_INET;
  sockaddr_storage storage{};
};

inline program_fd zephyr_stream(int family = AF_INET) {
  return program_fd(zsock_socket(family, SOCK_STREAM, IPPROTO_TCP));
}
inline program_fd zephyr_datagram(int family = AF_INET) {
  return program_fd(zsock_socket(family, SOCK_DGRAM, IPPROTO_UDP));
}
inline int zephyr_connect(int fd, const host_address& peer = host_address("192.0.2.1")) {
  return zsock_connect(fd, peer.plain(), peer.length());
}
inline short zephyr_poll(int fd, short events, int timeout_ms = 0) {
  zsock_pollfd entry{fd, events, 0};
  return zsock_poll(&entry, 1, timeout_ms) < 0 ? short(-1) : entry.revents;
}
/// errno of a call that failed, 0 of one that did not.
inline int errno_of_call(ssize_t result) {
  return result < 0 ? errno : 0;
}

}  // namespace cellsock::testing
