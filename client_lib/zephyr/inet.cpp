// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>

#include "client_lib/face/edge.hpp"
#include "client_lib/face/sockaddr.hpp"
#include "client_lib/resolve.hpp"
#include "client_lib/zephyr/api.hpp"

namespace {

/// The host's calls read and write more families than these two.
int checked(sa_family_t family) {
  return family == AF_INET || family == AF_INET6 ? family : -1;
}

}  // namespace

int zsock_inet_pton(sa_family_t family, const char* src, void* dst) {
  return ::inet_pton(checked(family), src, dst);
}

int net_addr_pton(sa_family_t family, const char* src, void* dst) {
  const int before = errno;
  const bool read = zsock_inet_pton(family, src, dst) == 1;
  errno = before;
  return read ? 0 : -EINVAL;
}

char* net_addr_ntop(sa_family_t family, const void* src, char* dst, size_t size) {
  const int before = errno;
  char* text = zsock_inet_ntop(family, src, dst, size);
  errno = before;
  return text;
}

bool net_ipaddr_parse(const char* str, size_t str_len, struct sockaddr* addr) {
  namespace client = cellsock::client;
  if (str == nullptr || addr == nullptr) return false;
  const auto parse = [&] {
    const auto found = client::literal({str, str_len});
    if (!found) return 0;
    socklen_t length = sizeof(sockaddr_in6);
    client::face::store<client::zephyr::api>(*found, addr, &length);
    return 1;
  };
  return client::face::at_edge(parse) == 1;
}

int64_t zsock_uptime_ms(void) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

char* zsock_inet_ntop(sa_family_t family, const void* src, char* dst, size_t size) {
  const auto room = std::min<size_t>(size, std::numeric_limits<socklen_t>::max());
  return ::inet_ntop(checked(family), src, dst, static_cast<socklen_t>(room)) != nullptr ? dst
                                                                                         : nullptr;
}
