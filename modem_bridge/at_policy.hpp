// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "modem_bridge/at/command_queue.hpp"
#include "stack/result.hpp"

/// Which of a person's own AT commands may go to the modem. Refused is what would break the
/// daemon's view of it: sockets, data mode, line discipline, subscriptions. Pure.
namespace cellsock {

/// The command to send, or errc::command_refused with the reason. `timeout` is what the person
/// asked; a command known to take long gets its own, if that is longer.
[[nodiscard]] result<at::command> check_at_command(std::string_view line,
                                                   std::chrono::milliseconds timeout);

}  // namespace cellsock
