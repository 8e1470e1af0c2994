// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/result.hpp"

/// The emulated network's DNS: a table, never the host's resolver.
namespace cellsock::emulator {

using name_table = std::multimap<std::string, ip_address>;

/// `NAME=ADDRESS`.
[[nodiscard]] status add_name(name_table& names, std::string_view assignment);
/// Hosts-file text: `ADDRESS NAME [NAME…]`, `#` comments. The error names the line.
[[nodiscard]] status add_hosts(name_table& names, std::string_view text);
/// Addresses of a name in table order; a literal resolves to itself. Empty: unknown. Names do not
/// distinguish case.
[[nodiscard]] std::vector<ip_address> resolve(const name_table& names, std::string_view name);

}  // namespace cellsock::emulator
