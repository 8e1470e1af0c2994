// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/at/command_queue.hpp"
#include "stack/ids.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// `#XSOCKET: <handle>,<type>,<protocol>` of a successful open.
[[nodiscard]] result<modem_handle> opened_handle(const at::reply& reply);
/// The one number of `#XSEND: <n>` and its like; empty: the modem printed none.
[[nodiscard]] std::optional<long> printed_count(const at::reply& reply, std::string_view prefix);

}  // namespace cellsock
