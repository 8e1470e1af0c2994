// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/modem.hpp"

#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/control.hpp"
#include "modem_bridge/emulator/json_object.hpp"

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;

constexpr duration idle_detection = 2ms;
/// Five waits of 100 ms without progress.
constexpr duration output_patience = 500ms;

}  // namespace

modem::modem(modem_config config, network& behind, time_point now)
    : config_(std::move(config)),
      log_(now),
      up_(config_.baud, config_.flow_control, std::min(idle_detection, config_.turnaround)),
      down_(config_.baud, config_.application->output_dropped
                              ? std::optional<duration>(output_patience)
                              : std::nullopt),
      board_(config_, behind, log_, now),
      executor_(board_, up_, down_, now),
      start_(now),
      clock_(now) {
  log_.add(now, "power-on", -1, 0,
           std::string(config_.application->name) + " " + std::to_string(config_.baud));
}

std::size_t modem::feed(std::span<const std::byte> bytes, time_point now) {
  return feed(bytes, now, now);
}

std::size_t modem::feed(std::span<const std::byte> bytes, time_point now,
                        time_point waiting_since) {
  const time_point since = std::min(now, waiting_since);
  // What was due before these bytes came must not see them.
  if (since > clock_) advance(since);
  return up_.feed(bytes, since);
}

std::size_t modem::rx_room(time_point now, time_point waiting_since) const {
  return up_.room(now, waiting_since);
}

std::optional<time_point> modem::next_rx_room(time_point now) const {
  return up_.next_room(now);
}

std::vector<std::byte> modem::take_output() {
  return down_.take();
}

void modem::set_host_ready(bool ready, time_point now) {
  advance(now);
  down_.set_host_ready(ready, now);
}

void modem::set_host_baud(unsigned baud, time_point now) {
  advance(now);
  host_baud_ = baud;
  compare_rates();
}

void modem::set_dtr(bool asserted, time_point now) {
  advance(now);
  executor_.set_dtr(asserted, now);
  advance(now);
}

modem::line_states modem::lines() const {
  return {executor_.dtr(), executor_.ring(), !executor_.uart_off() && !up_.holding_host()};
}

void modem::compare_rates() {
  const bool garbled = host_baud_ != 0 && host_baud_ != board_.line_baud;
  if (garbled == garbled_) return;
  garbled_ = garbled;
  up_.set_garbled(garbled, clock_);
  down_.set_garbled(garbled, clock_);
}

void modem::step(time_point now) {
  clock_ = now;
  down_.run(now);
  up_.run(now);
  executor_.run(now);
  if (run_script(now)) executor_.run(now);
  compare_rates();
}

bool modem::run_script(time_point now) {
  bool any = false;
  while (script_at_ < config_.script.size() && start_ + config_.script[script_at_].at <= now) {
    const std::string& request = config_.script[script_at_++].request;
    const control_reply reply = run_control({*this, board_, executor_, up_, log_}, request);
    log_.add(now, "script", -1, 0, request + (reply.ok() ? "" : ": " + reply.text));
    any = true;
  }
  return any;
}

void modem::advance(time_point now) {
  for (auto next = next_wakeup(); next && *next < now; next = next_wakeup()) step(*next);
  step(std::max(now, clock_));
}

std::optional<time_point> modem::next_wakeup() const {
  auto next = sooner(sooner(up_.next_event(), down_.next_event()), executor_.next_event());
  if (script_at_ < config_.script.size())
    next = sooner(next, start_ + config_.script[script_at_].at);
  // Nothing may be due at the very time that was just worked off: it would never end.
  if (next && *next <= clock_) next = clock_ + 1us;
  return next;
}

std::string to_json(const modem::line_states& lines) {
  json_object object;
  object.add("event", "lines");
  object.add("dtr", lines.dtr ? 1 : 0);
  object.add("ri", lines.ri ? 1 : 0);
  object.add("cts", lines.cts ? 1 : 0);
  return object.text();
}

control_reply modem::control(std::string_view request, time_point now) {
  advance(now);
  control_reply reply = run_control({*this, board_, executor_, up_, log_}, request);
  advance(now);
  return reply;
}

}  // namespace cellsock::emulator
