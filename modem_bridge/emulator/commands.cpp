// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/commands.hpp"

#include <array>

namespace cellsock::emulator {
namespace {

auto application_tables() {
  return std::array{general_verbs(), socket_verbs(), transfer_verbs(), poll_verbs()};
}

verdict finish_native(board& b, const native_reply& reply) {
  if (!reply.lines.empty()) {
    b.raw("\r\n");
    for (const std::string& line : reply.lines) b.raw(line + "\r\n");
  }
  if (reply.ok) return verdict::ok;
  if (!reply.cme || !b.cme_errors) return verdict::error;
  b.say("+CME ERROR: " + std::to_string(*reply.cme));
  return verdict::silent;
}

verdict run_native(board& b, const command& c) {
  for (const auto& table : {identity_verbs(), network_verbs(), context_verbs(), power_verbs()}) {
    for (const native_verb& row : table) {
      if (row.separator != c.separator || row.name != c.name) continue;
      native_reply reply = row.run(b, c);
      if (reply.after == duration::zero()) return finish_native(b, reply);
      const time_point end = b.now + reply.after;
      return b.wait(end, [&b, end, reply = std::move(reply)] {
        return b.now < end ? verdict::blocked : finish_native(b, reply);
      });
    }
  }
  return verdict::error;
}

}  // namespace

std::vector<std::string_view> application_command_names() {
  std::vector<std::string_view> names;
  for (const auto& table : application_tables())
    for (const verb& row : table) names.push_back(row.name);
  return names;
}

verdict run_command(board& b, const command& c) {
  if (c.separator == 0) return verdict::ok;
  if (c.separator != '#') return run_native(b, c);
  for (const auto& table : application_tables())
    for (const verb& row : table)
      if (row.name == c.name) return row.run(b, c);
  return verdict::error;
}

}  // namespace cellsock::emulator
