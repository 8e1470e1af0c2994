// SPDX-License-Identifier: Apache-2.0
// Sockets in the syntax where every command names its handle.
#include <array>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

// ---- open and close ----

/// What was named, as the PDN that carries it; empty: that context is not up. The default context
/// needs none at this point.
std::optional<int> pdn_of(const board& b, int cid) {
  if (cid == 0) return 0;
  if (!b.radio.active(cid)) return {};
  return b.radio.contexts().at(cid).pdn_id;
}

verdict open_socket(board& b, const command& c) {
  const auto family = c.number(0, 1, 3);
  const auto type = c.number(1, 1, 3);
  const auto role = c.number(2, 0, 1);
  const auto cid = c.count() > 3 ? c.number(3, 0, 10) : std::optional<std::int32_t>(0);
  if (!family || !type || !role || !cid) return verdict::error;
  // Raw sockets need a packet data network of their own, and there is none.
  if (*family == 3 || *type == 3) return verdict::error;
  const auto pdn_id = pdn_of(b, *cid);
  if (!pdn_id || !family_available(b, *family, *pdn_id)) return verdict::error;
  modem_socket* socket = b.sockets.open();
  if (!socket) return verdict::error;
  socket->family = *family;
  socket->type = *type;
  socket->role = *role;
  socket->context = *cid;
  socket->cid = *pdn_id;
  socket->id = b.stack.open(*type == 2, socket->ip(), *cid);
  b.readiness.opened(*socket);
  b.say("#XSOCKET: " + numbers({socket->handle, socket->type, socket->stream() ? 6 : 17}));
  b.log.add(b.now, "opened", socket->handle, 0, socket->stream() ? "tcp" : "udp");
  return verdict::ok;
}

verdict socket_verb(board& b, const command& c) {
  switch (c.shape) {
    case form::read:
      for (const modem_socket* s : b.sockets.all())
        b.say("#XSOCKET: " + numbers({s->handle, s->family, s->role, s->type, s->context}));
      return verdict::ok;
    case form::test: b.say("#XSOCKET: <handle>,(1,2,3),(1,2,3),(0,1),<cid>"); return verdict::ok;
    default: return open_socket(b, c);
  }
}

/// TLS inside the modem is not emulated yet: opening fails as it does without credentials, and
/// there is none to list.
verdict secure_socket_verb(board& b, const command& c) {
  if (c.shape == form::test)
    b.say("#XSSOCKET: <handle>,(1,2),(1,2),(0,1),<sec_tag>,<peer_verify>,<cid>");
  return c.is_set() ? verdict::error : verdict::ok;
}

void close_one(board& b, const modem_socket& socket) {
  const int handle = socket.handle;
  b.stack.close(socket.id, false, b.now);
  b.log.add(b.now, "closed", handle);
  b.sockets.close(handle);
  b.say("#XCLOSE: " + numbers({handle, 0}));
}

verdict close_verb(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  if (c.count() == 0) {
    for (const modem_socket* socket : b.sockets.all()) close_one(b, *socket);
    return verdict::ok;
  }
  const modem_socket* socket = b.named(c);
  if (!socket) return verdict::error;
  close_one(b, *socket);
  return verdict::ok;
}

// ---- bind, listen, accept ----

verdict bind_verb(board& b, const command& c) {
  const modem_socket* socket = b.named(c);
  const auto port = c.number(1, 0, 65535);
  // To the address its context has, which must exist.
  if (!c.is_set() || !socket || !port || !b.network_up(*socket)) return verdict::error;
  return run_bind(b, *socket, *port);
}

verdict listen_verb(board& b, const command& c) {
  if (c.shape == form::read) {
    for (const modem_socket* s : b.sockets.all())
      if (const auto port = b.stack.listening_on(s->id))
        b.say("#XLISTEN: " + numbers({s->handle, s->context, *port}));
    return verdict::ok;
  }
  const modem_socket* socket = b.named(c);
  if (!c.is_set() || !socket || !b.stack.listen(socket->id)) return verdict::error;
  b.log.add(b.now, "listening", socket->handle);
  return verdict::ok;
}

/// Never waits. With a full table the connection is taken and closed.
verdict accept_verb(board& b, const command& c) {
  modem_socket* listener = b.named(c);
  if (!c.is_set() || !listener) return verdict::error;
  auto next = b.stack.accept(listener->id);
  if (!next) return verdict::error;
  b.rearm(*listener, ready::in);
  const modem_socket from = *listener;
  modem_socket* socket = b.sockets.open();
  if (!socket) {
    b.stack.close(next->socket, true, b.now);
    return verdict::error;
  }
  socket->family = from.family;
  socket->role = from.role;
  socket->context = from.context;
  socket->cid = from.cid;
  socket->id = next->socket;
  b.readiness.opened(*socket);
  b.say("#XACCEPT: " + numbers({socket->handle, socket->context}) + ",\"" +
        to_string(next->peer.address) + "\"," + numbers({next->peer.port}));
  b.log.add(b.now, "accepted", from.handle, 0, to_string(next->peer));
  return verdict::ok;
}

constexpr std::array verbs{
    verb{"XSOCKET", socket_verb, in::sm},
    verb{"XSSOCKET", secure_socket_verb, in::sm},
    verb{"XCLOSE", close_verb, in::sm},
    verb{"XBIND", bind_verb, in::sm},
    verb{"XLISTEN", listen_verb, {dialect::sm_2}},
    verb{"XACCEPT", accept_verb, {dialect::sm_2}},
};

}  // namespace

std::span<const verb> handle_socket_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
