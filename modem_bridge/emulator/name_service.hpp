// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "modem_bridge/emulator/name_table.hpp"

namespace cellsock::emulator {

/// What the network's own name servers answer to a DNS query (RFC 1035; A and AAAA of the table,
/// anything else has no data or is not implemented). Nothing for what is no query at all.
[[nodiscard]] std::optional<std::vector<std::byte>> answer_query(const name_table& names,
                                                                 std::span<const std::byte> query);

}  // namespace cellsock::emulator
