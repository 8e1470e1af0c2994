// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "stack/result.hpp"

namespace cellsock {

enum class ip_family : std::uint8_t { v4, v6 };

/// An IP address as a value. v4 uses the first four bytes, network order; the rest stay zero, so
/// that equality is plain comparison.
struct ip_address {
  ip_family family = ip_family::v4;
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_any() const noexcept { return bytes == std::array<std::uint8_t, 16>{}; }
  friend bool operator==(const ip_address&, const ip_address&) = default;
};

struct endpoint {
  ip_address address;
  std::uint16_t port = 0;  // host order
  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// ::ffff:a.b.c.d (RFC 4291 §2.5.5.2): an IPv4 address as an IPv6 socket sees it.
[[nodiscard]] bool is_v4_mapped(const ip_address& address) noexcept;
[[nodiscard]] ip_address v4_mapped(const ip_address& v4) noexcept;
/// The IPv4 address in a mapped one.
[[nodiscard]] ip_address v4_of(const ip_address& mapped) noexcept;

/// Text forms of RFC 4291 §2.2 (v6, RFC 5952 on output) and dotted decimal (v4).
[[nodiscard]] std::string to_string(const ip_address& address);
[[nodiscard]] result<ip_address> parse_address(std::string_view text);
/// `192.0.2.1:80`, `[2001:db8::1]:80`.
[[nodiscard]] std::string to_string(const endpoint& where);
[[nodiscard]] result<endpoint> parse_endpoint(std::string_view text);

}  // namespace cellsock
