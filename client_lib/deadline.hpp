// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>

namespace cellsock::client {

/// A point of the monotonic clock until which a call may wait, or never. Exact: the kernel rounds
/// its socket timeouts to ticks, so they are not used.
class deadline {
public:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] static deadline never() { return deadline{}; }
  [[nodiscard]] static deadline after(std::chrono::milliseconds span) {
    deadline made;
    made.at_ = clock::now() + span;
    return made;
  }
  /// Socket timeouts: 0 means none.
  [[nodiscard]] static deadline after_timeout_ms(long long timeout_ms) {
    return timeout_ms > 0 ? after(std::chrono::milliseconds(timeout_ms)) : never();
  }

  [[nodiscard]] bool passed() const { return at_ && clock::now() >= *at_; }
  /// What is left, for ppoll(2); nothing means "for ever". Never negative.
  [[nodiscard]] std::optional<timespec> remaining() const {
    if (!at_) return std::nullopt;
    const auto left = std::max<clock::duration>(*at_ - clock::now(), clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
    return timespec{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  }

private:
  std::optional<clock::time_point> at_;
};

}  // namespace cellsock::client
