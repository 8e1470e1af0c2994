// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

std::string numbers(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

// ---- open and close ----

/// A failed open leaves the highest ranked socket selected, whatever was selected before.
verdict open_failed(board& b) {
  b.sockets.reselect();
  return verdict::error;
}

/// A context that is up has to have the family. IPv6 wants it up as well: without an address there
/// is nothing to bind to. IPv4 sockets can be made before there is a network.
bool family_available(const board& b, int family, int pdn_id) {
  const auto cid = b.radio.cid_of_pdn(pdn_id);
  if (!cid) return family == 1;
  return b.radio.reaches(*cid, family == 2 ? ip_family::v6 : ip_family::v4);
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
  modem_socket* socket = b.sockets.open();
  if (!socket) return open_failed(b);
  socket->family = family;
  socket->type = *type;
  socket->role = *role;
  socket->cid = *cid;
  socket->id = b.stack.open(*type == 2, socket->ip());
  b.watch.rearm(*socket, ready::in | ready::out);
  b.say("#XSOCKET: " + numbers({socket->handle, socket->type, socket->stream() ? 6 : 17}));
  b.log.add(b.now, "opened", socket->handle, 0, socket->stream() ? "tcp" : "udp");
  return verdict::ok;
}

verdict close_socket(board& b) {
  modem_socket* socket = b.sockets.current();
  if (!socket) return verdict::ok;
  if (socket->peer) b.stack.close(*socket->peer, false, b.now, socket->cid);
  b.stack.close(socket->id, false, b.now, socket->cid);
  b.log.add(b.now, "closed", socket->handle);
  b.sockets.close_current();
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
  b.say("#XSOCKETSELECT: " + numbers({*handle}));
  return verdict::ok;
}

// ---- options ----

struct option_row {
  int name;
  bool readable;
  int low;
  int high;
};
constexpr int receive_timeout = 20;
constexpr int send_timeout = 21;
constexpr int bind_to_pdn = 40;
/// The firmware's switch lacks a break behind this one and binds to a PDN instead.
constexpr int ipv6_address_refresh = 62;
constexpr int seconds_max = 1'000'000;
constexpr std::array option_rows{
    option_row{2, false, 0, 1},  // reuse address
    option_row{receive_timeout, true, 0, seconds_max},
    option_row{send_timeout, true, 0, seconds_max},
    option_row{30, true, 0, 1},  // silence all
    option_row{31, true, 0, 1},  // IPv4 echo reply
    option_row{32, true, 0, 1},  // IPv6 echo reply
    option_row{bind_to_pdn, false, 0, 255},
    option_row{55, true, 0, 135},  // TCP server session timeout, minutes
    option_row{61, false, 1, 5},   // release assistance
    option_row{ipv6_address_refresh, false, 0, 255},
};

verdict set_option(board& b, modem_socket& socket, const option_row& row, int value) {
  if (value < row.low || value > row.high) return verdict::error;
  switch (row.name) {
    case receive_timeout: socket.receive_timeout_s = value; break;
    case send_timeout: socket.send_timeout_s = value; break;
    case bind_to_pdn:
    case ipv6_address_refresh:
      if (!b.radio.cid_of_pdn(value)) return verdict::error;
      socket.cid = value;
      break;
    default: socket.options[row.name] = value; break;
  }
  return verdict::ok;
}

verdict get_option(board& b, const modem_socket& socket, const option_row& row) {
  if (!row.readable) return verdict::error;
  int value = 0;
  if (row.name == receive_timeout)
    value = socket.receive_timeout_s;
  else if (row.name == send_timeout)
    value = socket.send_timeout_s;
  else if (const auto set = socket.options.find(row.name); set != socket.options.end())
    value = set->second;
  b.say("#XSOCKETOPT: " + numbers({value}));
  return verdict::ok;
}

verdict option_verb(board& b, const command& c) {
  if (c.shape == form::test) {
    b.say("#XSOCKETOPT: (0,1),<name>,<value>");
    return verdict::ok;
  }
  const auto operation = c.number(0, 0, 65535);
  const auto name = c.number(1, 0, 65535);
  if (!c.is_set() || !operation || !name) return verdict::error;
  const auto value = c.count() > 2 ? c.number(2) : std::optional<std::int32_t>(0);
  if (*operation == 1 && !value) return verdict::error;
  if (*operation > 1) return verdict::ok;  // neither get nor set: accepted without effect
  modem_socket* socket = b.sockets.current();
  if (!socket) return verdict::error;
  for (const option_row& row : option_rows)
    if (row.name == *name)
      return *operation == 1 ? set_option(b, *socket, row, *value) : get_option(b, *socket, row);
  return verdict::error;
}

/// Only sockets opened with TLS have these, and there are none.
verdict secure_option_verb(board& b, const command& c) {
  if (c.shape != form::test) return verdict::error;
  b.say("#XSSOCKETOPT: (0,1),<name>,<value>");
  return verdict::ok;
}

// ---- bind and listen ----

verdict bind_verb(board& b, const command& c) {
  const auto port = c.number(0, 0, 65535);
  modem_socket* socket = b.sockets.current();
  // Always to the default context's address of the socket's family, which must exist.
  if (!c.is_set() || !port || !socket || !b.radio.reaches(0, socket->ip())) return verdict::error;
  if (const auto bound = b.stack.bind(socket->id, static_cast<std::uint16_t>(*port)); !bound) {
    b.log.add(b.now, "bind-failed", socket->handle, 0, std::string(name(bound.error().code)));
    return verdict::error;
  }
  b.log.add(b.now, "bound", socket->handle, 0, std::to_string(*port));
  return verdict::ok;
}

verdict listen_verb(board& b, const command& c) {
  modem_socket* socket = b.sockets.current();
  if (!c.is_set() || !socket || socket->role != 1) return verdict::error;
  if (!b.stack.listen(socket->id)) return verdict::error;
  b.log.add(b.now, "listening", socket->handle);
  return verdict::ok;
}

verdict try_accept(board& b, int handle) {
  modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  if ((b.stack.poll(socket->id, b.now) & ready::abnormal) != 0) return verdict::error;
  const int descriptor = b.sockets.free_handle();
  auto next = b.stack.accept(socket->id);
  if (!next) return verdict::blocked;
  if (descriptor < 0) {
    b.stack.close(next->socket, true, b.now);
    return verdict::error;
  }
  // A second accept replaces the first connection and loses its descriptor for good.
  if (socket->peer) b.sockets.leak_handle(socket->peer_handle);
  socket->peer = next->socket;
  socket->peer_handle = descriptor;
  b.say("#XACCEPT: " + numbers({descriptor}) + ",\"" + to_string(next->peer.address) + "\"");
  b.log.add(b.now, "accepted", socket->handle, 0, to_string(next->peer));
  return verdict::ok;
}

verdict accept_verb(board& b, const command& c) {
  modem_socket* socket = b.sockets.current();
  if (!socket || socket->role != 1) return verdict::error;
  if (c.shape == form::read) {
    b.say("#XTCPACCEPT: " + numbers({socket->peer ? socket->peer_handle : 0}));
    return verdict::ok;
  }
  const auto timeout = c.number(0);
  // Both would poll the listener, and only one may.
  if (!c.is_set() || !timeout || b.watch.running()) return verdict::error;
  const int handle = socket->handle;
  const verdict first = try_accept(b, handle);
  if (first != verdict::blocked) return first;
  std::optional<time_point> deadline;
  if (*timeout > 0) deadline = b.now + std::chrono::seconds(*timeout);
  return b.wait(deadline, [&b, handle, deadline] {
    const verdict next = try_accept(b, handle);
    return next == verdict::blocked && deadline && b.now >= *deadline ? verdict::error : next;
  });
}

constexpr std::array verbs{
    verb{"XSOCKET", socket_verb},
    verb{"XSSOCKET", secure_socket_verb},
    verb{"XSOCKETSELECT", select_verb},
    verb{"XSOCKETOPT", option_verb},
    verb{"XSSOCKETOPT", secure_option_verb},
    verb{"XBIND", bind_verb},
    verb{"XLISTEN", listen_verb},
    verb{"XACCEPT", accept_verb},
};

}  // namespace

std::span<const verb> socket_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
