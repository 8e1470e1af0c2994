// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/uplink.hpp"

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;

/// A paced reader keeps between one and two milliseconds on the wire: little enough that flow
/// control acts at once, enough that a late timer leaves no gap.
constexpr duration ahead_min = 1ms;
constexpr std::size_t read_bytes_max = 4096;

/// At slow rates a few byte times instead, or nothing would ever fit.
duration ahead_of(const line_clock& clock) {
  return std::max(ahead_min, clock.length(2));
}

/// What a byte looks like at another rate: never ASCII, so it can neither be nor end a command.
std::byte garbage(std::byte sent) {
  return ~sent | std::byte{0x80};
}

}  // namespace

std::size_t uplink::feed(std::span<const std::byte> bytes, time_point waiting_since) {
  if (wire_.empty() && waiting_since > clock_.after(0)) clock_.restart(waiting_since);
  const std::size_t taken = std::min(bytes.size(), wire_bytes_max - wire_.size());
  wire_.insert(wire_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

std::size_t uplink::room(time_point now, time_point waiting_since) const {
  if (holding_host()) return 0;
  const time_point end = std::max(clock_.after(wire_.size()), waiting_since);
  line_clock ahead = clock_;
  ahead.restart(end);
  return std::min(ahead.due(now + 2 * ahead_of(clock_)), read_bytes_max);
}

std::optional<time_point> uplink::next_room(time_point now) const {
  if (holding_host()) return {};
  return std::max(now, clock_.after(wire_.size()) - ahead_of(clock_));
}

void uplink::run(time_point now) {
  if (stopped_ && !flow_control_) {
    const std::size_t lost = std::min(clock_.due(now), wire_.size());
    wire_.erase(wire_.begin(), wire_.begin() + static_cast<std::ptrdiff_t>(lost));
    clock_.pass(lost);
    dropped_ += lost;
  }
  if (!stopped_) {
    const std::size_t arrived =
        std::min({clock_.due(now), wire_.size(), capacity_bytes - unread_.size()});
    if (arrived > 0) {
      const auto end = wire_.begin() + static_cast<std::ptrdiff_t>(arrived);
      for (auto at = wire_.begin(); at != end; ++at)
        unread_.push_back(garbled_ ? garbage(*at) : *at);
      wire_.erase(wire_.begin(), end);
      clock_.pass(arrived);
      last_arrival_ = clock_.after(0);
      position_ += arrived;
      if (position_ >= buffer_bytes) {
        position_ %= buffer_bytes;
        ready_ = unread_.size() - position_;
      }
      if (unread_.size() == capacity_bytes) {
        stopped_ = true;
        ready_ = unread_.size();
        if (!flow_control_) run(now);  // what else came by now is lost
      }
    }
  }
  if (now >= last_arrival_ + idle_) ready_ = unread_.size();
}

std::optional<time_point> uplink::next_event() const {
  std::optional<time_point> next;
  if (!stopped_ && !wire_.empty()) {
    const std::size_t to_full = std::min(buffer_bytes - position_, capacity_bytes - unread_.size());
    if (wire_.size() >= to_full) return clock_.after(to_full);
    return clock_.after(wire_.size()) + idle_;
  }
  if (unread_.size() > ready_) next = last_arrival_ + idle_;
  return next;
}

std::byte uplink::take(time_point now) {
  const std::byte value = unread_.front();
  unread_.pop_front();
  --ready_;
  if (unread_.empty() && stopped_) {
    run(now);  // without flow control: what came while stopped is lost first
    stopped_ = false;
    position_ = 0;
    if (clock_.after(0) < now) clock_.restart(now);
  }
  return value;
}

void uplink::lose(time_point now) {
  run(now);
  dropped_ += unread_.size();
  discard(now);
}

void uplink::set_baud(unsigned baud, time_point now) {
  run(now);
  clock_ = line_clock(baud);
  clock_.restart(now);
}

void uplink::set_garbled(bool on, time_point now) {
  run(now);
  garbled_ = on;
}

void uplink::discard(time_point now) {
  run(now);
  unread_.clear();
  ready_ = 0;
  position_ = 0;
  if (stopped_ && clock_.after(0) < now) clock_.restart(now);
  stopped_ = false;
}

}  // namespace cellsock::emulator
