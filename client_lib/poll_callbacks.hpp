// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/socket_entry.hpp"

namespace cellsock::client {

/// Sockets whose readiness is told by a callback, from one thread of ours that lives from the first
/// of them on. An edge-triggered epoll, so that a callback which does not read is not called again
/// for the same bytes. The epoll's number may be closed by the program behind our back; then a new
/// one takes its place. Thread-safe.
class poll_callbacks {
public:
  /// 0 or -errno. Replaces what the number had.
  int add(const held_socket& socket, short events, bool oneshot, poll_callback callback);
  /// Waits for a callback that is running, unless called from it.
  void remove(int fd);

private:
  struct row {
    held_socket socket;
    std::uint64_t serial;
    short events;
    bool oneshot;
    poll_callback callback;
  };

  void serve();
  [[nodiscard]] int start_locked();
  [[nodiscard]] int renew_epoll_locked();
  [[nodiscard]] int watch_locked(const row& one) const;
  void deliver(std::uint64_t serial, short seen);
  [[nodiscard]] std::optional<row> find_locked(std::uint64_t serial) const;
  void erase_locked(int fd);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::map<int, row> rows_;
  std::uint64_t next_serial_ = 1;
  int epoll_ = -1;
  bool running_ = false;
  int called_ = -1;  // the number whose callback runs
  std::thread::id dispatcher_;
};

}  // namespace cellsock::client
