// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>

#include <array>
#include <string>

#include "client_lib/endpoint.hpp"

namespace cellsock::cli {

/// `192.0.2.1:80`, `[2001:db8::1]:80`; empty for what is no address.
[[nodiscard]] inline std::string text_of(const v1::Endpoint& wire) {
  const auto where = client::from_wire(wire);
  if (!where) return {};
  const bool v6 = where->family == v1::FAMILY_INET6;
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, where->address.data(), text.data(), text.size());
  const std::string address = v6 ? '[' + std::string(text.data()) + ']' : text.data();
  return address + ':' + std::to_string(where->port);
}

}  // namespace cellsock::cli
