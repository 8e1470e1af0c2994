// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/session_cache.hpp"

#include <algorithm>

namespace cellsock::tls {

void session_cache::store(const session_key& key, secret session, time_point now) {
  if (sessions_max_ == 0 || session.empty()) return;
  sessions_.erase(key);
  std::erase_if(sessions_, [&](const auto& s) { return now - s.second.stored > age_max_; });
  if (sessions_.size() >= sessions_max_) {
    sessions_.erase(std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a.second.stored < b.second.stored; }));
    ++evicted_;
  }
  sessions_.emplace(key, entry{std::move(session), now});
}

std::optional<secret> session_cache::find(const session_key& key, time_point now) {
  const auto known = sessions_.find(key);
  if (known == sessions_.end()) return std::nullopt;
  if (now - known->second.stored > age_max_) {
    sessions_.erase(known);
    return std::nullopt;
  }
  return known->second.session.copy();
}

}  // namespace cellsock::tls
