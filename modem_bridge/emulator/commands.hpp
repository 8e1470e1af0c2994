// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/board.hpp"
#include "modem_bridge/emulator/command.hpp"

/// The command set as rows, one table per topic. A handler sees a command that satisfied the
/// grammar and says how it ends; framing and the final result are the executor's.
namespace cellsock::emulator {

struct verb {
  std::string_view name;  // without `#`
  verdict (*run)(board&, const command&);
};

/// What the modem itself (not the application) answers.
struct native_reply {
  std::vector<std::string> lines = {};
  bool ok = true;
  std::optional<int> cme = {};  // the code behind `ok == false`
  duration after{};             // how long the modem takes
};

struct native_verb {
  char separator;
  std::string_view name;
  native_reply (*run)(board&, const command&);
};

std::span<const verb> general_verbs();
std::span<const verb> socket_verbs();
std::span<const verb> transfer_verbs();
std::span<const verb> poll_verbs();
std::span<const native_verb> identity_verbs();
std::span<const native_verb> network_verbs();
std::span<const native_verb> context_verbs();
std::span<const native_verb> power_verbs();

/// Every `#X` command, for `#XCLAC`.
[[nodiscard]] std::vector<std::string_view> application_command_names();
/// Runs one parsed command; an unknown one is an error.
verdict run_command(board& b, const command& c);

}  // namespace cellsock::emulator
