// SPDX-License-Identifier: Apache-2.0
#include "client_lib/endpoint.hpp"

#include <algorithm>
#include <cstddef>

namespace cellsock::client {
namespace {

constexpr std::size_t v4_bytes = 4;
constexpr std::size_t v6_bytes = 16;

}  // namespace

bool is_v4_mapped(const endpoint& where) {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return where.family == v1::FAMILY_INET6 &&
         std::equal(prefix.begin(), prefix.end(), where.address.begin());
}

void to_wire(const endpoint& from, v1::Endpoint& to) {
  const auto length = from.family == v1::FAMILY_INET6 ? v6_bytes : v4_bytes;
  to.set_address(from.address.data(), length);
  to.set_port(from.port);
}

std::optional<endpoint> from_wire(const v1::Endpoint& from) {
  const auto& bytes = from.address();
  if ((bytes.size() != v4_bytes && bytes.size() != v6_bytes) || from.port() > 0xFFFF)
    return std::nullopt;
  endpoint made;
  made.family = bytes.size() == v6_bytes ? v1::FAMILY_INET6 : v1::FAMILY_INET;
  std::transform(bytes.begin(), bytes.end(), made.address.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  made.port = static_cast<std::uint16_t>(from.port());
  return made;
}

}  // namespace cellsock::client
