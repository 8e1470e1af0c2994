// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/downlink.hpp"

#include <utility>

namespace cellsock::emulator {
namespace {

/// Bytes are released about every millisecond.
std::size_t slice_of(unsigned baud) {
  return std::max<std::size_t>(1, baud / 10 / 1000);
}

std::byte garbage(std::byte sent) {
  return ~sent | std::byte{0x80};
}

}  // namespace

downlink::downlink(unsigned baud, std::optional<duration> patience)
    : clock_(baud), slice_(slice_of(baud)), patience_(patience) {}

void downlink::write(std::span<const std::byte> bytes, time_point now) {
  if (queue_.empty()) restart_if_idle(now);
  if (!writer_blocked()) progress_ = now;
  queue_.insert(queue_.end(), bytes.begin(), bytes.end());
}

void downlink::run(time_point now) {
  if (const auto end = gives_up(); end && now >= *end) {
    dropped_ += queue_.size() - ring_bytes;
    queue_.resize(ring_bytes);
  }
  if (!leaving()) return;
  const std::size_t due = std::min(clock_.due(now), queue_.size());
  if (due == 0) return;
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(due);
  for (auto at = queue_.begin(); at != end; ++at)
    released_.push_back(garbled_ ? garbage(*at) : *at);
  queue_.erase(queue_.begin(), end);
  clock_.pass(due);
  progress_ = now;
}

std::vector<std::byte> downlink::take() {
  return std::exchange(released_, {});
}

/// A UART that is off makes nobody give up.
std::optional<time_point> downlink::gives_up() const {
  if (!patience_ || host_ready_ || !powered_ || !writer_blocked()) return {};
  return progress_ + *patience_;
}

std::optional<time_point> downlink::next_event() const {
  if (!leaving() || queue_.empty()) return gives_up();
  return clock_.after(std::min(slice_, queue_.size()));
}

void downlink::restart_if_idle(time_point now) {
  if (clock_.after(0) < now) clock_.restart(now);
}

void downlink::set_host_ready(bool ready, time_point now) {
  if (ready && !host_ready_) restart_if_idle(now);
  if (!ready && host_ready_) progress_ = now;
  host_ready_ = ready;
}

void downlink::set_powered(bool on, time_point now) {
  run(now);
  if (on && !powered_) restart_if_idle(now);
  progress_ = now;
  powered_ = on;
}

void downlink::set_baud(unsigned baud, time_point now) {
  run(now);
  clock_ = line_clock(baud);
  clock_.restart(now);
  slice_ = slice_of(baud);
}

void downlink::set_garbled(bool on, time_point now) {
  run(now);
  garbled_ = on;
}

}  // namespace cellsock::emulator
