// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/emulator/socket_table.hpp"

namespace cellsock::emulator {

/// Polling in the handle syntax (docs/at_dialects.md §15): the work queue arms each socket, every
/// event fires once and is armed again by what answers it, and what fires while the channel is not
/// idle is looked at afresh when it is. An error or hang-up ends the polling of its socket.
class channel_watch {
public:
  /// A new socket takes what was asked for all.
  void opened(modem_socket& socket) const;
  /// `events` of IN and OUT; the abnormal ones are always meant. `socket` null: all, also future.
  void start(socket_table& sockets, modem_socket* socket, unsigned events);
  void stop(socket_table& sockets, modem_socket* socket);
  /// Push receive: 1 in AT mode, 2 in data mode, 3 both, 0 off.
  void configure_push(socket_table& sockets, modem_socket* socket, int flags, bool hex);
  void reset() { requested_ = 0, push_ = 0, push_hex_ = false; }

  static void rearm(modem_socket& socket, unsigned bits);
  /// Which armed events hold now.
  [[nodiscard]] static unsigned holding(const modem_socket& socket, const ip_stack& stack,
                                        time_point now);
  /// They fire on an idle channel: what is left to print, 0 for nothing.
  static unsigned fire(modem_socket& socket, unsigned bits);
  /// They fire on a channel that is not idle.
  static void delay(modem_socket& socket, unsigned bits) { socket.delayed |= bits; }
  /// The channel is idle again.
  static void resume(modem_socket& socket);

private:
  unsigned requested_ = 0;
  int push_ = 0;
  bool push_hex_ = false;
};

}  // namespace cellsock::emulator
