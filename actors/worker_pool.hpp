// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/workers.hpp"

namespace cellsock {

/// Threads of their own. Jobs wait in one queue, whose length is bounded by what asks: a socket has
/// at most one job there.
class worker_pool final : public workers {
public:
  explicit worker_pool(unsigned threads);
  ~worker_pool() override;
  void run(std::function<void()> job) override;
  /// Waits for the jobs that run; those that still wait are dropped. Before the actor system ends,
  /// whose actors they would tell. What comes later is dropped too.
  void stop();

private:
  void work();

  std::mutex mutex_;  // guards all below but the threads
  std::condition_variable news_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cellsock
