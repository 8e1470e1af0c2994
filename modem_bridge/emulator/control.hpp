// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "modem_bridge/emulator/modem.hpp"

/// The emulator's remote control: faults and network events on demand, and what is going on.
namespace cellsock::emulator {

/// What the verbs act on. `now` is the board's.
struct control_target {
  modem& whole;
  board& parts;
  executor& queue;
  uplink& line;
  event_log& log;
};

/// Words separated by blanks; the first is the verb. An unknown verb's answer lists them all.
[[nodiscard]] control_reply run_control(control_target target, std::string_view request);
[[nodiscard]] bool is_control_verb(std::string_view name);
/// One line per verb: for `--help`.
[[nodiscard]] std::string control_usage();

}  // namespace cellsock::emulator
