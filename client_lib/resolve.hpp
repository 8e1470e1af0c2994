// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_lib/endpoint.hpp"
#include "client_lib/literal.hpp"
#include "client_lib/outcome.hpp"

namespace cellsock::client {

/// The addresses of `host` in `family` (UNSPECIFIED: any), in the order to try them. A
/// literal is read here; a name is asked of the modem and may take limits::resolve_max. At least
/// one address, or a failure.
/// `pdn`: which packet data network is asked.
[[nodiscard]] outcome<std::vector<endpoint>> resolve(const std::string& host, wire::Family family,
                                                     std::optional<std::uint32_t> pdn = {});

}  // namespace cellsock::client
