// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/push_policy.hpp"

#include <algorithm>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

push_policy::member* push_policy::find(socket_id id) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const member& m) { return m.id == id; });
  return found == members_.end() ? nullptr : &*found;
}

void push_policy::begin(socket_id id) {
  forget(id);
  members_.push_back({id});
}

void push_policy::forget(socket_id id) {
  std::erase_if(members_, [&](const member& m) { return m.id == id; });
}

void push_policy::received(socket_id id, std::size_t bytes, time_point now) {
  if (now - window_begin_ >= modem_limits::push_window) {
    close_window();
    window_begin_ = now;
  }
  if (auto* m = find(id)) m->bytes += bytes;
}

void push_policy::stalled(socket_id id) {
  auto* m = find(id);
  if (m == nullptr) return;
  m->stalled = true;
  m->push = false;
}

bool push_policy::push(socket_id id) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const member& m) { return m.id == id; });
  return found != members_.end() && found->push;
}

void push_policy::close_window() {
  std::size_t all = 0;
  std::size_t receivers = 0;
  for (const auto& m : members_) {
    all += m.bytes;
    if (m.bytes > 0) ++receivers;
  }
  for (auto& m : members_) {
    // Exact in integers: bytes / (all / receivers) against 1 and against the limit.
    const bool alone = receivers < 2;
    const bool fair = m.bytes * receivers <= all;
    const bool unfair = !alone && m.bytes * receivers > modem_limits::push_unfair_times * all;
    if (unfair)
      m.push = false;
    else if (!m.push && !m.stalled && m.bytes > 0 && (alone || fair))
      m.push = true;
    m.bytes = 0;
    m.stalled = false;
  }
}

}  // namespace cellsock
