// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

/// How often a modem that tells nothing by itself is asked: often while something moves, seldom
/// while nothing does. Pure.
class poll_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Something was sent or received: an answer may follow soon.
  void activity() { step_ = modem_limits::poll_pace_min; }
  void asked(time_point now) {
    last_ = now;
    step_ = std::min<std::chrono::milliseconds>(step_ * 2, modem_limits::poll_pace_max);
  }
  [[nodiscard]] time_point due() const { return last_ + step_; }

private:
  time_point last_{};
  std::chrono::milliseconds step_ = modem_limits::poll_pace_min;
  bool asked_before_ = false;
};

}  // namespace cellsock
