// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_lib/endpoint.hpp"
#include "client_lib/outcome.hpp"

namespace cellsock::client {

/// What a numeric address says, IPv6 in [brackets] too; with ":port" behind the brackets, or behind
/// an IPv4 address, that port.
[[nodiscard]] std::optional<endpoint> literal(std::string_view text);

/// The addresses of `host` in `family` (UNSPECIFIED: any), in the order to try them. A
/// literal is read here; a name is asked of the modem and may take limits::resolve_max. At least
/// one address, or a failure.
/// `pdn`: which packet data network is asked.
[[nodiscard]] outcome<std::vector<endpoint>> resolve(const std::string& host, wire::Family family,
                                                     std::optional<std::uint32_t> pdn = {});

/// The whole text as a decimal port.
[[nodiscard]] std::optional<std::uint16_t> port_of(std::string_view text);

}  // namespace cellsock::client
