// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <initializer_list>
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
  std::string_view name;  // without its separator
  verdict (*run)(board&, const command&);
  dialect_set where;     // the firmware that has it
  char separator = '#';  // `+`: the application answers it itself, not the modem
};

/// What the modem itself (not the application) answers.
struct native_reply {
  std::vector<std::string> lines = {};
  bool ok = true;
  std::optional<int> cme = {};  // the code behind `ok == false`
  duration after{};             // how long the modem takes
  /// What it answers instead, as things are then.
  std::function<native_reply(board&)> at_last = {};
};

struct native_verb {
  char separator;
  std::string_view name;
  native_reply (*run)(board&, const command&);
};

std::span<const verb> general_verbs();
std::span<const verb> socket_verbs();
std::span<const verb> transfer_verbs();
std::span<const verb> option_verbs();
std::span<const verb> listener_verbs();
std::span<const verb> line_verbs();
std::span<const verb> handle_socket_verbs();
std::span<const verb> handle_transfer_verbs();
std::span<const verb> handle_poll_verbs();
std::span<const verb> poll_verbs();
std::span<const native_verb> identity_verbs();
std::span<const native_verb> network_verbs();
std::span<const native_verb> context_verbs();
std::span<const native_verb> power_verbs();

/// `1,2,3`: how information lines print numbers.
[[nodiscard]] std::string numbers(std::initializer_list<int> values);
/// A context that is up has to have the family. IPv6 wants it up as well: without an address there
/// is nothing to bind to. IPv4 sockets can be made before there is a network.
[[nodiscard]] bool family_available(const board& b, int family, int pdn_id);

/// Every command the application of this dialect answers, with its separator, for `#XCLAC`.
[[nodiscard]] std::vector<std::string> application_command_names(dialect where);
/// Runs one parsed command; an unknown one is an error.
verdict run_command(board& b, const command& c);

}  // namespace cellsock::emulator
