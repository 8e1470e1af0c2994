// SPDX-License-Identifier: Apache-2.0
#include "client_lib/transfer.hpp"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <cerrno>

#include "client_lib/process.hpp"

namespace cellsock::client {

int wait_for(const held_socket& socket, short events, bool dont_wait, const deadline& until) {
  if (dont_wait) return -EAGAIN;
  const int flags = ::fcntl(socket.fd, F_GETFL);
  if (flags < 0) return -errno;
  if ((flags & O_NONBLOCK) != 0) return -EAGAIN;
  std::array fds{pollfd{socket.fd, events, 0}};
  switch (process().waits.wait(fds, watch(socket), until)) {
    case wait_end::ready: return 0;
    case wait_end::deadline: return -EAGAIN;
    case wait_end::signal:
    case wait_end::closed: break;
  }
  return -EINTR;
}

int require_peer(const held_socket& socket, int error_if_none) {
  const auto has_peer = [&] {
    const auto state = socket.entry->state.load();
    return state == socket_state::connected || state == socket_state::connecting;
  };
  if (has_peer()) return 0;
  if (socket.entry->state == socket_state::failed) return -error_if_none;
  if (auto asked = refresh(socket); !asked) return -asked.why().error;
  return has_peer() ? 0 : -error_if_none;
}

ssize_t send_bytes(int fd, const void* bytes, std::size_t count, const std::optional<endpoint>& to,
                   transfer_flags flags) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (socket->entry->listening) return -ENOTCONN;
  const auto* first = static_cast<const char*>(bytes);
  if (!socket->entry->is_stream()) return send_datagram(*socket, first, count, to, flags);
  if (to && !flags.stream_ignores_address) {
    const int error = require_peer(*socket, ENOTCONN);
    return error != 0 ? error : -EISCONN;
  }
  return send_stream(*socket, first, count, flags);
}

ssize_t receive_bytes(int fd, void* buffer, std::size_t capacity, std::optional<endpoint>* from,
                      transfer_flags flags) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (socket->entry->listening) return -ENOTCONN;
  auto* first = static_cast<char*>(buffer);
  return socket->entry->is_stream() ? receive_stream(*socket, first, capacity, flags)
                                    : receive_datagram(*socket, first, capacity, from, flags);
}

}  // namespace cellsock::client
