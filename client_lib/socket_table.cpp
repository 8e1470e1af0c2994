// SPDX-License-Identifier: Apache-2.0
#include "client_lib/socket_table.hpp"

#include <algorithm>

#include "client_lib/limits.hpp"
#include "client_lib/owned_descriptor.hpp"

namespace cellsock::client {

std::shared_ptr<socket_entry> socket_table::find(std::uint64_t cookie) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(cookie);
  return found != known_.end() ? found->second.entry : nullptr;
}

std::shared_ptr<socket_entry> socket_table::insert(int fd, std::shared_ptr<socket_entry> entry) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= std::max(sweep_at_, limits::cached_sockets_sweep)) sweep_locked();
  const auto cookie = entry->cookie;
  return known_.try_emplace(cookie, slot{fd, std::move(entry)}).first->second.entry;
}

void socket_table::erase(std::uint64_t cookie) {
  const std::lock_guard lock(mutex_);
  known_.erase(cookie);
}

void socket_table::remember_foreign(std::uint64_t cookie) {
  const std::lock_guard lock(mutex_);
  if (foreign_.size() >= limits::foreign_cookies_max) foreign_.clear();
  foreign_.insert(cookie);
}

bool socket_table::is_foreign(std::uint64_t cookie) const {
  const std::lock_guard lock(mutex_);
  return foreign_.contains(cookie);
}

std::size_t socket_table::size() const {
  const std::lock_guard lock(mutex_);
  return known_.size();
}

/// A duplicate may still be open when the first number is gone; forgetting it costs one question.
void socket_table::sweep_locked() {
  std::erase_if(known_, [](const auto& row) { return cookie_of(row.second.fd) != row.first; });
  sweep_at_ = 2 * known_.size();
}

}  // namespace cellsock::client
