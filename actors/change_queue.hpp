// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "actors/workers.hpp"
#include "stack/credentials/secret.hpp"
#include "stack/limits.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// Changes to credentials, one after the other: each looks at what is there, does what takes long
/// (parsing, the disk) on a worker, and then puts it in place, with no other change in between.
/// Loop thread only.
class change_queue {
public:
  explicit change_queue(std::shared_ptr<workers> aside) : aside_(std::move(aside)) {}

  /// `begin` runs when it is its turn, and ends with `then_aside` or `finish`.
  [[nodiscard]] status add(std::uint32_t user, std::function<void()> begin) {
    auto& of_user = users_[user];
    if (waiting_.size() >= limits::credential_changes_max ||
        of_user >= limits::credential_changes_per_user_max) {
      ++refused_;
      if (of_user == 0) users_.erase(user);
      return fail(errc::limit_reached,
                  "other changes to credentials are still being made; try again");
    }
    ++of_user;
    waiting_.push_back({user, std::move(begin)});
    next();
    return done{};
  }
  /// The current change goes on with `work` on a worker, which ends with `tell`, and then with
  /// `after` here: `tell` lets the loop know that `returned` is to be called.
  void then_aside(std::function<void()> work, std::function<void()> tell,
                  std::function<void()> after) {
    after_ = std::move(after);
    aside_->run([work = std::move(work), tell = std::move(tell)]() mutable {
      work();
      work = {};  // from here on what it worked on is the loop's
      wipe_stack();
      tell();
    });
  }
  void returned() {
    if (auto after = std::exchange(after_, {})) after();
  }
  /// The current change is over.
  void finish() {
    busy_ = false;
    next();
  }
  /// Those that wait are dropped; what a worker brings comes to nothing.
  void clear() {
    waiting_.clear();
    users_.clear();
    after_ = {};
  }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
  struct change {
    std::uint32_t user;
    std::function<void()> begin;
  };
  void next() {
    while (!busy_ && !waiting_.empty()) {
      busy_ = true;
      auto now = std::move(waiting_.front());
      waiting_.pop_front();
      if (--users_[now.user] == 0) users_.erase(now.user);
      now.begin();
    }
  }

  std::shared_ptr<workers> aside_;
  std::deque<change> waiting_;
  std::map<std::uint32_t, std::size_t> users_;
  std::function<void()> after_;
  bool busy_ = false;
  std::uint64_t refused_ = 0;
};

}  // namespace cellsock
