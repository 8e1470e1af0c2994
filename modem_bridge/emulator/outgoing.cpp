// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/outgoing.hpp"

#include <memory>
#include <utility>

#include "modem_bridge/emulator/name_table.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
resolution resolve_host(board& b, std::string_view host, const modem_socket& socket) {
  resolution out;
  const ip_family family = socket.ip();
  if (!parse_address(host)) {
    const auto wait = b.ask_network(b.context_of(socket.cid));
    if (!wait) return out;
    out.wait = *wait;
  }
  for (const ip_address& address : resolve(b.config.names, host)) {
    if (address.family != family) continue;
    out.address = address;
    break;
  }
  return out;
}

outgoing::outgoing(board& b, int handle, std::vector<std::byte> bytes, std::string host, int port,
                   int flags)
    : board_(b),
      handle_(handle),
      bytes_(std::move(bytes)),
      host_(std::move(host)),
      port_(port),
      flags_(flags) {}

std::optional<time_point> outgoing::wake() const {
  return sooner(resolved_at_, deadline_);
}

void outgoing::extend_deadline() {
  const modem_socket* socket = board_.sockets.find(handle_);
  deadline_.reset();
  if (!socket || socket->peer || socket->send_timeout_s == 0) return;
  deadline_ = board_.now + std::chrono::seconds(socket->send_timeout_s);
}

bool outgoing::prepare() {
  started_ = true;
  const modem_socket* socket = board_.sockets.find(handle_);
  if (!socket) return false;
  const bool selected = board_.rules().syntax == command_syntax::selected_socket;
  if (selected && socket->stream() && socket->role == 1 && !socket->peer) return false;
  if (!host_.empty()) {
    if (!board_.network_up(*socket)) return false;
    const resolution found = resolve_host(board_, host_, *socket);
    if (!found.address) return false;
    remote_ = endpoint{*found.address, static_cast<std::uint16_t>(port_)};
    if (found.wait > duration::zero()) resolved_at_ = board_.now + found.wait;
  }
  return true;
}

outgoing::state outgoing::advance() {
  if (!started_ && !prepare()) return state::failed;
  if (resolved_at_ && board_.now < *resolved_at_) return state::waiting;
  if (std::exchange(never_tried_, false)) extend_deadline();
  resolved_at_.reset();
  const modem_socket* socket = board_.sockets.find(handle_);
  if (!socket) return state::failed;
  return offer(socket->peer.value_or(socket->id));
}

outgoing::state outgoing::offer(pcb target) {
  modem_socket* socket = board_.sockets.find(handle_);
  // A socket that is kept open lives on without its network, and cannot send.
  if (socket->kept_open() && !board_.network_up(*socket)) return state::failed;
  while (sent_ < bytes_.size()) {
    const auto rest = std::span(bytes_).subspan(sent_);
    auto taken = remote_ && !socket->stream() ? board_.stack.send_to(target, *remote_, rest)
                                              : board_.stack.send(target, rest, board_.now);
    if (!taken) return state::failed;
    if (*taken == 0) break;
    sent_ += *taken;
    socket->sent_bytes += *taken;
    board_.log.add(board_.now, "sent", handle_, *taken);
    extend_deadline();
    board_.stack.settle(board_.now);
  }
  const bool acked = (flags_ & transfer::wait_for_ack) == 0 || board_.stack.drained(target);
  if (sent_ == bytes_.size() && acked) return state::sent;
  return deadline_ && board_.now >= *deadline_ ? state::failed : state::waiting;
}

verdict run_outgoing(board& b, outgoing op, std::function<verdict(const outgoing&, bool ok)> done) {
  const auto shared = std::make_shared<outgoing>(std::move(op));
  const auto step = [&b, shared, done = std::move(done)]() -> verdict {
    const outgoing::state now_is = shared->advance();
    if (now_is != outgoing::state::waiting) return done(*shared, now_is == outgoing::state::sent);
    b.pending_deadline = shared->wake();  // progress moves it
    return verdict::blocked;
  };
  const verdict first = step();
  if (first != verdict::blocked) return first;
  return b.wait(shared->wake(), step);
}

verdict run_send(board& b, outgoing op, std::string prefix, bool notify) {
  return run_outgoing(b, std::move(op),
                      [&b, prefix = std::move(prefix), notify](const outgoing& done, bool ok) {
                        modem_socket* socket = b.sockets.find(done.handle());
                        // The handle syntax looks again after any outcome.
                        const bool by_handle = b.rules().syntax == command_syntax::handle;
                        if (socket && ok && notify)
                          b.owed.push_back({done.handle(), socket->id, done.sent_bytes()});
                        else if (socket && (by_handle || !done.never_tried()))
                          b.rearm(*socket, ready::out);
                        if (!done.never_tried()) b.say(prefix + std::to_string(done.sent_bytes()));
                        return ok ? verdict::ok : verdict::error;
                      });
}

}  // namespace cellsock::emulator
