// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <zephyr/net/socket.h>

#include <algorithm>
#include <limits>

namespace {

/// The host's calls read and write more families than these two.
int checked(sa_family_t family) {
  return family == AF_INET || family == AF_INET6 ? family : -1;
}

}  // namespace

int zsock_inet_pton(sa_family_t family, const char* src, void* dst) {
  return ::inet_pton(checked(family), src, dst);
}

char* zsock_inet_ntop(sa_family_t family, const void* src, char* dst, size_t size) {
  const auto room = std::min<size_t>(size, std::numeric_limits<socklen_t>::max());
  return ::inet_ntop(checked(family), src, dst, static_cast<socklen_t>(room)) != nullptr ? dst
                                                                                         : nullptr;
}
