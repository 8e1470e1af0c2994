// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "actors/event_bus.hpp"

namespace cellsock {

/// Events that a watcher has not taken yet. Bounded: when it is full the oldest go, and the next
/// one taken says how many. Pure.
class watch_queue {
public:
  explicit watch_queue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void push(events::shared_event what) {
    bytes_ += what->bytes();
    waiting_.push_back(std::move(what));
    while (bytes_ > bytes_max_ && waiting_.size() > 1) {
      take_front();
      ++missed_;
    }
  }
  struct next_event {
    events::shared_event what;
    std::uint64_t missed = 0;  // dropped just before this one
  };
  [[nodiscard]] std::optional<next_event> pop() {
    if (waiting_.empty()) return std::nullopt;
    return next_event{take_front(), std::exchange(missed_, 0)};
  }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
  events::shared_event take_front() {
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= first->bytes();
    return first;
  }

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t missed_ = 0;
  std::deque<events::shared_event> waiting_;
};

}  // namespace cellsock
