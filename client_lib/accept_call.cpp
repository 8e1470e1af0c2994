// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <variant>

#include "cellsock/v1/channel.pb.h"
#include "client_lib/bsd_calls.hpp"
#include "client_lib/end_reason.hpp"
#include "client_lib/errno_table.hpp"
#include "client_lib/process.hpp"
#include "client_lib/transfer.hpp"

/// A listener's channel carries one record per pending connection, all of one size, with the
/// connection's descriptor attached: one recvmsg of that size is one accept.
namespace cellsock::client {
namespace {

constexpr std::uint32_t record_version = 1;
constexpr std::size_t record_bytes_max = 64;

std::size_t record_bytes() {
  static const std::size_t bytes = [] {
    wire::AcceptedConnection record;
    record.set_version(record_version);
    record.set_cookie(0);
    record.set_port(0);
    record.set_family(0);
    record.set_address_high(0);
    record.set_address_low(0);
    record.set_error(0);
    return record.ByteSizeLong();
  }();
  static_assert(record_bytes_max >= 7 * 9, "seven fields of a tag and at most eight bytes");
  return bytes;
}

struct arrival {
  unique_fd channel;
  wire::AcceptedConnection record;
};

/// Takes the descriptor out of what came with a record.
unique_fd descriptor_of(msghdr& message) {
  auto* entry = CMSG_FIRSTHDR(&message);
  if (entry == nullptr || entry->cmsg_type != SCM_RIGHTS) return {};
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(entry), sizeof fd);
  return unique_fd(fd);
}

/// The next connection without waiting, or an errno: EAGAIN if there is none, 0 at the channel's
/// end. With a full descriptor table the kernel would give the record and lose the descriptor: so
/// first a number is taken and given back, and on EMFILE the connection stays where it is.
std::variant<arrival, int> take_next(int fd) {
  if (const unique_fd spare(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); !spare) return errno;
  std::array<char, record_bytes_max> bytes{};
  iovec piece{bytes.data(), record_bytes()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto count = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0) return errno;
  if (count == 0) return 0;
  arrival came{descriptor_of(message), {}};
  // Another thread took the number meanwhile (EMFILE), or a security module the descriptor.
  if (!came.channel) return (message.msg_flags & MSG_CTRUNC) != 0 ? EMFILE : EPROTO;
  const bool whole = static_cast<std::size_t>(count) == record_bytes() &&
                     came.record.ParseFromArray(bytes.data(), static_cast<int>(count));
  if (whole && came.record.error() != wire::ERROR_CODE_UNSPECIFIED) return came;
  if (!whole || cookie_of(came.channel.get()) != came.record.cookie()) return EPROTO;
  return came;
}

endpoint peer_of(const wire::AcceptedConnection& record) {
  endpoint peer;
  peer.family = record.family() == 6 ? wire::FAMILY_INET6 : wire::FAMILY_INET;
  peer.port = static_cast<std::uint16_t>(record.port());
  for (std::size_t i = 0; i < 8; ++i) {
    const auto shift = 8 * (7 - i);
    peer.address[i] = static_cast<std::uint8_t>(record.address_high() >> shift);
    peer.address[8 + i] = static_cast<std::uint8_t>(record.address_low() >> shift);
  }
  return peer;
}

/// Remembers a connection and hands its descriptor out.
int adopt(arrival came, const socket_entry& listener) {
  auto entry = std::make_shared<socket_entry>(came.record.cookie(), listener.family, listener.type,
                                              listener.secure);
  entry->daemon_instance = listener.daemon_instance.load();
  entry->state = socket_state::connected;
  // As accept(2): options of the listener, its O_NONBLOCK not.
  entry->receive_timeout_ms = listener.receive_timeout_ms.load();
  entry->send_timeout_ms = listener.send_timeout_ms.load();
  entry->send_buffer = listener.send_buffer.load();  // no listener sends: it still has it
  process().sockets.insert(came.channel.get(), std::move(entry));
  ::fcntl(came.channel.get(), F_SETFD, 0);
  return came.channel.release();
}

/// 0, or the -errno of a socket that does not listen.
int check_listening(const held_socket& socket) {
  auto& entry = *socket.entry;
  if (!entry.is_stream()) return -EOPNOTSUPP;
  if (entry.listening) return 0;
  // Another process may have made it one.
  if (auto asked = refresh(socket); !asked) return -asked.why().error;
  return entry.listening ? 0 : -EINVAL;
}

}  // namespace

int accept_socket(int fd, endpoint& peer) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (const int error = check_listening(*socket); error != 0) return error;
  const auto until = deadline::after_timeout_ms(socket->entry->receive_timeout_ms);
  for (;;) {
    auto next = take_next(fd);
    if (auto* came = std::get_if<arrival>(&next)) {
      if (const auto code = came->record.error(); code != wire::ERROR_CODE_UNSPECIFIED)
        return -errno_of(static_cast<wire::ErrorCode>(code));
      peer = peer_of(came->record);
      return adopt(std::move(*came), *socket->entry);
    }
    const int error = std::get<int>(next);
    if (error == EINTR) continue;
    if (error == 0 || error == ECONNRESET) {
      const int why = end_of(*socket);
      return -(why != 0 ? why : ECONNABORTED);
    }
    if (error != EAGAIN) return -error;
    if (const int ended = wait_for(*socket, POLLIN, false, until); ended != 0) return ended;
  }
}

}  // namespace cellsock::client
