// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "modem_bridge/emulator/socket_table.hpp"

namespace cellsock::emulator {

/// The firmware's asynchronous poll thread. Everything fires once: IN again after a receive that
/// returned bytes, OUT again after a send; an error or hang-up takes the socket out of the poll
/// until it is closed or data mode ends.
class poll_watch {
public:
  /// Watches all sockets, present and future.
  void start_all(socket_table& sockets, unsigned events);
  /// Watches the named ones only; false: one of them is not open.
  bool start_some(socket_table& sockets, unsigned events, const std::vector<int>& handles);
  void stop();
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] bool watches(const modem_socket& socket) const { return all_ || socket.watched; }
  [[nodiscard]] unsigned events() const { return events_; }

  /// A command gave reason to look for `bits` again; `settle` makes it count.
  void rearm(modem_socket& socket, unsigned bits) const;
  /// The command is over.
  static void settle(socket_table& sockets);
  /// Data mode is over: everything is looked at afresh, OUT on the socket that sent.
  void data_mode_ended(socket_table& sockets, modem_socket* sender) const;

  struct fired {
    int handle;
    unsigned events;
  };
  /// What fires now. In data mode the caller throws it away, as the firmware does.
  std::vector<fired> collect(socket_table& sockets, const ip_stack& stack, time_point now) const;
  /// Whether `collect` would find something.
  [[nodiscard]] bool would_fire(socket_table& sockets, const ip_stack& stack, time_point now) const;

private:
  [[nodiscard]] unsigned firing(const modem_socket& socket, const ip_stack& stack,
                                time_point now) const;

  bool running_ = false;
  bool all_ = false;
  unsigned events_ = 0;
};

}  // namespace cellsock::emulator
