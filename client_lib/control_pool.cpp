// SPDX-License-Identifier: Apache-2.0
#include "client_lib/control_pool.hpp"

#include "client_lib/dial.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::client {

/// Room for all that will ever be idle: giving back must not need memory.
control_pool::control_pool() {
  idle_.reserve(limits::idle_connections_max);
}

outcome<control_pool::lease> control_pool::take(wait_registry& waits) {
  for (;;) {
    std::unique_ptr<control_connection> candidate;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) break;
      candidate = std::move(idle_.back());
      idle_.pop_back();
    }
    if (candidate->session() == session.load() && candidate->usable())
      return lease(*this, std::move(candidate));
  }
  auto opened = control_connection::open(control_socket_path(), waits, session.load());
  if (!opened) return opened.why();
  return lease(*this, *std::move(opened));
}

void control_pool::give_back(std::unique_ptr<control_connection> used) {
  if (!used->in_step()) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < limits::idle_connections_max) idle_.push_back(std::move(used));
}

std::size_t control_pool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

}  // namespace cellsock::client
