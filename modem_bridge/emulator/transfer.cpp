// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/transfer.hpp"

#include "modem_bridge/emulator/outgoing.hpp"

namespace cellsock::emulator {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string hex_of(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte b : bytes) {
    text += digits[std::to_integer<unsigned>(b) >> 4U];
    text += digits[std::to_integer<unsigned>(b) & 15U];
  }
  return text;
}

namespace {

// ---- connect ----

verdict connect_failed(board& b, int handle, std::string why) {
  b.log.add(b.now, "connect-failed", handle, 0, std::move(why));
  return verdict::error;
}

struct connect_request {
  int handle;
  time_point deadline;
  bool limited;
  std::string answer;
};

verdict await_connect(board& b, const connect_request& want) {
  const modem_socket* socket = b.sockets.find(want.handle);
  if (!socket) return verdict::error;
  switch (b.stack.stage_of(socket->id)) {
    case ip_stack::stage::connected:
      b.say(want.answer);
      b.log.add(b.now, "connected", want.handle);
      return verdict::ok;
    case ip_stack::stage::connecting: break;
    default: return connect_failed(b, want.handle, "refused");
  }
  if (!want.limited || b.now < want.deadline) return verdict::blocked;
  b.stack.abandon_connect(socket->id);
  return connect_failed(b, want.handle, "timed out");
}

verdict begin_connect(board& b, int handle, const endpoint& remote, std::string answer) {
  const modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  if (!b.network_up(*socket)) return connect_failed(b, handle, "no data network");
  b.log.add(b.now, "connecting", handle, 0, to_string(remote));
  b.stack.connect(socket->id, remote);
  b.stack.settle(b.now);
  const connect_request want{handle, b.now + std::chrono::seconds(socket->send_timeout_s),
                             socket->send_timeout_s > 0, std::move(answer)};
  const verdict first = await_connect(b, want);
  if (first != verdict::blocked) return first;
  return b.wait(want.limited ? std::optional(want.deadline) : std::nullopt,
                [&b, want] { return await_connect(b, want); });
}

}  // namespace

verdict run_connect(board& b, int handle, std::string_view host, int port, std::string answer) {
  const modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  if (socket->stream() && b.stack.stage_of(socket->id) != ip_stack::stage::idle)
    return connect_failed(b, handle, "already used");
  const resolution found = resolve_host(b, host, *socket);
  const auto go = [&b, handle, found, port = static_cast<std::uint16_t>(port),
                   answer = std::move(answer)]() -> verdict {
    if (!found.address) return connect_failed(b, handle, "unknown host");
    return begin_connect(b, handle, {*found.address, port}, answer);
  };
  if (found.wait == duration::zero()) return go();
  const time_point answered = b.now + found.wait;
  return b.wait(answered,
                [&b, answered, go] { return b.now < answered ? verdict::blocked : go(); });
}

// ---- receive ----

verdict run_bind(board& b, const modem_socket& socket, int port) {
  if (const auto bound = b.stack.bind(socket.id, static_cast<std::uint16_t>(port)); !bound) {
    b.log.add(b.now, "bind-failed", socket.handle, 0, std::string(name(bound.error().code)));
    return verdict::error;
  }
  b.log.add(b.now, "bound", socket.handle, 0, std::to_string(port));
  return verdict::ok;
}

bool read_receive_flags(receive_request& want, int flags) {
  constexpr int peek = 2;
  constexpr int dont_wait = 64;
  constexpr int wait_all = 256;
  if ((flags & ~(peek | dont_wait | wait_all)) != 0) return false;
  want.peek = (flags & peek) != 0;
  want.at_once = (flags & dont_wait) != 0;
  want.wait_all = (flags & wait_all) != 0;
  return true;
}

namespace {

verdict try_receive(board& b, const receive_request& want) {
  using outcome = ip_stack::received::outcome;
  modem_socket* socket = b.sockets.find(want.handle);
  if (!socket) return verdict::error;
  const bool over = want.at_once || (want.deadline && b.now >= *want.deadline);
  const bool ended = (b.stack.poll(want.source, b.now) & (ready::hup | ready::err)) != 0;
  if (want.wait_all && socket->stream() && !over && !ended &&
      b.stack.readable_bytes(want.source, b.now) < want.bytes_max)
    return verdict::blocked;
  const auto got = b.stack.receive(want.source, want.bytes_max, want.peek, b.now);
  switch (got.is) {
    case outcome::nothing: return over ? verdict::error : verdict::blocked;
    case outcome::ended:
      // End of file: OK alone.
      return want.end_is_error && want.at_once ? verdict::error : verdict::ok;
    case outcome::failed: return verdict::error;
    case outcome::bytes: break;
  }
  std::string header = want.prefix + std::to_string(got.payload.size());
  if (want.with_address) header += ",\"" + to_string(got.peer.address) + "\"";
  if (want.with_address && want.with_port) header += "," + std::to_string(got.peer.port);
  b.say(header);
  b.injection_point(urc_injection::header);
  if (want.hex)
    b.raw(hex_of(got.payload));
  else
    b.raw(got.payload);
  b.injection_point(urc_injection::tail);
  b.rearm(*socket, ready::in);
  socket->received_bytes += got.payload.size();
  b.log.add(b.now, "received", want.handle, got.payload.size());
  return verdict::ok;
}

}  // namespace

verdict run_receive(board& b, const receive_request& want) {
  const verdict first = try_receive(b, want);
  if (first != verdict::blocked) return first;
  return b.wait(want.deadline, [&b, want] { return try_receive(b, want); });
}

}  // namespace cellsock::emulator
