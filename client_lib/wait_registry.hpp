// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <poll.h>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "client_lib/deadline.hpp"
#include "client_lib/owned_descriptor.hpp"

namespace cellsock::client {

/// What a descriptor must still be when the wait begins: closed and reused numbers are noticed.
struct watched_socket {
  int fd = -1;
  std::uint64_t cookie = 0;
};

enum class wait_end : std::uint8_t { ready, deadline, signal, closed };

/// Every blocking call of the library waits here, so that a close in one thread ends the waits of
/// the others on that number: neither close(2) nor the kernel's poll does. Closing a duplicate, or
/// the same socket in another process, disturbs nobody.
///
/// One wake descriptor per process: an unbound datagram socket, polled beside the descriptors and
/// shut down to wake. (An eventfd would do the same, but has no cookie: after the program closed
/// its number we might write into a file of its own.) Once used it is replaced, so that waiters
/// who were not meant sleep on without a drain or a spin.
class wait_registry {
public:
  /// Polls `fds` until one has events, `until` passes, a signal handler ran, or `subject` is closed
  /// by close_and_wake. `subject` is only watched for that; to poll it, put it into `fds` too.
  [[nodiscard]] wait_end wait(std::span<pollfd> fds, watched_socket subject, const deadline& until);

  struct poll_end {
    int ready = 0;  // as poll(2); -1: errno says why
    std::vector<int> closed;
  };
  /// As poll(2) for a program's own list; `closed` are those that close_and_wake closed meanwhile.
  [[nodiscard]] poll_end poll(std::span<pollfd> fds, const deadline& until);

  /// close(2), then ends the waits of this process on that number. 0 or -errno.
  int close_and_wake(int fd);
  /// Threads waiting now: for tests that must not act before somebody sleeps.
  [[nodiscard]] std::size_t waiting() const;

private:
  struct waiter {
    std::span<const pollfd> polled;
    int subject = -1;
    std::vector<int> closed;
    std::shared_ptr<owned_descriptor> wake;
  };
  class enrolment;

  std::shared_ptr<owned_descriptor> wake_locked();

  mutable std::mutex mutex_;
  std::list<waiter*> waiters_;
  std::shared_ptr<owned_descriptor> wake_;
};

}  // namespace cellsock::client
