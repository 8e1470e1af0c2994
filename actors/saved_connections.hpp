// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "stack/limits.hpp"

namespace cellsock {

/// How many DTLS connections each user's sockets have saved.
class saved_connections : public std::enable_shared_from_this<saved_connections> {
public:
  /// Held as long as the connection is saved; null: this user has all that it may have.
  [[nodiscard]] std::shared_ptr<void> take(std::uint32_t user) {
    auto& count = of_user_[user];
    if (count >= limits::dtls_saved_per_user_max) return {};
    ++count;
    return {this, [all = shared_from_this(), user](void*) { all->give_back(user); }};
  }

private:
  void give_back(std::uint32_t user) {
    if (const auto known = of_user_.find(user); --known->second == 0) of_user_.erase(known);
  }

  std::map<std::uint32_t, std::size_t> of_user_;
};

}  // namespace cellsock
