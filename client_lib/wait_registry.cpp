// SPDX-License-Identifier: Apache-2.0
#include "client_lib/wait_registry.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cellsock::client {

namespace {

struct polled {
  int ready = 0;  // of the caller's entries; -1: interrupted or refused, errno says
  bool woken = false;
};

/// ppoll with the wake descriptor as one more entry: index 0.
polled poll_with_wake(std::span<pollfd> fds, const std::shared_ptr<owned_descriptor>& wake,
                      std::vector<pollfd>& scratch, const deadline& until) {
  scratch.assign(1, pollfd{wake ? wake->number() : -1, POLLIN, 0});
  scratch.insert(scratch.end(), fds.begin(), fds.end());
  const auto left = until.remaining();
  const int count = ::ppoll(scratch.data(), scratch.size(), left ? &*left : nullptr, nullptr);
  if (count < 0) return {-1, false};
  // The results alone: close_and_wake reads the numbers meanwhile.
  for (std::size_t i = 0; i < fds.size(); ++i) fds[i].revents = scratch[i + 1].revents;
  const bool woken = scratch[0].revents != 0;
  return {count - (woken ? 1 : 0), woken};
}

}  // namespace

/// A waiter's place in the list, given back whatever ends the wait (thread cancellation too).
class wait_registry::enrolment {
public:
  enrolment(wait_registry& registry, waiter& who) : registry_(registry), who_(who) {
    const std::lock_guard lock(registry_.mutex_);
    who_.wake = registry_.wake_locked();
    where_ = registry_.waiters_.insert(registry_.waiters_.end(), &who_);
  }
  ~enrolment() {
    const std::lock_guard lock(registry_.mutex_);
    registry_.waiters_.erase(where_);
  }
  enrolment(const enrolment&) = delete;
  enrolment& operator=(const enrolment&) = delete;

  /// What was closed under us.
  std::vector<int> closed() {
    const std::lock_guard lock(registry_.mutex_);
    return who_.closed;
  }
  /// After a wake that was meant for others: sleeps on the next wake descriptor.
  void renew_wake() {
    const std::lock_guard lock(registry_.mutex_);
    who_.wake = registry_.wake_locked();
  }

private:
  wait_registry& registry_;
  waiter& who_;
  std::list<waiter*>::iterator where_;
};

std::shared_ptr<owned_descriptor> wait_registry::wake_locked() {
  if (wake_ && wake_->still_ours()) return wake_;
  // Without one (no descriptors left) waits still work, but a close in another thread does not end
  // them: the same as for a kernel socket.
  unique_fd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  wake_ = made ? std::make_shared<owned_descriptor>(std::move(made)) : nullptr;
  return wake_;
}

wait_end wait_registry::wait(std::span<pollfd> fds, watched_socket subject, const deadline& until) {
  waiter self{fds, subject.fd, {}, nullptr};
  enrolment place(*this, self);
  std::vector<pollfd> scratch;
  for (;;) {
    // After enrolling, or a close between the caller's check and here would go unnoticed.
    if (subject.fd >= 0 && cookie_of(subject.fd) != subject.cookie) return wait_end::closed;
    const auto seen = poll_with_wake(fds, self.wake, scratch, until);
    if (!place.closed().empty()) return wait_end::closed;
    if (seen.ready < 0) return wait_end::signal;
    if (seen.ready > 0) return wait_end::ready;
    if (until.passed()) return wait_end::deadline;
    if (seen.woken) place.renew_wake();
  }
}

wait_registry::poll_end wait_registry::poll(std::span<pollfd> fds, const deadline& until) {
  // What is ready already needs no waiting, and no waiter's place.
  if (const int ready = ::poll(fds.data(), fds.size(), 0); ready != 0 || until.passed())
    return {ready, {}};
  waiter self{fds, -1, {}, nullptr};
  enrolment place(*this, self);
  std::vector<pollfd> scratch;
  for (;;) {
    const auto seen = poll_with_wake(fds, self.wake, scratch, until);
    if (auto closed = place.closed(); !closed.empty()) return {0, std::move(closed)};
    if (seen.ready != 0 || until.passed()) return {seen.ready, {}};
    if (seen.woken) place.renew_wake();
  }
}

int wait_registry::close_and_wake(int fd) {
  std::shared_ptr<owned_descriptor> wake;
  {
    const std::lock_guard lock(mutex_);
    // Closed inside the lock: whoever enrols later finds the number gone, whoever enrolled before
    // is marked.
    if (::close(fd) != 0 && errno == EBADF) return -EBADF;
    bool anybody = false;
    for (auto* who : waiters_) {
      const auto is_it = [fd](const pollfd& entry) { return entry.fd == fd; };
      if (who->subject != fd && std::none_of(who->polled.begin(), who->polled.end(), is_it))
        continue;
      who->closed.push_back(fd);
      anybody = true;
    }
    if (!anybody) return 0;
    wake = std::exchange(wake_, nullptr);
  }
  if (wake && wake->still_ours()) ::shutdown(wake->number(), SHUT_RDWR);
  return 0;
}

std::size_t wait_registry::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

}  // namespace cellsock::client
