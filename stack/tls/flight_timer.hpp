// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace cellsock::tls {

/// DTLS's retransmission timer as mbedTLS wants it, over times that are given.
class flight_timer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void set(time_point now, std::uint32_t middle_ms, std::uint32_t final_ms) {
    middle_ = now + std::chrono::milliseconds(middle_ms);
    final_.reset();
    if (final_ms != 0) final_ = now + std::chrono::milliseconds(final_ms);
  }
  /// -1 not running, 0 neither passed, 1 the middle passed, 2 the final one.
  [[nodiscard]] int state(time_point now) const {
    if (!final_) return -1;
    if (now >= *final_) return 2;
    return now >= middle_ ? 1 : 0;
  }
  [[nodiscard]] std::optional<time_point> due() const { return final_; }

private:
  time_point middle_{};
  std::optional<time_point> final_ = {};
};

}  // namespace cellsock::tls
