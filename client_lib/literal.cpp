// SPDX-License-Identifier: Apache-2.0
#include "client_lib/literal.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace cellsock::client {

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port, 10);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(port) : std::nullopt;
}

std::optional<endpoint> literal(std::string_view text) {
  endpoint made;
  const bool bracketed = text.starts_with('[');
  const auto first_colon = text.find(':');
  const bool one_colon =
      first_colon != std::string_view::npos && first_colon == text.rfind(':') && !bracketed;
  const auto inner_end = bracketed ? text.find(']') : one_colon ? first_colon : text.size();
  if (inner_end == std::string_view::npos) return std::nullopt;
  const auto rest = text.substr(bracketed ? inner_end + 1 : inner_end);
  if (!rest.empty()) {
    const auto port = rest.front() == ':' ? port_of(rest.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
    made.port = *port;
  }
  const auto first = bracketed ? std::size_t{1} : std::size_t{0};
  const std::string inner(text.substr(first, inner_end - first));
  if (!bracketed && ::inet_pton(AF_INET, inner.c_str(), made.address.data()) == 1) return made;
  made.family = v1::FAMILY_INET6;
  if (!one_colon && ::inet_pton(AF_INET6, inner.c_str(), made.address.data()) == 1) return made;
  return std::nullopt;
}

}  // namespace cellsock::client
