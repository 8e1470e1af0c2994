// SPDX-License-Identifier: Apache-2.0
// The executor in data mode.
#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/executor.hpp"
#include "modem_bridge/emulator/outgoing.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;
using state = data_mode::state;

constexpr auto idle_detection = 2ms;
constexpr int overflow = -139;
constexpr int failed = -1;  // all that sm says about a failure

}  // namespace

bool executor::datagram_mode() const {
  const modem_socket* socket = board_.sockets.find(board_.data_handle);
  return socket && !socket->stream();
}

void executor::take_payload(std::byte value) {
  data_mode& mode = board_.mode;
  const bool ended = mode.put(value);
  perform_planned_cut();
  if (mode.current() == state::discard) {
    if (ended) end_data_mode();
    return;
  }
  if (overflowed()) return;
  if (ended) {
    flush(mode.take(data_mode::buffer_bytes), true);
  } else if (!datagram_mode() && mode.buffered_bytes() >= data_mode::buffer_bytes) {
    flush(mode.take(data_mode::buffer_bytes), false);
  }
}

/// A datagram that does not fit the buffer ends in the discarding state; slm says no word of it.
bool executor::overflowed() {
  data_mode& mode = board_.mode;
  if (!datagram_mode() || mode.buffered_bytes() <= mode.datagram_room()) return false;
  board_.log.add(board_.now, "dropped", board_.data_handle, mode.buffered_bytes(),
                 "datagram too long");
  if (by_handle())
    flush_failed(false);
  else
    mode.fail(overflow);
  return true;
}

/// One send of what data mode buffered. In slm a plain socket's failure is not reported to the
/// host: the bytes are gone and data mode ends with 0 all the same.
void executor::flush(std::vector<std::byte> bytes, bool last) {
  const auto done = [this, last](const outgoing& op, bool ok) {
    if (!ok)
      board_.log.add(board_.now, "dropped", op.handle(), op.size() - op.sent_bytes(),
                     "flush failed");
    if (ok && by_handle() && (board_.send_flags & transfer::notify) != 0)
      if (const modem_socket* socket = board_.data_socket())
        board_.owed.push_back({socket->handle, socket->id, op.sent_bytes()});
    if (!ok && by_handle())
      flush_failed(last);
    else if (last)
      end_data_mode();
    return verdict::silent;
  };
  if (bytes.empty()) {
    if (last) end_data_mode();
    return;
  }
  outgoing op(board_, board_.data_handle, std::move(bytes), board_.send_host, board_.send_port,
              board_.send_flags);
  (void)run_outgoing(board_, std::move(op), done);
}

/// The host is told by three bytes. At the very end there is nothing left to discard, and data mode
/// is over with them; otherwise the rest is thrown away until the host sends its `+++`.
void executor::flush_failed(bool last) {
  board_.raw("+++");
  board_.mode.fail(failed);
  board_.log.add(board_.now, "data-mode", board_.data_handle, 0, "failed");
  if (last) leave_data_mode();
}

void executor::end_data_mode() {
  const duration handler = std::max<duration>(board_.config.turnaround - idle_detection, 0ms);
  deferred_ = deferred{board_.now + handler, [this] { leave_data_mode(); }};
}

void executor::leave_data_mode() {
  modem_socket* sender = board_.data_socket();
  const std::string cause = std::to_string(board_.mode.cause());
  board_.mode.leave();
  board_.send_host.clear();
  if (!by_handle())
    board_.watch.data_mode_ended(board_.sockets, sender);
  else if (sender)
    channel_watch::rearm(*sender, ready::out);
  board_.say("#XDATAMODE: " + cause);
  board_.log.add(board_.now, "data-mode", sender ? sender->handle : -1, 0, "left " + cause);
}

/// A fault planned for the n-th byte of this socket's payload.
void executor::perform_planned_cut() {
  if (!board_.plan || board_.plan->handle != board_.data_handle ||
      board_.mode.payload_bytes() < board_.plan->at_byte)
    return;
  const board::planned_cut plan = *std::exchange(board_.plan, std::nullopt);
  const modem_socket* socket = board_.data_socket();
  if (!socket) return;
  board_.log.add(board_.now, "cut", plan.handle, plan.at_byte);
  if (plan.how == board::cut::pdn) {
    if (const auto cid = board_.radio.cid_of_pdn(socket->cid))
      (void)board_.radio.drop_context(*cid, true);
    return;
  }
  board_.stack.end_by_peer(socket->peer.value_or(socket->id), plan.how == board::cut::reset,
                           board_.now);
}

}  // namespace cellsock::emulator
