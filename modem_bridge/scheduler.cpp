// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/scheduler.hpp"

#include <algorithm>

namespace cellsock {

std::vector<scheduler::member>::iterator scheduler::find(socket_id id) {
  return std::find_if(ring_.begin(), ring_.end(), [&](const member& m) { return m.id == id; });
}

void scheduler::ready(socket_id id, direction what, bool is_ready) {
  auto found = find(id);
  if (found == ring_.end()) {
    if (!is_ready) return;
    ring_.push_back({id});
    found = std::prev(ring_.end());
  }
  (what == direction::send ? found->send : found->receive) = is_ready;
}

void scheduler::forget(socket_id id) {
  if (const auto found = find(id); found != ring_.end()) ring_.erase(found);
}

std::optional<turn> scheduler::next() {
  const auto found =
      std::find_if(ring_.begin(), ring_.end(), [](const member& m) { return m.send || m.receive; });
  if (found == ring_.end()) return std::nullopt;
  const bool both = found->send && found->receive;
  const bool sends = both ? found->last == direction::receive : found->send;
  found->last = sends ? direction::send : direction::receive;
  const turn chosen{found->id, found->last};
  std::rotate(found, std::next(found), ring_.end());
  return chosen;
}

}  // namespace cellsock
