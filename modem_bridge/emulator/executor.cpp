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
/// The UART is closed and opened again to change its rate.
constexpr auto speed_change_deaf = 20ms;
constexpr auto ring_pulse = 100ms;
constexpr auto typing_patience = 100ms;
constexpr auto typing_patience_echo = 1s;
/// sm-2 formats a command through a buffer of this size, whatever its line editor took.
constexpr std::size_t command_bytes_max = 4096;
/// No more of one line is echoed.
constexpr std::size_t echo_bytes_max = 4096;

line_rules rules_of(const board& b) {
  const flavour& build = b.rules();
  return {b.config.terminator, build.line_bytes_max, build.junk_dropped, build.erased_quote_toggles,
          build.overlong_at_once};
}

}  // namespace

executor::executor(board& b, uplink& up, downlink& down, time_point now)
    : board_(b), up_(up), down_(down), editor_(rules_of(b)), boot_at_(now + b.config.boot_time) {}

void executor::run(time_point now) {
  board_.now = now;
  if (power_ == power::booting && now >= boot_at_) {
    up_.discard(now);
    power_ = power::running;
    board_.log.add(now, "ready");
    if (board_.config.ready_line) board_.raw("Ready\r\n");
  }
  if (power_ != power::running || uart_off() || deaf_until_) up_.discard(now);
  if (deaf_until_ && now >= *deaf_until_) deaf_until_.reset();
  if (board_.rules().deaf_while_busy && busy() && board_.mode.current() == state::at) up_.lose(now);
  if (power_ == power::booting || power_ == power::off) return;
  board_.radio.run(now);
  board_.stack.settle(now);
  fetch_notifications();
  if (hung_ && hung_until_ && now >= *hung_until_) hung_ = false;
  call_host();
  if (power_ == power::asleep || hung_) return;
  do {
    transmit();
    board_.stack.settle(now);
    fetch_notifications();
  } while (step());
  transmit();
  call_host();
}

std::optional<time_point> executor::next_event() const {
  if (power_ == power::booting) return boot_at_;
  if (power_ == power::off) return {};
  std::optional<time_point> line = deaf_until_;
  if (ringing_since_ && board_.rules().ring == ring_indicator::pulse &&
      board_.now < *ringing_since_ + ring_pulse)
    line = sooner(line, *ringing_since_ + ring_pulse);
  auto next = sooner(line, sooner(board_.stack.next_event(board_.now), board_.radio.next_event()));
  if (power_ == power::asleep) return next;
  if (hung_) return sooner(next, hung_until_);
  if (down_.writer_blocked()) return next;
  if (deferred_) return sooner(next, deferred_->due);
  if (board_.pending) return sooner(next, board_.pending_deadline);
  next = sooner(next, sooner(poll_events_held_until_, typing_until_));
  return sooner(next, board_.mode.silence());
}

bool executor::step() {
  if (by_handle()) note_delayed();
  if (down_.writer_blocked()) return false;
  if (board_.speed_change) return change_speed();
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
  const bool typed = up_.has_input() && std::exchange(input_first_, false);
  if (!typed && print_unsolicited()) return true;
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
    else
      take_typed(value);
  }
  if (board_.mode.current() == state::payload)
    board_.mode.touched(board_.now, std::chrono::milliseconds(board_.time_limit_ms));
}

void executor::take_typed(std::byte value) {
  const bool terminator = value == std::byte{'\r'} || value == std::byte{'\n'};
  if (board_.echo && (terminator || editor_.pending_bytes() < echo_bytes_max))
    board_.raw(std::span(&value, 1));
  if (board_.rules().urcs == urc_place::idle_only)
    typing_until_ = board_.now + (board_.echo ? typing_patience_echo : typing_patience);
  if (auto line = editor_.put(value)) begin_line(std::move(*line));
}

void executor::begin_line(line_editor::line line) {
  board_.log.add(board_.now, "command", by_handle() ? -1 : board_.current_handle(),
                 line.text.size(), redact(line.text));
  const duration handler = std::max<duration>(board_.config.turnaround - idle_detection, 0ms);
  deferred_ = deferred{board_.now + handler, [this, line = std::move(line)] { execute(line); }};
}

void executor::execute(const line_editor::line& line) {
  const bool overlong = line.overlong || line.text.size() > command_bytes_max;
  const auto parsed =
      overlong ? std::nullopt : parse_command(line.text, {.echo = board_.rules().echo});
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
  typing_until_.reset();
  if (board_.rules().urcs == urc_place::before_response && board_.mode.current() == state::at) {
    const std::string response = std::exchange(board_.output, {});
    print_notifications();
    board_.output += response;
  }
  if (board_.power) apply_power_change();
}

// ---- the UART ----

/// At the old rate everything that was said has to leave first.
bool executor::change_speed() {
  if (down_.queued_bytes() > 0) return false;
  const unsigned baud = *std::exchange(board_.speed_change, std::nullopt);
  set_speed(baud);
  deaf_until_ = board_.now + speed_change_deaf;
  up_.discard(board_.now);
  // Where the data-mode limit follows the rate, what was configured is forgotten with the old one.
  if (board_.rules().limit_follows_speed) board_.time_limit_ms = 0;
  return true;
}

void executor::set_speed(unsigned baud) {
  if (board_.line_baud == baud) return;
  board_.line_baud = baud;
  up_.set_baud(baud, board_.now);
  down_.set_baud(baud, board_.now);
  board_.log.add(board_.now, "speed", -1, 0, std::to_string(baud));
}

void executor::set_dtr(bool asserted, time_point now) {
  const bool rising = asserted && !dtr_;
  dtr_ = asserted;
  if (!by_handle()) return;
  board_.now = now;
  if (rising) up_.discard(now);
  if (rising) (void)wake(now);
  down_.set_powered(dtr_, now);
}

void executor::call_host() {
  const bool waiting = down_.queued_bytes() > 0 || !notifications_.empty();
  if (!uart_off())
    ringing_since_.reset();
  else if (waiting && !ringing_since_)
    ringing_since_ = board_.now;
}

bool executor::uart_off() const {
  return by_handle() && (!dtr_ || (power_ == power::asleep && !deep_));
}

bool executor::ring() const {
  if (!ringing_since_) return false;
  switch (board_.rules().ring) {
    case ring_indicator::none: return false;
    case ring_indicator::pulse: return board_.now < *ringing_since_ + ring_pulse;
    case ring_indicator::level: break;
  }
  return true;
}

// ---- power ----

void executor::apply_power_change() {
  const power_change change = *std::exchange(board_.power, std::nullopt);
  deferred_ = deferred{board_.now + power_change_after, [this, change] {
                         const time_point now = board_.now;
                         deep_ = change != power_change::idle_sleep;
                         // As by CFUN=0.
                         if (deep_) board_.radio.store_settings();
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
  typing_until_.reset();
  deaf_until_.reset();
  input_first_ = false;
  hung_ = false;
  hung_until_.reset();
}

void executor::reset(time_point now) {
  board_.now = now;
  board_.log.add(now, "reset");
  forget_everything();
  up_.discard(now);
  down_.discard();
  set_speed(board_.boot_baud);
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
