// SPDX-License-Identifier: Apache-2.0
#include "actors/worker_pool.hpp"

#include <csignal>

#include "stack/credentials/secret.hpp"

namespace cellsock {

worker_pool::worker_pool(unsigned threads) {
  // Signals are the loop's.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

worker_pool::~worker_pool() {
  stop();
}

void worker_pool::run(std::function<void()> job) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(job));
  }
  news_.notify_one();
}

void worker_pool::stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  news_.notify_all();
  dropped.clear();  // what they hold may be what a running one waits for
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void worker_pool::work() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock<std::mutex> guard(mutex_);
      news_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
    job = {};
    wipe_stack();  // it may have computed with keys
  }
}

}  // namespace cellsock
