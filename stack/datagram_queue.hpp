// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace cellsock {

/// Bounded in number and age; drops the oldest and counts. UDP must not block for ever behind a
/// slow modem, and a stale datagram is worth less than a fresh one. Pure.
template <class Datagram>
class datagram_queue {
public:
  using time_point = std::chrono::steady_clock::time_point;
  datagram_queue(std::size_t count_max, std::chrono::milliseconds age_max)
      : count_max_(count_max), age_max_(age_max) {}

  void push(Datagram d, time_point now) {
    drop_stale(now);
    if (queue_.size() >= count_max_) drop_front();
    queue_.emplace_back(now, std::move(d));
  }
  [[nodiscard]] std::optional<Datagram> pop(time_point now) {
    drop_stale(now);
    if (queue_.empty()) return std::nullopt;
    std::optional<Datagram> d(std::move(queue_.front().second));
    queue_.pop_front();
    return d;
  }
  /// While it is held, what waits does not age: it waits for something else than the link. When it
  /// is let go all is as fresh as if it had just come.
  void hold(bool held, time_point now) {
    if (std::exchange(held_, held) && !held)
      for (auto& [since, one] : queue_) since = now;
  }
  /// Not wanted any more.
  void drop_all() {
    while (!queue_.empty()) drop_front();
  }
  /// The next to be popped, without taking it; nullptr when empty.
  [[nodiscard]] const Datagram* front() const noexcept {
    return queue_.empty() ? nullptr : &queue_.front().second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return queue_.size(); }
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
  void drop_front() {
    queue_.pop_front();
    ++dropped_;
  }
  void drop_stale(time_point now) {
    while (!held_ && !queue_.empty() && now - queue_.front().first > age_max_) drop_front();
  }

  std::size_t count_max_;
  std::chrono::milliseconds age_max_;
  std::deque<std::pair<time_point, Datagram>> queue_;
  std::uint64_t dropped_ = 0;
  bool held_ = false;
};

}  // namespace cellsock
