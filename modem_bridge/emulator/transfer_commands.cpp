// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/outgoing.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::size_t host_bytes_max = 127;
constexpr std::size_t string_bytes_max = 1024;
constexpr std::size_t receive_bytes_max = 2048;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// ---- connect ----

verdict connect_failed(board& b, int handle, std::string why) {
  b.log.add(b.now, "connect-failed", handle, 0, std::move(why));
  return verdict::error;
}

verdict await_connect(board& b, int handle, time_point deadline, bool limited) {
  const modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  switch (b.stack.stage_of(socket->id)) {
    case ip_stack::stage::connected:
      b.say("#XCONNECT: 1");
      b.log.add(b.now, "connected", handle);
      b.radio.traffic(b.now);
      return verdict::ok;
    case ip_stack::stage::connecting: break;
    default: return connect_failed(b, handle, "refused");
  }
  if (!limited || b.now < deadline) return verdict::blocked;
  b.stack.abandon_connect(socket->id);
  return connect_failed(b, handle, "timed out");
}

verdict begin_connect(board& b, int handle, const endpoint& remote) {
  const modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  if (!b.network_up(*socket)) return connect_failed(b, handle, "no data network");
  b.log.add(b.now, "connecting", handle, 0, to_string(remote));
  b.stack.connect(socket->id, remote, b.now);
  b.stack.settle(b.now);
  const bool limited = socket->send_timeout_s > 0;
  const time_point deadline = b.now + std::chrono::seconds(socket->send_timeout_s);
  const verdict first = await_connect(b, handle, deadline, limited);
  if (first != verdict::blocked) return first;
  return b.wait(limited ? std::optional(deadline) : std::nullopt, [&b, handle, deadline, limited] {
    return await_connect(b, handle, deadline, limited);
  });
}

verdict connect_verb(board& b, const command& c) {
  const modem_socket* socket = b.sockets.current();
  const auto host = c.text(0, host_bytes_max);
  const auto port = c.number(1, 0, 65535);
  if (!c.is_set() || !socket || socket->role != 0 || !host || !port) return verdict::error;
  const int handle = socket->handle;
  if (socket->stream() && b.stack.stage_of(socket->id) != ip_stack::stage::idle)
    return connect_failed(b, handle, "already used");
  const resolution found = resolve_host(b, *host, socket->ip());
  const auto go = [&b, handle, found, port = static_cast<std::uint16_t>(*port)]() -> verdict {
    if (!found.address) return connect_failed(b, handle, "unknown host");
    return begin_connect(b, handle, {*found.address, port});
  };
  if (found.wait == duration::zero()) return go();
  const time_point answered = b.now + found.wait;
  return b.wait(answered,
                [&b, answered, go] { return b.now < answered ? verdict::blocked : go(); });
}

// ---- send ----

/// The count first, whatever happened; then the result. A failure before the first attempt (no
/// connection, unknown host) has no count.
verdict report_sent(board& b, const char* name, const outgoing& op, bool ok) {
  if (!op.never_tried()) {
    b.say(std::string(name) + ": " + std::to_string(op.sent_bytes()));
    if (modem_socket* socket = b.sockets.find(op.handle())) b.watch.rearm(*socket, ready::out);
  }
  return ok ? verdict::ok : verdict::error;
}

verdict send_verb(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.send_flags = 0;
  const auto payload = c.text(0, string_bytes_max);
  if (c.has(0) && !payload) return verdict::error;
  if (c.count() > 1) {
    const auto flags = c.number(1);
    if (!flags) return verdict::error;
    b.send_flags = *flags;
  }
  if (!payload) {
    b.enter_data_mode();
    return verdict::ok;
  }
  return run_outgoing(
      b, outgoing(b, bytes_of(*payload), {}, 0, b.send_flags),
      [&b](const outgoing& op, bool ok) { return report_sent(b, "#XSEND", op, ok); });
}

verdict send_to_verb(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.send_flags = 0;
  const auto host = c.text(0, host_bytes_max);
  if (!host) return verdict::error;
  b.send_host = *host;  // kept even if what follows is refused
  const auto port = c.number(1, 0, 65535);
  if (!port) return verdict::error;
  b.send_port = *port;
  const auto payload = c.text(2, string_bytes_max);
  if (c.has(2) && !payload) return verdict::error;
  if (c.count() > 3) {
    const auto flags = c.number(3);
    if (!flags) return verdict::error;
    b.send_flags = *flags;
  }
  if (!payload) {
    b.enter_data_mode();
    return verdict::ok;
  }
  outgoing op(b, bytes_of(*payload), b.send_host, b.send_port, b.send_flags);
  b.send_host.clear();
  return run_outgoing(b, std::move(op), [&b](const outgoing& done, bool ok) {
    return report_sent(b, "#XSENDTO", done, ok);
  });
}

// ---- receive ----

struct receive_request {
  int handle = -1;
  pcb source{};
  bool with_address = false;
  bool peek = false;
  bool wait_all = false;
  std::optional<time_point> deadline = {};  // empty: for ever
  bool at_once = false;
};

verdict try_receive(board& b, const receive_request& want) {
  using outcome = ip_stack::received::outcome;
  modem_socket* socket = b.sockets.find(want.handle);
  if (!socket) return verdict::error;
  const bool over = want.at_once || (want.deadline && b.now >= *want.deadline);
  const bool ended = (b.stack.poll(want.source, b.now) & (ready::hup | ready::err)) != 0;
  if (want.wait_all && socket->stream() && !over && !ended &&
      b.stack.readable_bytes(want.source, b.now) < receive_bytes_max)
    return verdict::blocked;
  const auto got = b.stack.receive(want.source, receive_bytes_max, want.peek, b.now);
  switch (got.is) {
    case outcome::nothing: return over ? verdict::error : verdict::blocked;
    case outcome::ended: return verdict::ok;  // end of file: OK alone
    case outcome::failed: return verdict::error;
    case outcome::bytes: break;
  }
  std::string header =
      (want.with_address ? "#XRECVFROM: " : "#XRECV: ") + std::to_string(got.payload.size());
  if (want.with_address)
    header += ",\"" + to_string(got.peer.address) + "\"," + std::to_string(got.peer.port);
  b.say(header);
  b.injection_point(urc_injection::header);
  b.raw(got.payload);
  b.injection_point(urc_injection::tail);
  b.watch.rearm(*socket, ready::in);
  socket->received_bytes += got.payload.size();
  b.log.add(b.now, "received", want.handle, got.payload.size());
  b.radio.traffic(b.now);
  return verdict::ok;
}

verdict receive(board& b, const command& c, bool with_address) {
  constexpr int peek = 2;
  constexpr int dont_wait = 64;
  constexpr int wait_all = 256;
  modem_socket* socket = b.sockets.current();
  const auto timeout = c.number(0, 0, 1'000'000);
  const auto flags = c.count() > 1 ? c.number(1) : std::optional<std::int32_t>(0);
  if (!c.is_set() || !socket || !timeout || !flags ||
      (*flags & ~(peek | dont_wait | wait_all)) != 0)
    return verdict::error;
  const bool server = socket->stream() && socket->role == 1;
  if (server && !socket->peer) return verdict::error;
  socket->receive_timeout_s = *timeout;
  receive_request want;
  want.handle = socket->handle;
  want.source = server && !with_address ? *socket->peer : socket->id;
  want.with_address = with_address;
  want.peek = (*flags & peek) != 0;
  want.at_once = (*flags & dont_wait) != 0;
  want.wait_all = (*flags & wait_all) != 0;
  // The timeout goes to the listening socket, so a receive from an accepted connection has none.
  if (*timeout > 0 && !server) want.deadline = b.now + std::chrono::seconds(*timeout);
  const verdict first = try_receive(b, want);
  if (first != verdict::blocked) return first;
  return b.wait(want.deadline, [&b, want] { return try_receive(b, want); });
}

verdict receive_verb(board& b, const command& c) {
  return receive(b, c, false);
}
verdict receive_from_verb(board& b, const command& c) {
  return receive(b, c, true);
}

constexpr std::array verbs{
    verb{"XCONNECT", connect_verb},       verb{"XSEND", send_verb},
    verb{"XRECV", receive_verb},          verb{"XSENDTO", send_to_verb},
    verb{"XRECVFROM", receive_from_verb},
};

}  // namespace

std::span<const verb> transfer_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
