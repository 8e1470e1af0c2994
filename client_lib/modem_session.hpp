// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "cellsock/v1/control.pb.h"
#include "client_lib/outcome.hpp"

/// This process's dealings with the modem itself, besides sockets: AT commands and notifications.
namespace cellsock::client {

/// A command through the daemon's queue; takes as long as the command does.
[[nodiscard]] outcome<wire::AtReply> at_command(const std::string& command);

/// Thread-safe.
class modem_session {
public:
  using text_handler = std::function<void(const char*)>;

  /// 0 or -errno: EPERM when it is open already, else what kept the daemon away.
  int open();
  int close();
  [[nodiscard]] bool is_open() const noexcept { return open_; }

  /// -EINPROGRESS while one is under way. The handler is called on a thread of its own.
  int command_async(std::string command, std::function<void(outcome<wire::AtReply>)> handler);

  /// Nobody without a handler. One that is running is waited for, unless it is the caller. The
  /// daemon is listened to from the first handler on; after its end, again from the next one.
  int set_notification_handler(text_handler handler);

private:
  void listen(std::uint64_t generation);
  void deliver(const std::string& text, std::uint64_t generation);

  std::atomic<bool> open_{false};
  std::atomic<bool> command_under_way_{false};
  std::mutex mutex_;
  std::condition_variable returned_;
  text_handler handler_;
  /// Which listening thread counts: one at a time; an older one ends when it next wakes.
  std::uint64_t generation_ = 0;
  bool listening_ = false;
  bool calling_ = false;
  std::thread::id listener_;
};

}  // namespace cellsock::client
