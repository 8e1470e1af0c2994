// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <cerrno>
#include <chrono>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

/// The modem bounds a connect by the socket's send timeout; ours only catches a daemon that does
/// not answer, so it is longer by what the connect may wait for its turn.
patience for_connect(const held_socket& socket, bool nonblocking) {
  if (nonblocking) return briefly();
  const std::chrono::milliseconds own(socket.entry->send_timeout_ms.load());
  const auto bound = own.count() > 0 ? own : std::chrono::milliseconds(limits::connect_max);
  return {deadline::after(bound + limits::connect_slack), true, watch(socket)};
}

/// Puts a fresh channel in the place of the dead one, with the program's descriptor flags. What
/// else held the old one (an epoll set, a duplicate) keeps the old one.
int replace_channel(held_socket& socket, unique_fd fresh) {
  const int descriptor_flags = ::fcntl(socket.fd, F_GETFD);
  const int status_flags = ::fcntl(socket.fd, F_GETFL);
  if (descriptor_flags < 0 || status_flags < 0) return -EBADF;
  ::fcntl(fresh.get(), F_SETFL, status_flags & (O_NONBLOCK | O_ASYNC));
  // Closed and reused in the meantime: not ours to replace.
  if (cookie_of(socket.fd) != socket.entry->cookie) return -EBADF;
  const int close_on_exec = (descriptor_flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0;
  if (::dup3(fresh.get(), socket.fd, close_on_exec) < 0) return -errno;

  const auto& old = *socket.entry;
  auto entry =
      std::make_shared<socket_entry>(cookie_of(socket.fd), old.family, old.type, old.secure);
  entry->daemon_instance = old.daemon_instance.load();
  entry->receive_timeout_ms = old.receive_timeout_ms.load();
  entry->send_timeout_ms = old.send_timeout_ms.load();
  entry->send_buffer = old.send_buffer.load();
  entry->dual_stack = old.dual_stack.load();
  entry->set_rules(*old.rules());
  entry->set_alpn_given(old.alpn_given());
  auto& table = process().sockets;
  table.erase(old.cookie);
  socket.entry = table.insert(socket.fd, std::move(entry));
  return 0;
}

struct connect_result {
  socket_state state;
  int error;  // 0 or -errno
};

connect_result judged(const outcome<answer>& reply, socket_state before) {
  if (reply) return {socket_state::connected, 0};
  const auto& why = reply.why();
  const int error = -why.error;
  // Given up on, not undone: the connect goes on in the daemon, as POSIX wants it after EINTR.
  // Whoever needs to know how far it got asks again (require_peer).
  if (why.who == failed_by::interrupt || why.who == failed_by::deadline)
    return {socket_state::unconnected, error};
  if (why.who != failed_by::daemon) return {before, error};
  switch (why.code) {
    case wire::ERROR_CODE_CONNECT_IN_PROGRESS:
    case wire::ERROR_CODE_CONNECT_PENDING: return {socket_state::connecting, error};
    case wire::ERROR_CODE_ALREADY_CONNECTED: return {socket_state::connected, error};
    // What was connected has ended, and why is still what other calls on it say.
    default: return {before == socket_state::connected ? before : socket_state::failed, error};
  }
}

/// Of sockets for which a connect is a dialogue with the peer, which may fail and be tried again.
int connect_and_hear(held_socket socket, wire::Request& request) {
  const int flags = ::fcntl(socket.fd, F_GETFL);
  if (flags < 0) return -errno;
  const bool nonblocking = (flags & O_NONBLOCK) != 0;
  request.mutable_connect()->set_nonblocking(nonblocking);
  unique_fd fresh;
  const auto before = socket.entry->state.load();
  auto reply = ask_about(watch(socket), request, for_connect(socket, nonblocking), &fresh);
  const auto result = judged(reply, before);
  if (fresh)
    if (const int replaced = replace_channel(socket, std::move(fresh)); replaced < 0)
      return replaced;
  socket.entry->state = result.state;
  if (!socket.entry->is_stream())
    socket.entry->set_secure_peer(from_wire(request.connect().peer()));
  return result.error;
}

int connect_datagram(const held_socket& socket, wire::Request& request) {
  const bool dissolves = !request.connect().has_peer();
  if (auto reply = ask_about(watch(socket), request, briefly()); !reply) return -reply.why().error;
  socket.entry->state = dissolves ? socket_state::unconnected : socket_state::connected;
  socket.entry->set_secure_peer(std::nullopt);
  return 0;
}

}  // namespace

int connect_socket(int fd, const std::optional<endpoint>& peer) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  const auto& entry = *socket->entry;
  if (!peer && entry.is_stream()) return -EAFNOSUPPORT;
  if (peer && peer->family != entry.family) return -EAFNOSUPPORT;

  wire::Request request;
  auto& wanted = *request.mutable_connect();
  wanted.set_cookie(entry.cookie);
  if (peer) to_wire(*peer, *wanted.mutable_peer());
  const bool hears = peer && (entry.is_stream() || entry.is_secure());
  return hears ? connect_and_hear(*socket, request) : connect_datagram(*socket, request);
}

}  // namespace cellsock::client
