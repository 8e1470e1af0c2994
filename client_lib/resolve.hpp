// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_lib/endpoint.hpp"
#include "client_lib/outcome.hpp"

namespace cellsock::client {

/// What a numeric address says, IPv6 in [brackets] too.
[[nodiscard]] std::optional<endpoint> literal(std::string_view text);

/// The addresses of `host` in `family` (UNSPECIFIED: any), in the order to try them, ports 0. A
/// literal is read here; a name is asked of the modem and may take limits::resolve_max. At least
/// one address, or a failure.
[[nodiscard]] outcome<std::vector<endpoint>> resolve(const std::string& host, wire::Family family);

}  // namespace cellsock::client
