// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <cerrno>

#include "client_lib/end_reason.hpp"
#include "client_lib/transfer.hpp"

/// A stream's channel carries the bytes themselves, so a transfer is the kernel's own call, tried
/// without blocking, and a wait that our close can end.
namespace cellsock::client {
namespace {

bool is_end(int error) {
  return error == EPIPE || error == ECONNRESET;
}

/// A channel that took nothing may be full of what keeps it unwritable until it is connected.
int check_connected(const held_socket& socket) {
  return require_peer(socket, ENOTCONN);
}

/// What a send gets when the channel has ended.
int send_end(const held_socket& socket, int kernel_error) {
  if (socket.entry->state == socket_state::failed) return -ENOTCONN;
  const int error = end_of(socket);
  return -(error != 0 ? error : kernel_error);
}

/// What a receive gets: 0 after an orderly end.
int receive_end(const held_socket& socket, int kernel_error) {
  auto& entry = *socket.entry;
  if (entry.state == socket_state::failed) return -ENOTCONN;
  if (kernel_error == 0 && entry.peer_finished) return 0;
  const int error = end_of(socket);
  if (error == 0 && kernel_error == 0) entry.peer_finished = true;
  return -(error != 0 ? error : kernel_error);
}

}  // namespace

ssize_t send_stream(const held_socket& socket, const char* bytes, std::size_t count,
                    transfer_flags flags) {
  if (count == 0) return check_connected(socket);
  const auto until = deadline::after_timeout_ms(socket.entry->send_timeout_ms);
  std::size_t sent = 0;
  // The rest of a partly sent buffer: the error, if any, comes again with the next call.
  const auto stopped = [&](int error) {
    return sent > 0 ? static_cast<ssize_t>(sent) : static_cast<ssize_t>(error);
  };
  while (sent < count) {
    const auto taken = ::send(socket.fd, bytes + sent, count - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken >= 0) {
      note_standing(*socket.entry);
      sent += static_cast<std::size_t>(taken);
      continue;
    }
    if (is_end(errno)) return stopped(sent > 0 ? 0 : send_end(socket, errno));
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return stopped(-errno);
    if (const int error = check_connected(socket); error != 0) return stopped(error);
    if (const int error = wait_for(socket, POLLOUT, flags.dont_wait, until); error != 0)
      return stopped(error);
  }
  return static_cast<ssize_t>(sent);
}

ssize_t receive_stream(const held_socket& socket, char* buffer, std::size_t capacity,
                       transfer_flags flags) {
  if (capacity == 0) return check_connected(socket);
  const auto until = deadline::after_timeout_ms(socket.entry->receive_timeout_ms);
  // Peeking leaves the bytes where they are: there is nothing to collect a whole length from.
  const bool whole = flags.wait_all && !flags.peek;
  std::size_t got = 0;
  const auto stopped = [&](int error) {
    return got > 0 ? static_cast<ssize_t>(got) : static_cast<ssize_t>(error);
  };
  for (;;) {
    const auto count =
        ::recv(socket.fd, buffer + got, capacity - got, MSG_DONTWAIT | (flags.peek ? MSG_PEEK : 0));
    if (count > 0) {
      note_standing(*socket.entry);
      got += static_cast<std::size_t>(count);
      if (!whole || got == capacity) return static_cast<ssize_t>(got);
      continue;
    }
    const int error = count == 0 ? 0 : errno;
    if (count == 0 || is_end(error)) return got > 0 ? stopped(0) : receive_end(socket, error);
    if (error == EINTR) continue;
    if (error != EAGAIN) return stopped(-error);
    if (const int refused = check_connected(socket); refused != 0) return stopped(refused);
    if (const int ended = wait_for(socket, POLLIN, flags.dont_wait, until); ended != 0)
      return stopped(ended);
  }
}

}  // namespace cellsock::client
