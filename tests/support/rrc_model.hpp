// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "stack/rai/hint.hpp"

namespace cellsock::test {

/// A modem's radio as pessimistic as a cell may be: what was hinted through one socket acts on the
/// traffic of all, and nothing but ONGOING or WAIT_MORE takes it back. For tests of who tells it
/// what; the emulated modem has its own.
class rrc_model {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::milliseconds;
  struct cell {
    duration inactivity{11000};
    duration release_delay{300};
    duration setup{200};
    bool heeds = true;
  };
  explicit rrc_model(cell c) : cell_(c) {}

  /// Told by an option; LAST and ONE_RESP are about the next uplink.
  void hint(rai_hint h, time_point now) {
    switch (h) {
      case rai_hint::no_data: release_soon(now); break;
      case rai_hint::last:
      case rai_hint::one_response: next_ = h; break;
      case rai_hint::ongoing:
      case rai_hint::wait_more:
        next_ = rai_hint::none;
        after_downlink_ = false;
        release_at_.reset();
        break;
      default: break;
    }
  }
  void uplink(time_point now) {
    if (!connected_) {
      connected_ = true;
      connected_since_ = now;
      ++setups;
    }
    packet_at_ = now;
    if (next_ == rai_hint::last) release_soon(now);
    if (next_ == rai_hint::one_response && cell_.heeds) after_downlink_ = true;
    next_ = rai_hint::none;
  }
  void downlink(time_point now) {
    if (!connected_) {
      ++pagings;
      connected_ = true;
      connected_since_ = now;
      ++setups;
    }
    packet_at_ = now;
    if (after_downlink_) release_soon(now);
    after_downlink_ = false;
  }
  /// When it is released if nothing happens; and by a hint or by the cell's own timer.
  [[nodiscard]] std::optional<time_point> release_at() const {
    if (!connected_) return std::nullopt;
    const auto timer = packet_at_ + cell_.inactivity;
    return release_at_ && *release_at_ < timer ? *release_at_ : timer;
  }
  [[nodiscard]] bool by_hint() const {
    return release_at_ && *release_at_ < packet_at_ + cell_.inactivity;
  }
  void release(time_point now) {
    tail += std::chrono::duration_cast<duration>(now - packet_at_);
    connected += std::chrono::duration_cast<duration>(now - connected_since_);
    if (by_hint()) ++released_by_hint;
    connected_ = false;
    after_downlink_ = false;
    release_at_.reset();
  }
  [[nodiscard]] bool is_connected() const { return connected_; }

  duration tail{0};
  duration connected{0};
  unsigned setups = 0;
  unsigned pagings = 0;
  unsigned released_by_hint = 0;

private:
  void release_soon(time_point now) {
    if (cell_.heeds && connected_) release_at_ = now + cell_.release_delay;
  }

  cell cell_;
  bool connected_ = false;
  time_point connected_since_{};
  time_point packet_at_{};
  rai_hint next_ = rai_hint::none;
  bool after_downlink_ = false;
  std::optional<time_point> release_at_ = {};
};

}  // namespace cellsock::test
