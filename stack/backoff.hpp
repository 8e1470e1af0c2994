// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>

namespace cellsock {

/// When to try again what failed: each time in a row twice as much later, up to a bound. Pure.
class backoff {
public:
  using time_point = std::chrono::steady_clock::time_point;

  constexpr backoff(std::chrono::milliseconds first, std::chrono::milliseconds bound)
      : first_(first), bound_(bound), next_(first) {}

  constexpr void failed(time_point now) {
    until_ = std::max(until_, now + next_);
    next_ = std::min(next_ * 2, bound_);
  }
  /// Not before then, whatever happened.
  constexpr void hold(time_point until) { until_ = std::max(until_, until); }
  constexpr void succeeded() {
    next_ = first_;
    until_ = {};
  }
  [[nodiscard]] constexpr bool may_try(time_point now) const { return now >= until_; }
  [[nodiscard]] constexpr time_point until() const { return until_; }

private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds bound_;
  std::chrono::milliseconds next_;
  time_point until_{};
};

}  // namespace cellsock
