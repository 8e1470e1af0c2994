// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "cellsock/v1/channel.pb.h"
#include "cellsock/v1/socket.pb.h"

namespace cellsock::client {

/// An IP address and port as a value. v4 uses the first four bytes; network order; the rest zero.
struct endpoint {
  v1::Family family = v1::FAMILY_INET;
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;  // host order
  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// ::ffff:a.b.c.d: an IPv4 peer of an IPv6 socket whose IPV6_V6ONLY is off.
[[nodiscard]] bool is_v4_mapped(const endpoint& where);

void to_wire(const endpoint& from, v1::Endpoint& to);
/// Nothing if the address is neither 4 nor 16 bytes or the port no 16-bit number.
[[nodiscard]] std::optional<endpoint> from_wire(const v1::Endpoint& from);

}  // namespace cellsock::client
