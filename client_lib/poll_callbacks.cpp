// SPDX-License-Identifier: Apache-2.0
#include "client_lib/poll_callbacks.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "client_lib/identity.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/owned_descriptor.hpp"
#include "client_lib/process.hpp"
#include "client_lib/quiet_thread.hpp"
#include "client_lib/shown_events.hpp"

namespace cellsock::client {
namespace {

constexpr short always_told = POLLERR | POLLHUP | POLLNVAL;

// poll's bits and epoll's are the same numbers.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
              EPOLLHUP == POLLHUP && EPOLLRDHUP == POLLRDHUP);

}  // namespace

int poll_callbacks::add(const held_socket& socket, short events, bool oneshot,
                        poll_callback callback) {
  remove(socket.fd);
  const std::lock_guard lock(mutex_);
  if (const int error = start_locked(); error != 0) return error;
  const row made{socket, next_serial_++, events, oneshot, std::move(callback)};
  // In the table first: the thread may be told of it at once.
  rows_.insert_or_assign(socket.fd, made);
  const int error = watch_locked(made);
  if (error != 0) rows_.erase(socket.fd);
  return error;
}

void poll_callbacks::remove(int fd) {
  std::unique_lock lock(mutex_);
  if (!running_) return;
  erase_locked(fd);
  if (std::this_thread::get_id() == dispatcher_) return;
  returned_.wait(lock, [&] { return called_ != fd; });
}

void poll_callbacks::erase_locked(int fd) {
  const auto found = rows_.find(fd);
  if (found == rows_.end()) return;
  if (cookie_of(fd) == found->second.socket.entry->cookie)
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  rows_.erase(found);
}

int poll_callbacks::start_locked() {
  if (running_) return 0;
  if (const int error = renew_epoll_locked(); error != 0) return error;
  const int started = start_quiet_thread([this] { serve(); });
  running_ = started == 0;
  return started;
}

int poll_callbacks::renew_epoll_locked() {
  const unique_fd made(::epoll_create1(EPOLL_CLOEXEC));
  if (!made) return -errno;
  const int high = ::fcntl(made.get(), F_DUPFD_CLOEXEC, limits::own_descriptor_min);
  epoll_ = high >= 0 ? high : ::fcntl(made.get(), F_DUPFD_CLOEXEC, 0);
  if (epoll_ < 0) return -errno;
  for (const auto& [fd, one] : rows_)
    if (cookie_of(fd) == one.socket.entry->cookie) (void)watch_locked(one);
  return 0;
}

int poll_callbacks::watch_locked(const row& one) const {
  epoll_event event{};
  event.events = static_cast<std::uint32_t>(one.events) | EPOLLRDHUP | EPOLLET;
  event.data.u64 = one.serial;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket.fd, &event) == 0 ? 0 : -errno;
}

std::optional<poll_callbacks::row> poll_callbacks::find_locked(std::uint64_t serial) const {
  for (const auto& [fd, one] : rows_)
    if (one.serial == serial) return one;
  return std::nullopt;
}

void poll_callbacks::serve() {
  std::unique_lock lock(mutex_);
  dispatcher_ = std::this_thread::get_id();
  for (;;) {
    const int epoll = epoll_;
    lock.unlock();
    std::array<epoll_event, 16> events;
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    const int error = errno;
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      deliver(event.data.u64, static_cast<short>(event.events));
    }
    lock.lock();
    if (count >= 0 || error == EINTR) continue;
    // The program closed the number, or has it for something else.
    if (renew_epoll_locked() != 0) {
      rows_.clear();
      running_ = false;
      return;
    }
  }
}

void poll_callbacks::deliver(std::uint64_t serial, short seen) {
  std::unique_lock lock(mutex_);
  const auto found = find_locked(serial);
  if (!found || cookie_of(found->socket.fd) != found->socket.entry->cookie) return;
  // From here on a close in another thread waits until the callback has returned.
  called_ = found->socket.fd;
  lock.unlock();
  const short shown = static_cast<short>(
      shown_events(found->socket, found->events, seen, failed_connect_shows::all_as_kernel) &
      (found->events | always_told));
  lock.lock();
  const bool still_wanted = shown != 0 && find_locked(serial).has_value();
  if (still_wanted) {
    if (found->oneshot) erase_locked(found->socket.fd);
    lock.unlock();
    found->callback(found->socket.fd, shown);
    lock.lock();
  }
  called_ = -1;
  lock.unlock();
  returned_.notify_all();
}

int set_poll_callback(int fd, short events, bool oneshot, poll_callback callback) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  auto& callbacks = process().callbacks;
  if (callback) return callbacks.add(*socket, events, oneshot, std::move(callback));
  callbacks.remove(fd);
  return 0;
}

}  // namespace cellsock::client
