// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>

#include "stack/ids.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// One critical section on the AT channel: a sequence of commands that nothing may interleave with
/// (select + operation, connect with its timeouts, data mode). Each step names what follows;
/// exactly one of {it finishes, `abandon`} ends it.
class job {
public:
  explicit job(std::optional<socket_id> socket = {}) : socket_(socket) {}
  virtual ~job() = default;
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  /// The channel is this job's now.
  virtual void start() = 0;
  /// The channel was taken away (no answer, port closed, modem restarted), maybe before `start`: no
  /// continuation will run. Tickets are answered with `why`.
  virtual void abandon(const failure& why) = 0;
  /// Its socket was reported broken while the job runs; what it would still report is not wanted.
  virtual void socket_gone(const failure&) {}
  /// Whether it needs one of the modem's handles that it does not have yet.
  [[nodiscard]] virtual bool needs_handle() const { return false; }
  /// Whether it gives a handle back.
  [[nodiscard]] virtual bool frees_handle() const { return false; }

  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] std::optional<socket_id> socket() const noexcept { return socket_; }

protected:
  void finish() noexcept { finished_ = true; }

private:
  std::optional<socket_id> socket_;
  bool finished_ = false;
};

using job_ptr = std::unique_ptr<job>;

}  // namespace cellsock
