// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "stack/ids.hpp"

namespace cellsock {

/// The sockets of one link, counted as they come and go: asking costs the same with seven as with
/// eight thousand. A holder needs one of the modem's own sockets.
class admission {
public:
  using user = std::uint32_t;  // uid_t

  void add(socket_id id, user who, bool holds) {
    if (!all_.emplace(id, entry{who, holds}).second) return;
    ++by_user_[who];
    holders_ += holds ? 1 : 0;
  }
  /// It holds nothing any more, but is still there.
  void release(socket_id id) {
    const auto known = all_.find(id);
    if (known == all_.end() || !known->second.holds) return;
    known->second.holds = false;
    --holders_;
  }
  void remove(socket_id id) {
    const auto known = all_.find(id);
    if (known == all_.end()) return;
    holders_ -= known->second.holds ? 1 : 0;
    const auto of_user = by_user_.find(known->second.who);
    if (--of_user->second == 0) by_user_.erase(of_user);
    all_.erase(known);
  }

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] std::size_t holders() const { return holders_; }
  [[nodiscard]] bool holds(socket_id id) const {
    const auto known = all_.find(id);
    return known != all_.end() && known->second.holds;
  }
  [[nodiscard]] std::size_t of_user(user who) const {
    const auto known = by_user_.find(who);
    return known == by_user_.end() ? 0 : known->second;
  }

private:
  struct entry {
    user who = 0;
    bool holds = false;
  };
  std::unordered_map<socket_id, entry> all_;
  std::unordered_map<user, std::size_t> by_user_;
  std::size_t holders_ = 0;
};

}  // namespace cellsock
