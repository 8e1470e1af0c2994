// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "client_lib/endpoint.hpp"

namespace cellsock::client {

/// What a numeric address says, IPv6 in [brackets] too; with ":port" behind the brackets, or behind
/// an IPv4 address, that port.
[[nodiscard]] std::optional<endpoint> literal(std::string_view text);

/// The whole text as a decimal port.
[[nodiscard]] std::optional<std::uint16_t> port_of(std::string_view text);

}  // namespace cellsock::client
