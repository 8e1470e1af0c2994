// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/poll_watch.hpp"

#include <utility>

namespace cellsock::emulator {

void poll_watch::start_all(socket_table& sockets, unsigned events) {
  running_ = true;
  all_ = true;
  events_ = events;
  for (modem_socket* socket : sockets.all()) socket->armed = events;
}

bool poll_watch::start_some(socket_table& sockets, unsigned events,
                            const std::vector<int>& handles) {
  all_ = false;
  events_ = events;
  for (modem_socket* socket : sockets.all()) socket->watched = false;
  for (const int handle : handles) {
    modem_socket* socket = sockets.find(handle);
    if (!socket) return false;
    socket->watched = true;
    socket->armed = events;
  }
  running_ = true;
  return true;
}

void poll_watch::stop() {
  running_ = false;
  events_ = 0;
}

void poll_watch::rearm(modem_socket& socket, unsigned bits) const {
  if (running_ && watches(socket)) socket.rearmed |= events_ & bits;
}

void poll_watch::settle(socket_table& sockets) {
  for (modem_socket* socket : sockets.all()) socket->armed |= std::exchange(socket->rearmed, 0U);
}

void poll_watch::data_mode_ended(socket_table& sockets, modem_socket* sender) const {
  if (!running_) return;
  for (modem_socket* socket : sockets.all()) {
    socket->disabled = false;
    rearm(*socket, socket == sender ? ready::in | ready::out : ready::in);
  }
  settle(sockets);
}

unsigned poll_watch::firing(const modem_socket& socket, const ip_stack& stack,
                            time_point now) const {
  if (!running_ || socket.disabled || !watches(socket)) return 0;
  return stack.poll(socket.id, now) & (socket.armed | ready::abnormal);
}

bool poll_watch::would_fire(socket_table& sockets, const ip_stack& stack, time_point now) const {
  for (const modem_socket* socket : sockets.all())
    if (firing(*socket, stack, now) != 0) return true;
  return false;
}

std::vector<poll_watch::fired> poll_watch::collect(socket_table& sockets, const ip_stack& stack,
                                                   time_point now) const {
  std::vector<fired> out;
  for (modem_socket* socket : sockets.all()) {
    const unsigned bits = firing(*socket, stack, now);
    if (bits == 0) continue;
    if ((bits & ready::abnormal) != 0)
      socket->disabled = true;
    else
      socket->armed &= ~bits;
    out.push_back({socket->handle, bits});
  }
  return out;
}

}  // namespace cellsock::emulator
