// SPDX-License-Identifier: Apache-2.0
// Readiness notices and push receive in the syntax where every command names its handle.
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

/// The handle may be left out: all sockets, also those opened later. Empty: no such socket.
struct target {
  modem_socket* socket = nullptr;  // null: all
};
std::optional<target> target_of(board& b, const command& c) {
  if (!c.has(0)) return target{};
  modem_socket* socket = b.named(c);
  return socket ? std::optional(target{socket}) : std::nullopt;
}

verdict watch_verb(board& b, const command& c) {
  constexpr unsigned wanted = ready::in | ready::out;
  if (c.shape == form::read) {
    for (const modem_socket* s : b.sockets.all())
      if (s->requested != 0)
        b.say("#XAPOLL: " + numbers({s->handle, static_cast<int>(s->requested & wanted)}));
    return verdict::ok;
  }
  if (c.shape == form::test) {
    b.say("#XAPOLL: <handle>,(0,1),(0,1,4,5)");
    return verdict::ok;
  }
  const auto whom = target_of(b, c);
  const auto operation = c.number(1, 0, 1);
  if (!whom || !operation) return verdict::error;
  if (*operation == 0) {
    b.readiness.stop(b.sockets, whom->socket);
    return verdict::ok;
  }
  const auto events = c.number(2, 0, 5);
  if (!events || (static_cast<unsigned>(*events) & ~wanted) != 0) return verdict::error;
  b.readiness.start(b.sockets, whom->socket, static_cast<unsigned>(*events));
  return verdict::ok;
}

verdict push_verb(board& b, const command& c) {
  if (c.shape == form::read) {
    for (const modem_socket* s : b.sockets.all())
      if (s->push != 0) b.say("#XRECVCFG: " + numbers({s->handle, s->push, s->push_hex ? 1 : 0}));
    return verdict::ok;
  }
  if (c.shape == form::test) {
    b.say("#XRECVCFG: <handle>,(0,1,2,3),(0,1)");
    return verdict::ok;
  }
  constexpr int in_data_mode = 2;
  const auto whom = target_of(b, c);
  const auto flags = c.number(1, 0, 3);
  const auto hex = c.count() > 2 ? c.number(2, 0, 1) : std::optional<std::int32_t>(0);
  if (!whom || !flags || !hex || (*hex == 1 && (*flags & in_data_mode) != 0)) return verdict::error;
  b.readiness.configure_push(b.sockets, whom->socket, *flags, *hex == 1);
  return verdict::ok;
}

constexpr std::array verbs{
    verb{"XAPOLL", watch_verb, in::sm},
    verb{"XRECVCFG", push_verb, in::sm},
};

}  // namespace

std::span<const verb> handle_poll_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
