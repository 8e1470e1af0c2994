// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

// ---- open and close ----

/// Up to NCS 3.0 the current socket is a copy: an accepted connection is forgotten, and its
/// descriptor lost, when another copy takes its place.
void forget_peers(board& b) {
  if (!b.rules().peer_forgotten) return;
  for (modem_socket* socket : b.sockets.all()) {
    if (!socket->peer) continue;
    b.log.add(b.now, "peer-forgotten", socket->handle);
    b.sockets.leak_handle(socket->peer_handle);
    socket->peer.reset();
    socket->peer_handle = -1;
  }
}

/// What a failed open leaves selected depends on the build. A full table is found first.
verdict open_failed(board& b) {
  if (b.rules().open_failure == failed_open::selects_youngest) {
    b.sockets.reselect();
    return verdict::error;
  }
  if (b.sockets.full()) return verdict::error;
  forget_peers(b);
  b.sockets.deselect();
  return verdict::error;
}

verdict open_socket(board& b, const command& c, int family) {
  const auto type = c.number(1);
  const auto role = c.number(2);
  const auto cid = c.count() > 3 ? c.number(3, 0, 10) : std::optional<std::int32_t>(0);
  // Raw sockets (type 3) need a packet data network of their own, and there is none.
  if (!type || !role || !cid || (*type != 1 && *type != 2)) return open_failed(b);
  // A context other than the default is bound at once, by its PDN id, so it must be up.
  if (*cid > 0 && !b.radio.cid_of_pdn(*cid)) return open_failed(b);
  if (!family_available(b, family, *cid)) return open_failed(b);
  if (b.sockets.full()) return open_failed(b);
  forget_peers(b);
  modem_socket* socket = b.sockets.open();
  socket->family = family;
  socket->type = *type;
  socket->role = *role;
  socket->cid = *cid;
  socket->context = b.context_of(*cid);
  socket->id = b.stack.open(*type == 2, socket->ip(), socket->context);
  b.rearm(*socket, ready::in | ready::out);
  b.say("#XSOCKET: " + numbers({socket->handle, socket->type, socket->stream() ? 6 : 17}));
  b.log.add(b.now, "opened", socket->handle, 0, socket->stream() ? "tcp" : "udp");
  return verdict::ok;
}

verdict close_socket(board& b) {
  modem_socket* socket = b.sockets.current();
  if (!socket) return verdict::ok;
  if (socket->peer) b.stack.close(*socket->peer, false, b.now);
  b.stack.close(socket->id, false, b.now);
  b.log.add(b.now, "closed", socket->handle);
  b.sockets.close_current();
  forget_peers(b);
  b.say("#XSOCKET: 0,\"closed\"");
  return verdict::ok;
}

verdict socket_verb(board& b, const command& c) {
  const modem_socket* current = b.sockets.current();
  switch (c.shape) {
    case form::read:
      if (current)
        b.say("#XSOCKET: " + numbers({current->handle, current->family, current->role,
                                      current->type, current->cid}));
      return verdict::ok;
    case form::test:
      b.raw("\r\n#XSOCKET: (0,1,2),(1,2,3),(0,1),<cid>");  // no CRLF behind it, unlike all others
      return verdict::ok;
    default: break;
  }
  const auto operation = c.number(0, 0, 2);
  if (!operation) return verdict::error;
  return *operation == 0 ? close_socket(b) : open_socket(b, c, *operation);
}

/// TLS inside the modem is not emulated yet: opening fails as it does without credentials.
verdict secure_socket_verb(board& b, const command& c) {
  const modem_socket* current = b.sockets.current();
  switch (c.shape) {
    case form::read:
      if (current)
        b.say("#XSSOCKET: " + numbers({current->handle, current->family, current->role,
                                       current->type, current->sec_tag, current->cid}));
      return verdict::ok;
    case form::test:
      b.say("#XSSOCKET: (0,1,2),(1,2),(0,1),<sec_tag>,<peer_verify>,<cid>");
      return verdict::ok;
    default: break;
  }
  const auto operation = c.number(0, 0, 2);
  if (!operation) return verdict::error;
  return *operation == 0 ? close_socket(b) : open_failed(b);
}

verdict select_verb(board& b, const command& c) {
  if (c.shape == form::read) {
    for (const modem_socket* s : b.sockets.all())
      b.say("#XSOCKETSELECT: " +
            numbers({s->handle, s->family, s->role, s->type, s->sec_tag, s->ranking, s->cid}));
    if (const modem_socket* current = b.sockets.current())
      b.say("#XSOCKETSELECT: " + numbers({current->handle}));
    return verdict::ok;
  }
  const auto handle = c.number(0);
  if (!c.is_set() || !handle || !b.sockets.select(*handle)) return verdict::error;
  forget_peers(b);
  b.say("#XSOCKETSELECT: " + numbers({*handle}));
  return verdict::ok;
}

constexpr std::array verbs{
    verb{"XSOCKET", socket_verb, in::slm},
    verb{"XSSOCKET", secure_socket_verb, in::slm},
    verb{"XSOCKETSELECT", select_verb, in::slm},
};

}  // namespace

std::span<const verb> socket_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
