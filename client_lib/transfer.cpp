// SPDX-License-Identifier: Apache-2.0
#include "client_lib/transfer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "client_lib/control_calls.hpp"
#include "client_lib/limits.hpp"
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

namespace {

/// Smaller than this the kernel's bookkeeping eats a channel's throughput.
constexpr int channel_bytes_min = 2048;

/// Gives this end the size that the program asked for, once it may have it. A packet's channel only
/// grows: it must hold the largest packet.
void apply_send_buffer(const held_socket& socket) {
  auto& entry = *socket.entry;
  if (entry.send_buffer == 0) return;
  if (entry.is_stream() && entry.state != socket_state::connected) return;
  const int wanted = std::max(entry.send_buffer.exchange(0), channel_bytes_min);
  int real = 0;
  socklen_t length = sizeof real;
  ::getsockopt(socket.fd, SOL_SOCKET, SO_SNDBUF, &real, &length);
  if (entry.is_stream() || wanted > real / 2)
    ::setsockopt(socket.fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
}

outcome<answer> ask_flush(const held_socket& socket, bool probe) {
  const std::chrono::milliseconds own(socket.entry->send_timeout_ms.load());
  const auto bound = own.count() > 0 ? own : std::chrono::milliseconds(limits::flush_max);
  wire::Request request;
  auto& wanted = *request.mutable_flush();
  wanted.set_cookie(socket.entry->cookie);
  wanted.set_probe(probe);
  wanted.set_timeout_ms(static_cast<std::uint32_t>(bound.count()));
  if (probe) return ask_about(watch(socket), request, briefly());
  return ask_about(watch(socket), request,
                   {deadline::after(bound + limits::reply_max), true, watch(socket)});
}

ssize_t send_now(const held_socket& socket, const char* bytes, std::size_t count,
                 const std::optional<endpoint>& to, transfer_flags flags) {
  if (!socket.entry->is_stream()) return send_datagram(socket, bytes, count, to, flags);
  if (to && !flags.stream_ignores_address) {
    const int error = require_peer(socket, ENOTCONN);
    return error != 0 ? error : -EISCONN;
  }
  return send_stream(socket, bytes, count, flags);
}

}  // namespace

ssize_t send_bytes(int fd, const void* bytes, std::size_t count, const std::optional<endpoint>& to,
                   transfer_flags flags) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (socket->entry->listening) return -ENOTCONN;
  apply_send_buffer(*socket);
  const auto* first = static_cast<const char*>(bytes);
  if (!flags.acknowledged) return send_now(*socket, first, count, to, flags);
  // Asked before, so that a link which cannot tell has not sent when the call fails.
  if (auto able = ask_flush(*socket, true); !able) return -able.why().error;
  const auto sent = send_now(*socket, first, count, to, flags);
  if (sent <= 0) return sent;
  auto left = ask_flush(*socket, false);
  if (left) return sent;
  const auto& why = left.why();
  const bool in_vain = why.who == failed_by::daemon && why.code == wire::ERROR_CODE_TIMED_OUT;
  return in_vain ? -EAGAIN : -why.error;
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
