// SPDX-License-Identifier: Apache-2.0
#include "actors/directory.hpp"

#include "stack/limits.hpp"

namespace cellsock {

void directory::born(socket_cookie cookie, socket_handle actor) {
  by_actor_[actor.address()] = cookie;
  living_[cookie] = std::move(actor);
}

void directory::ended(const msg::tombstone& stone, time_point now) {
  forget_old(now);
  if (stones_.insert_or_assign(stone.cookie, stone).second) order_.emplace_back(now, stone.cookie);
  if (const auto alive = living_.find(stone.cookie); alive != living_.end()) {
    by_actor_.erase(alive->second.address());
    living_.erase(alive);
  }
}

void directory::gone(const caf::actor_addr& actor) {
  const auto known = by_actor_.find(actor);
  if (known == by_actor_.end()) return;
  living_.erase(known->second);
  by_actor_.erase(known);
}

socket_handle directory::find(socket_cookie cookie) const {
  const auto alive = living_.find(cookie);
  return alive == living_.end() ? socket_handle{} : alive->second;
}

const msg::tombstone* directory::stone(socket_cookie cookie, time_point now) {
  forget_old(now);
  const auto found = stones_.find(cookie);
  return found == stones_.end() ? nullptr : &found->second;
}

void directory::amend(socket_cookie cookie, const msg::socket_shape& shape) {
  if (const auto found = stones_.find(cookie); found != stones_.end()) found->second.shape = shape;
}

std::optional<failure> directory::take_error(socket_cookie cookie, time_point now) {
  forget_old(now);
  const auto found = stones_.find(cookie);
  if (found == stones_.end()) return std::nullopt;
  if (!std::exchange(found->second.error_pending, false)) return failure{errc::none};
  return found->second.why;
}

void directory::forget_old(time_point now) {
  while (!order_.empty() && (order_.size() > limits::tombstones_max ||
                             now - order_.front().first > limits::tombstone_age_max)) {
    stones_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace cellsock
