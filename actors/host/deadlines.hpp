// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace cellsock::host {

/// Who must have been answered by when. Pure: the owner keeps one timer for the earliest.
template <class Key>
class deadlines {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void set(Key who, time_point when) {
    clear(who);
    by_time_.emplace(when, who);
    by_key_.emplace(who, when);
  }
  void clear(Key who) {
    const auto known = by_key_.find(who);
    if (known == by_key_.end()) return;
    by_time_.erase({known->second, who});
    by_key_.erase(known);
  }
  [[nodiscard]] std::optional<time_point> next() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first;
  }
  /// Whose time is over, earliest first; they are forgotten.
  [[nodiscard]] std::vector<Key> take_expired(time_point now) {
    std::vector<Key> over;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      over.push_back(by_time_.begin()->second);
      clear(over.back());
    }
    return over;
  }

private:
  std::set<std::pair<time_point, Key>> by_time_;
  std::map<Key, time_point> by_key_;
};

}  // namespace cellsock::host
