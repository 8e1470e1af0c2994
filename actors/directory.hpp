// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "actors/interfaces.hpp"

namespace cellsock {

/// Sockets by cookie: the living, and for a while the reasons of those whose channel ended
/// abnormally (bounded in number and age; forgotten ones read as "connection reset"). Plain object
/// of the gateway actor.
class directory {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void born(socket_cookie cookie, socket_handle actor);
  void ended(const msg::tombstone& stone, time_point now);
  void gone(const caf::actor_addr& actor);

  [[nodiscard]] socket_handle find(socket_cookie cookie) const;
  [[nodiscard]] const msg::tombstone* stone(socket_cookie cookie, time_point now);
  /// What was set since; nothing if it is forgotten.
  void amend(socket_cookie cookie, const msg::socket_shape& shape);
  /// The pending error, once.
  [[nodiscard]] std::optional<failure> take_error(socket_cookie cookie, time_point now);
  [[nodiscard]] std::size_t living() const noexcept { return living_.size(); }
  [[nodiscard]] std::size_t buried() const noexcept { return stones_.size(); }

private:
  void forget_old(time_point now);

  std::map<socket_cookie, socket_handle> living_;
  std::map<caf::actor_addr, socket_cookie> by_actor_;
  std::map<socket_cookie, msg::tombstone> stones_;
  std::deque<std::pair<time_point, socket_cookie>> order_;
};

}  // namespace cellsock
