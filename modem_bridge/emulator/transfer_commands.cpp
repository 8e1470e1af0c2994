// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/outgoing.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::size_t string_bytes_max = 1024;

verdict connect_verb(board& b, const command& c) {
  const modem_socket* socket = b.sockets.current();
  const auto host = c.text(0, transfer::host_bytes_max);
  const auto port = c.number(1, 0, 65535);
  if (!c.is_set() || !socket || socket->role != 0 || !host || !port) return verdict::error;
  return run_connect(b, socket->handle, *host, *port, "#XCONNECT: 1");
}

// ---- send ----

verdict send_verb(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.send_flags = 0;
  const auto payload = c.text(0, string_bytes_max);
  if (c.has(0) && !payload) return verdict::error;
  if (c.count() > 1) {
    if (!b.rules().send_flags) return verdict::error;
    const auto flags = c.number(1);
    if (!flags) return verdict::error;
    b.send_flags = *flags;
  }
  if (!payload) {
    b.enter_data_mode(b.current_handle());
    return verdict::ok;
  }
  return run_send(b, outgoing(b, b.current_handle(), bytes_of(*payload), {}, 0, b.send_flags),
                  "#XSEND: ");
}

verdict send_to_verb(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.send_flags = 0;
  const auto host = c.text(0, transfer::host_bytes_max);
  if (!host) return verdict::error;
  b.send_host = *host;  // kept even if what follows is refused
  const auto port = c.number(1, 0, 65535);
  if (!port) return verdict::error;
  b.send_port = *port;
  const auto payload = c.text(2, string_bytes_max);
  if (c.has(2) && !payload) return verdict::error;
  if (c.count() > 3) {
    if (!b.rules().send_flags) return verdict::error;
    const auto flags = c.number(3);
    if (!flags) return verdict::error;
    b.send_flags = *flags;
  }
  if (!payload) {
    b.enter_data_mode(b.current_handle());
    return verdict::ok;
  }
  outgoing op(b, b.current_handle(), bytes_of(*payload), b.send_host, b.send_port, b.send_flags);
  b.send_host.clear();
  return run_send(b, std::move(op), "#XSENDTO: ");
}

// ---- receive ----

verdict receive(board& b, const command& c, bool with_address) {
  modem_socket* socket = b.sockets.current();
  const auto timeout = c.number(0, 0, 1'000'000);
  const auto flags = c.count() > 1 ? c.number(1) : std::optional<std::int32_t>(0);
  receive_request want;
  if (!c.is_set() || !socket || !timeout || !flags || !read_receive_flags(want, *flags))
    return verdict::error;
  const bool server = socket->stream() && socket->role == 1;
  if (server && !socket->peer) return verdict::error;
  socket->receive_timeout_s = *timeout;
  want.handle = socket->handle;
  want.source = server && !with_address ? *socket->peer : socket->id;
  want.prefix = with_address ? "#XRECVFROM: " : "#XRECV: ";
  want.with_address = with_address;
  want.with_port = b.rules().receive_from_port;
  want.end_is_error = b.library_older_than(2, 6, 1);
  // The timeout goes to the listening socket, so a receive from an accepted connection has none.
  if (*timeout > 0 && !server) want.deadline = b.now + std::chrono::seconds(*timeout);
  return run_receive(b, want);
}

verdict receive_verb(board& b, const command& c) {
  return receive(b, c, false);
}
verdict receive_from_verb(board& b, const command& c) {
  return receive(b, c, true);
}

constexpr std::array verbs{
    verb{"XCONNECT", connect_verb, in::slm},       verb{"XSEND", send_verb, in::slm},
    verb{"XRECV", receive_verb, in::slm},          verb{"XSENDTO", send_to_verb, in::slm},
    verb{"XRECVFROM", receive_from_verb, in::slm},
};

}  // namespace

std::span<const verb> transfer_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
