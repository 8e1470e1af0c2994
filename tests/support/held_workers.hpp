// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>
#include <vector>

#include "actors/workers.hpp"

namespace cellsock::test {

/// Takes jobs and does them between the actors' turns, or when the test says so.
class held_workers final : public workers {
public:
  bool hold = false;

  void run(std::function<void()> job) override { waiting_.push_back(std::move(job)); }
  /// Those that wait now; true if there were any.
  bool work() {
    if (hold) return false;
    auto now = std::exchange(waiting_, {});
    for (auto& job : now) std::exchange(job, {})();
    return !now.empty();
  }
  void let_go() {
    hold = false;
    while (work()) {
    }
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
  std::vector<std::function<void()>> waiting_;
};

}  // namespace cellsock::test
