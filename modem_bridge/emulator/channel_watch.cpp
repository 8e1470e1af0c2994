// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/channel_watch.hpp"

#include <utility>

namespace cellsock::emulator {
namespace {

constexpr unsigned every_event = ready::in | ready::out | ready::abnormal;

/// The socket named, or all.
template <class Action>
void for_each(socket_table& sockets, modem_socket* socket, Action act) {
  if (socket) {
    act(*socket);
    return;
  }
  for (modem_socket* one : sockets.all()) act(*one);
}

}  // namespace

void channel_watch::opened(modem_socket& socket) const {
  socket.requested = requested_;
  socket.push = push_;
  socket.push_hex = push_hex_;
  socket.armed = every_event;
  socket.pending = socket.requested;
}

void channel_watch::start(socket_table& sockets, modem_socket* socket, unsigned events) {
  const unsigned wanted = events | ready::abnormal;
  if (!socket) requested_ = wanted;
  for_each(sockets, socket, [wanted](modem_socket& one) {
    one.requested = wanted;
    one.pending = wanted;
    one.armed |= wanted;
  });
}

void channel_watch::stop(socket_table& sockets, modem_socket* socket) {
  if (!socket) requested_ = 0;
  // An event that is already pending may still be printed.
  for_each(sockets, socket, [](modem_socket& one) { one.requested = 0; });
}

void channel_watch::configure_push(socket_table& sockets, modem_socket* socket, int flags,
                                   bool hex) {
  if (!socket) push_ = flags, push_hex_ = hex;
  for_each(sockets, socket, [flags, hex](modem_socket& one) {
    one.push = flags;
    one.push_hex = hex;
    if (flags != 0) rearm(one, ready::in);
  });
}

void channel_watch::rearm(modem_socket& socket, unsigned bits) {
  socket.armed |= bits;
  socket.pending |= socket.requested & bits;
}

unsigned channel_watch::holding(const modem_socket& socket, const ip_stack& stack, time_point now) {
  return socket.disabled ? 0 : stack.poll(socket.id, now) & socket.armed;
}

unsigned channel_watch::fire(modem_socket& socket, unsigned bits) {
  const unsigned printed = bits & socket.pending;
  socket.pending &= ~printed;
  socket.armed &= ~(bits & (ready::in | ready::out));
  if ((bits & ready::abnormal) != 0) socket.disabled = true;
  return printed;
}

void channel_watch::resume(modem_socket& socket) {
  const unsigned delayed = std::exchange(socket.delayed, 0U);
  if (delayed == 0) return;
  socket.disabled = false;
  socket.armed |= delayed;
  socket.pending |= socket.requested & delayed;
}

}  // namespace cellsock::emulator
