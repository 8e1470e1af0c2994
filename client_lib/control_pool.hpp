// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "client_lib/control_connection.hpp"
#include "client_lib/credential_session.hpp"

namespace cellsock::client {

/// The process's control connections. No thread waits behind another thread's call: a call takes an
/// idle connection or opens one, so there are as many as calls are blocked at once. Thread-safe;
/// the lock is never held while anything waits.
class control_pool {
public:
  /// A connection for one call, given back at the end of its scope. One that is no longer usable is
  /// closed instead.
  class lease {
  public:
    lease(control_pool& pool, std::unique_ptr<control_connection> taken)
        : pool_(&pool), taken_(std::move(taken)) {}
    lease(lease&&) noexcept = default;
    lease& operator=(lease&&) = delete;
    ~lease() {
      if (taken_) pool_->give_back(std::move(taken_));
    }
    control_connection* operator->() const noexcept { return taken_.get(); }

  private:
    control_pool* pool_;
    std::unique_ptr<control_connection> taken_;
  };

  control_pool();

  [[nodiscard]] outcome<lease> take(wait_registry& waits);
  [[nodiscard]] std::size_t idle() const;

  /// The process's session for credentials, null while it has none; connections join it.
  std::atomic<const credential_session*> session{nullptr};
  std::mutex session_mutex;  // of opening one
  /// All there were: whoever read `session` before another was opened may still look at it.
  std::vector<std::unique_ptr<const credential_session>> sessions;

private:
  void give_back(std::unique_ptr<control_connection> used);

  mutable std::mutex mutex_;
  /// Used as a stack: the connection that made the sockets is the one that keeps serving them, so a
  /// single-threaded program never has to show a descriptor.
  std::vector<std::unique_ptr<control_connection>> idle_;
};

}  // namespace cellsock::client
