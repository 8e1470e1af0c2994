// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "stack/rai/hint.hpp"

/// Whether this cell heeds a hint, learned from how soon after it the radio was released. Each kind
/// of hint by itself: a cell may know one and not the other. Pure.
namespace cellsock {

class cell_verdict {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct tally {
    unsigned heeded = 0;
    unsigned ignored = 0;
    unsigned ignored_in_a_row = 0;
  };

  /// Whether it is worth telling.
  [[nodiscard]] bool worth(rai_hint hint, time_point now) const;
  void heeded(rai_hint hint);
  void ignored(rai_hint hint, time_point now);
  /// Another cell may be another matter.
  void forget() { kinds_ = {}; }
  [[nodiscard]] const tally& of(rai_hint hint) const { return at(hint).counted; }

private:
  struct kind {
    tally counted;
    time_point again{};  // when it is worth another try
  };
  [[nodiscard]] const kind& at(rai_hint hint) const {
    return kinds_[static_cast<std::size_t>(hint)];
  }
  std::array<kind, static_cast<std::size_t>(rai_hint::count_)> kinds_{};
};

}  // namespace cellsock
