// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>

/// Time is an argument everywhere in the emulator: nothing in its core reads a clock.
namespace cellsock::emulator {

using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// The earlier of two wake-ups, either of which may be missing.
[[nodiscard]] inline std::optional<time_point> sooner(std::optional<time_point> a,
                                                      std::optional<time_point> b) {
  if (!a) return b;
  if (!b) return a;
  return *a < *b ? a : b;
}

}  // namespace cellsock::emulator
