// SPDX-License-Identifier: Apache-2.0
// What the executor writes on its own account: notifications, readiness, pushed payload.
#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/executor.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;
using state = data_mode::state;

/// Notifications that have to wait share a buffer of this size.
constexpr std::size_t notification_bytes_max = 4096;
/// With injection on, a poll event waits this long for a counted receive it could cut into.
constexpr auto injection_patience = 50ms;
constexpr int push_in_at_mode = 1;
constexpr int push_in_data_mode = 2;

}  // namespace

// ---- notifications of the modem ----

void executor::fetch_notifications() {
  const flavour& build = board_.rules();
  fetch_owed_notices();
  for (std::string& line : board_.radio.take_lines()) {
    // slm drops them while the UART carries payload.
    if (power_ == power::running && !build.urcs_kept_in_data_mode &&
        board_.mode.current() != state::at)
      continue;
    if (notification_bytes_ + line.size() > notification_bytes_max) {
      board_.log.add(board_.now, "urc-lost", -1, line.size());
      if (build.overflow == urc_overflow::newest_lost) continue;
      notifications_.clear();
      notification_bytes_ = 0;
    }
    notification_bytes_ += line.size();
    notifications_.push_back(std::move(line));
  }
}

/// Asynchronous sends are over when their bytes have crossed the air, or their socket has died.
void executor::fetch_owed_notices() {
  std::erase_if(board_.owed, [this](const board::owed_notice& one) {
    modem_socket* socket = board_.sockets.find(one.handle);
    if (!socket || socket->id != one.target) return true;  // closed meanwhile
    const bool dead = (board_.stack.poll(one.target, board_.now) & (ready::err | ready::nval)) != 0;
    if (!dead && !board_.stack.drained(one.target)) return false;
    board_.radio.notify("#XSENDNTF: " + std::to_string(one.handle) + (dead ? ",-1," : ",0,") +
                        std::to_string(dead ? 0 : one.bytes));
    channel_watch::rearm(*socket, ready::out);
    return true;
  });
}

bool executor::print_notifications() {
  notification_bytes_ = 0;
  bool printed = false;
  for (const std::string& line : std::exchange(notifications_, {})) {
    board_.say(line);
    board_.log.add(board_.now, "urc", -1, 0, line);
    printed = true;
  }
  return printed;
}

bool executor::print_unsolicited() {
  if (by_handle()) {
    if (typing_until_ && board_.now >= *typing_until_) typing_until_.reset();
    if (idle()) return print_notifications() || serve_sockets();
    return board_.mode.current() == state::payload && serve_data_socket();
  }
  if (board_.mode.current() != state::at) notifications_.clear();  // the mode changed meanwhile
  const bool printed = print_notifications();
  if (hold_poll_events()) return printed;
  const std::size_t before = board_.output.size();
  board_.print_poll_events();
  return printed || board_.output.size() != before;
}

bool executor::hold_poll_events() {
  if (board_.injection == urc_injection::off ||
      !board_.watch.would_fire(board_.sockets, board_.stack, board_.now)) {
    poll_events_held_until_.reset();
    return false;
  }
  if (!poll_events_held_until_) poll_events_held_until_ = board_.now + injection_patience;
  if (board_.now < *poll_events_held_until_) return true;
  poll_events_held_until_.reset();
  return false;
}

// ---- the handle syntax's sockets ----

bool executor::idle() const {
  if (board_.mode.current() != state::at || busy() || typing_until_) return false;
  // sm-1 leaves a line alone only if the host sees it echoed.
  return board_.rules().urcs != urc_place::before_response || !board_.echo ||
         editor_.pending_bytes() == 0;
}

unsigned executor::events_of(const modem_socket& socket) const {
  unsigned bits = channel_watch::holding(socket, board_.stack, board_.now);
  if (board_.push_held && socket.push != 0) bits &= ~ready::in;
  return bits;
}

/// What fires while the channel is not idle is kept until it is.
void executor::note_delayed() {
  if (idle()) return;
  const bool payload = board_.mode.current() == state::payload && !busy();
  for (modem_socket* socket : board_.sockets.all())
    if (!payload || socket->handle != board_.data_handle)
      channel_watch::delay(*socket, events_of(*socket));
}

/// One event of one socket; the sockets take turns.
bool executor::serve_sockets() {
  const auto sockets = board_.sockets.all();
  for (modem_socket* socket : sockets) channel_watch::resume(*socket);
  modem_socket* next = nullptr;
  for (modem_socket* socket : sockets) {
    if (events_of(*socket) == 0) continue;
    if (!next) next = socket;
    if (socket->handle <= last_served_) continue;
    next = socket;
    break;
  }
  if (!next) return false;
  last_served_ = next->handle;
  input_first_ = true;
  serve(*next, events_of(*next));
  return true;
}

void executor::serve(modem_socket& socket, unsigned bits) {
  const unsigned printed = channel_watch::fire(socket, bits);
  if (printed != 0) {
    const std::string text =
        "#XAPOLL: " + std::to_string(socket.handle) + "," + std::to_string(printed);
    board_.say(text);
    board_.log.add(board_.now, "urc", socket.handle, 0, text);
  }
  const bool listener = board_.stack.listening_on(socket.id).has_value();
  if ((bits & ready::in) != 0 && (socket.push & push_in_at_mode) != 0 && !listener)
    push(socket, false);
}

/// In data mode only the socket it sends on is looked at; an end of any kind ends data mode.
bool executor::serve_data_socket() {
  modem_socket* socket = board_.data_socket();
  if (!socket) return false;
  unsigned bits = events_of(*socket);
  if ((bits & ready::abnormal) != 0) {
    channel_watch::delay(*socket, bits);
    flush_failed(false);
    return true;
  }
  if ((bits & ready::in) != 0 && (socket->push & push_in_data_mode) != 0) {
    channel_watch::fire(*socket, bits);
    input_first_ = true;
    push(*socket, true);
    return true;
  }
  channel_watch::delay(*socket, bits);
  return false;
}

/// At most one read. What it returned arms the socket again, unless polling it is over.
void executor::push(modem_socket& socket, bool in_data_mode) {
  const bool datagram = board_.stack.unconnected_datagram(socket.id);
  const auto got = board_.stack.receive(socket.id, transfer::receive_bytes_max, false, board_.now);
  using outcome = ip_stack::received::outcome;
  if (got.is == outcome::ended && !in_data_mode) board_.raw("\r\n");
  if (got.is != outcome::bytes) return;
  if (!in_data_mode) {
    std::string header = (datagram ? "#XRECVFROM: " : "#XRECV: ") + std::to_string(socket.handle) +
                         (socket.push_hex ? ",1," : ",0,") + std::to_string(got.payload.size());
    if (datagram)
      header += ",\"" + to_string(got.peer.address) + "\"," + std::to_string(got.peer.port);
    board_.say(header);
  }
  if (socket.push_hex)
    board_.raw(hex_of(got.payload));
  else
    board_.raw(got.payload);
  if (!in_data_mode) board_.raw("\r\n");
  socket.received_bytes += got.payload.size();
  board_.log.add(board_.now, "pushed", socket.handle, got.payload.size());
  if (!socket.disabled) channel_watch::rearm(socket, ready::in);
}

}  // namespace cellsock::emulator
