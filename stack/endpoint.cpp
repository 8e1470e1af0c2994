// SPDX-License-Identifier: Apache-2.0
#include "stack/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace cellsock {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

bool is_v4_mapped(const ip_address& address) noexcept {
  return address.family == ip_family::v6 &&
         std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
}

ip_address v4_mapped(const ip_address& v4) noexcept {
  ip_address made{ip_family::v6, {}};
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), made.bytes.begin());
  std::copy_n(v4.bytes.begin(), 4, made.bytes.begin() + mapped_prefix.size());
  return made;
}

ip_address v4_of(const ip_address& mapped) noexcept {
  ip_address made{ip_family::v4, {}};
  std::copy_n(mapped.bytes.begin() + mapped_prefix.size(), 4, made.bytes.begin());
  return made;
}

std::string to_string(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.family == ip_family::v4 ? AF_INET : AF_INET6;
  ::inet_ntop(family, address.bytes.data(), text.data(), text.size());
  return text.data();
}

result<ip_address> parse_address(std::string_view text) {
  // Longer than any address can be; also keeps a hostile length away from the copy below.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return fail(errc::invalid_argument, "not an IP address");
  const std::string copy(text);
  ip_address parsed;
  if (::inet_pton(AF_INET, copy.c_str(), parsed.bytes.data()) == 1) return parsed;
  parsed.bytes = {};
  parsed.family = ip_family::v6;
  if (::inet_pton(AF_INET6, copy.c_str(), parsed.bytes.data()) == 1) return parsed;
  return fail(errc::invalid_argument, "not an IP address: " + copy);
}

std::string to_string(const endpoint& where) {
  const std::string address = to_string(where.address);
  const std::string port = std::to_string(where.port);
  if (where.address.family == ip_family::v4) return address + ":" + port;
  return "[" + address + "]:" + port;
}

result<endpoint> parse_endpoint(std::string_view text) {
  const auto bad = [&] {
    return fail(errc::invalid_argument, "not ADDRESS:PORT: " + std::string(text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.front() == '[';
  if (bracketed) {
    if (host.size() < 2 || host.back() != ']') return bad();
    host = host.substr(1, host.size() - 2);
  }
  const auto address = parse_address(host);
  if (!address || (address->family == ip_family::v6) != bracketed) return bad();
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || problem != std::errc{} || end != digits.data() + digits.size())
    return bad();
  return endpoint{*address, port};
}

}  // namespace cellsock
