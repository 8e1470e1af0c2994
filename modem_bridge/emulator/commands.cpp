// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/commands.hpp"

#include <array>

namespace cellsock::emulator {
namespace {

auto application_tables() {
  return std::array{general_verbs(),    socket_verbs(),        option_verbs(),
                    listener_verbs(),   transfer_verbs(),      poll_verbs(),
                    line_verbs(),       handle_socket_verbs(), handle_transfer_verbs(),
                    handle_poll_verbs()};
}

const verb* find_verb(const board& b, const command& c) {
  for (const auto& table : application_tables())
    for (const verb& row : table)
      if (row.separator == c.separator && row.name == c.name && row.where.has(b.rules().id))
        return &row;
  return nullptr;
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
      if (reply.after == duration::zero())
        return finish_native(b, reply.at_last ? reply.at_last(b) : reply);
      const time_point end = b.now + reply.after;
      return b.wait(end, [&b, end, reply = std::move(reply)] {
        if (b.now < end) return verdict::blocked;
        return finish_native(b, reply.at_last ? reply.at_last(b) : reply);
      });
    }
  }
  return verdict::error;
}

}  // namespace

std::string numbers(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

bool family_available(const board& b, int family, int pdn_id) {
  const auto cid = b.radio.cid_of_pdn(pdn_id);
  if (!cid) return family == 1;
  return b.radio.reaches(*cid, family == 2 ? ip_family::v6 : ip_family::v4);
}

std::vector<std::string> application_command_names(dialect where) {
  std::vector<std::string> names;
  for (const auto& table : application_tables())
    for (const verb& row : table)
      if (row.where.has(where) && row.separator != 'E')
        names.push_back(row.separator + std::string(row.name));
  return names;
}

verdict run_command(board& b, const command& c) {
  if (c.separator == 0) return verdict::ok;
  if (const verb* row = find_verb(b, c)) return row->run(b, c);
  return c.separator == '+' || c.separator == '%' ? run_native(b, c) : verdict::error;
}

}  // namespace cellsock::emulator
