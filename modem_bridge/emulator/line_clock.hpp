// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// The absolute time line of one direction of a UART: ten bit times per byte. It never drifts: the
/// n-th byte after `restart` ends at base + n·10/baud, computed afresh each time, however late the
/// caller comes. Only a line that had nothing to send is moved (`restart`).
class line_clock {
public:
  explicit line_clock(unsigned baud) : baud_(std::max(baud, 1U)) {}

  void restart(time_point base) {
    base_ = base;
    passed_ = 0;
  }

  /// When `bytes` more than those passed will be wholly on the other side.
  [[nodiscard]] time_point after(std::size_t bytes) const {
    return base_ + length(passed_ + bytes);
  }

  /// How many bytes beyond those passed fit in before `now`.
  [[nodiscard]] std::size_t due(time_point now) const {
    if (now <= base_) return 0;
    // An hour is more than any buffer here can hold and keeps the product inside 64 bits.
    const auto elapsed = static_cast<std::uint64_t>(
        std::min<std::int64_t>((now - base_) / std::chrono::nanoseconds(1), 3'600'000'000'000));
    const std::uint64_t whole = elapsed / nanoseconds_per_second * baud_ / bits_per_byte;
    const std::uint64_t bytes = elapsed < 1'000'000'000'000
                                    ? elapsed * baud_ / (nanoseconds_per_second * bits_per_byte)
                                    : whole;
    return bytes > passed_ ? static_cast<std::size_t>(bytes - passed_) : 0;
  }

  void pass(std::size_t bytes) {
    passed_ += bytes;
    // `baud` bytes last exactly ten seconds: the base moves without rounding.
    while (passed_ >= baud_) {
      passed_ -= baud_;
      base_ += std::chrono::seconds(bits_per_byte);
    }
  }

  [[nodiscard]] duration length(std::uint64_t bytes) const {
    return std::chrono::nanoseconds((bytes * bits_per_byte * nanoseconds_per_second + baud_ - 1) /
                                    baud_);
  }

private:
  static constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
  static constexpr unsigned bits_per_byte = 10;  // 8N1: start, eight, stop

  std::uint64_t baud_;
  time_point base_{};
  std::uint64_t passed_ = 0;
};

}  // namespace cellsock::emulator
