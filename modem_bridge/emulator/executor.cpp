// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/executor.hpp"

#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/outgoing.hpp"

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;
using state = data_mode::state;

constexpr auto idle_detection = 2ms;
/// Reset, shutdown and sleep act this long after their OK.
constexpr auto power_change_after = 50ms;
/// Notifications that come while a command runs wait in a heap of this size; the newest are lost.
constexpr std::size_t notification_bytes_max = 4096;
/// With injection on, a poll event waits this long for a counted receive it could cut into.
constexpr auto injection_patience = 50ms;
constexpr int overflow = -139;

}  // namespace

executor::executor(board& b, uplink& up, downlink& down, time_point now)
    : board_(b), up_(up), down_(down), boot_at_(now + b.config.boot_time) {}

void executor::run(time_point now) {
  board_.now = now;
  if (power_ == power::booting && now >= boot_at_) {
    up_.discard(now);
    power_ = power::running;
    board_.log.add(now, "ready");
    if (board_.config.ready_line) board_.raw("Ready\r\n");
  }
  if (power_ != power::running) up_.discard(now);
  if (power_ == power::booting || power_ == power::off) return;
  board_.radio.run(now);
  board_.stack.settle(now);
  fetch_notifications();
  if (hung_ && hung_until_ && now >= *hung_until_) hung_ = false;
  if (power_ == power::asleep || hung_) return;
  do {
    transmit();
    board_.stack.settle(now);
    fetch_notifications();
  } while (step());
  transmit();
}

std::optional<time_point> executor::next_event() const {
  if (power_ == power::booting) return boot_at_;
  if (power_ == power::off) return {};
  auto next = sooner(board_.stack.next_event(board_.now), board_.radio.next_event());
  if (power_ == power::asleep) return next;
  if (hung_) return sooner(next, hung_until_);
  if (down_.writer_blocked()) return next;
  if (deferred_) return sooner(next, deferred_->due);
  if (board_.pending) return sooner(next, board_.pending_deadline);
  next = sooner(next, poll_events_held_until_);
  return sooner(next, board_.mode.silence());
}

bool executor::step() {
  if (down_.writer_blocked()) return false;
  if (deferred_) {
    if (board_.now < deferred_->due) return false;
    const deferred due = *std::exchange(deferred_, std::nullopt);
    due.act();
    return true;
  }
  if (board_.pending) {
    // The handler may wait for something else next, so it must not live in the slot it fills.
    const auto resume = std::exchange(board_.pending, nullptr);
    const verdict how = resume();
    if (how != verdict::blocked) {
      finish(how);
      return true;
    }
    if (!board_.pending) board_.pending = resume;
    return false;
  }
  if (print_unsolicited()) return true;
  if (up_.has_input()) {
    take_input();
    return true;
  }
  if (const auto silent = board_.mode.silence(); silent && board_.now >= *silent) {
    board_.mode.release_withheld();
    if (!overflowed()) flush(board_.mode.take(data_mode::buffer_bytes), false);
    return true;
  }
  return false;
}

void executor::transmit() {
  if (board_.output.empty()) return;
  down_.write(std::as_bytes(std::span(board_.output)), board_.now);
  board_.output.clear();
}

// ---- input ----

void executor::take_input() {
  while (up_.has_input() && !deferred_ && !board_.pending) {
    const std::byte value = up_.take(board_.now);
    if (board_.mode.current() != state::at)
      take_payload(value);
    else if (auto line = editor_.put(value))
      begin_line(std::move(*line));
  }
  if (board_.mode.current() == state::payload)
    board_.mode.touched(board_.now, std::chrono::milliseconds(board_.time_limit_ms));
}

void executor::begin_line(line_editor::line line) {
  const modem_socket* socket = board_.sockets.current();
  board_.log.add(board_.now, "command", socket ? socket->handle : -1, line.text.size(),
                 redact(line.text));
  const duration handler = std::max<duration>(board_.config.turnaround - idle_detection, 0ms);
  deferred_ = deferred{board_.now + handler, [this, line = std::move(line)] { execute(line); }};
}

void executor::execute(const line_editor::line& line) {
  const auto parsed = line.overlong ? std::nullopt : parse_command(line.text);
  const verdict how = parsed ? run_command(board_, *parsed) : verdict::error;
  if (how != verdict::blocked) finish(how);
}

void executor::finish(verdict how) {
  if (how == verdict::ok) board_.raw("\r\nOK\r\n");
  if (how == verdict::error) {
    board_.raw("\r\nERROR\r\n");
    board_.log.add(board_.now, "error");
  }
  poll_watch::settle(board_.sockets);
  if (board_.power) apply_power_change();
}

// ---- data mode ----

bool executor::datagram_mode() const {
  const modem_socket* socket = board_.sockets.current();
  return socket && !socket->stream();
}

void executor::take_payload(std::byte value) {
  data_mode& mode = board_.mode;
  const bool ended = mode.put(value);
  if (mode.current() == state::discard) {
    if (ended) end_data_mode();
    return;
  }
  if (ended) {
    flush(mode.take(data_mode::buffer_bytes), true);
  } else if (datagram_mode()) {
    (void)overflowed();
  } else if (mode.buffered_bytes() >= data_mode::buffer_bytes) {
    flush(mode.take(data_mode::buffer_bytes), false);
  }
}

/// A datagram that does not fit the buffer ends in the discarding state, without a word to the
/// host.
bool executor::overflowed() {
  data_mode& mode = board_.mode;
  if (!datagram_mode() || mode.buffered_bytes() <= data_mode::buffer_bytes) return false;
  board_.log.add(board_.now, "dropped", board_.sockets.current()->handle, mode.buffered_bytes(),
                 "datagram too long");
  mode.fail(overflow);
  return true;
}

/// One send of what data mode buffered. A plain socket's failure is not reported to the host: the
/// bytes are gone and data mode ends with 0 all the same.
void executor::flush(std::vector<std::byte> bytes, bool last) {
  const auto done = [this, last](const outgoing& op, bool ok) {
    if (!ok)
      board_.log.add(board_.now, "dropped", op.handle(), op.size() - op.sent_bytes(),
                     "flush failed");
    if (last) end_data_mode();
    return verdict::silent;
  };
  if (bytes.empty()) {
    if (last) end_data_mode();
    return;
  }
  outgoing op(board_, std::move(bytes), board_.send_host, board_.send_port, board_.send_flags);
  (void)run_outgoing(board_, std::move(op), done);
}

void executor::end_data_mode() {
  const duration handler = std::max<duration>(board_.config.turnaround - idle_detection, 0ms);
  deferred_ = deferred{board_.now + handler, [this] {
                         modem_socket* sender = board_.sockets.current();
                         const std::string cause = std::to_string(board_.mode.cause());
                         board_.mode.leave();
                         board_.send_host.clear();
                         board_.watch.data_mode_ended(board_.sockets, sender);
                         board_.say("#XDATAMODE: " + cause);
                         board_.log.add(board_.now, "data-mode", sender ? sender->handle : -1, 0,
                                        "left " + cause);
                       }};
}

// ---- unsolicited lines ----

void executor::fetch_notifications() {
  for (std::string& line : board_.radio.take_lines()) {
    // The firmware drops them while the UART carries payload.
    if (power_ == power::running && board_.mode.current() != state::at) continue;
    if (notification_bytes_ + line.size() > notification_bytes_max) continue;
    notification_bytes_ += line.size();
    notifications_.push_back(std::move(line));
  }
}

bool executor::print_unsolicited() {
  bool printed = false;
  if (board_.mode.current() != state::at) notifications_.clear();  // the mode changed meanwhile
  for (const std::string& line : std::exchange(notifications_, {})) {
    board_.say(line);
    board_.log.add(board_.now, "urc", -1, 0, line);
    printed = true;
  }
  notification_bytes_ = 0;
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

// ---- power ----

void executor::apply_power_change() {
  const power_change change = *std::exchange(board_.power, std::nullopt);
  deferred_ = deferred{board_.now + power_change_after, [this, change] {
                         const time_point now = board_.now;
                         deep_ = change != power_change::idle_sleep;
                         switch (change) {
                           case power_change::reset:
                             reset(now);
                             boot_at_ += board_.config.power_off_time;
                             break;
                           case power_change::shutdown:
                             forget_everything();
                             power_ = power::off;
                             break;
                           case power_change::deep_sleep:
                             forget_everything();
                             power_ = power::asleep;
                             break;
                           case power_change::idle_sleep: power_ = power::asleep; break;
                         }
                       }};
}

void executor::forget_everything() {
  board_.reboot();
  editor_.clear();
  deferred_.reset();
  notifications_.clear();
  notification_bytes_ = 0;
  poll_events_held_until_.reset();
  hung_ = false;
  hung_until_.reset();
}

void executor::reset(time_point now) {
  board_.now = now;
  board_.log.add(now, "reset");
  forget_everything();
  up_.discard(now);
  down_.discard();
  power_ = power::booting;
  boot_at_ = now + board_.config.boot_time;
}

void executor::hang(std::optional<time_point> until) {
  hung_ = true;
  hung_until_ = until;
}

bool executor::wake(time_point now) {
  if (power_ != power::asleep) return false;
  if (deep_) {
    reset(now);
    return true;
  }
  power_ = power::running;
  up_.discard(now);
  if (board_.config.ready_line) board_.raw("Ready\r\n");
  return true;
}

}  // namespace cellsock::emulator
