// SPDX-License-Identifier: Apache-2.0
#include "actors/channel.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "stack/limits.hpp"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

namespace cellsock {
namespace {

void set_buffer(int fd, int bytes) {
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int reported_buffer(int fd) {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  ::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &size);
  return bytes;
}

/// Fills the channel through the program's end until that shows no POLLOUT. One large message first
/// (cheap), then single bytes: what exactly makes an end unwritable is the kernel's to say, so it
/// is probed, never computed.
std::size_t pad(int theirs) {
  const std::vector<char> filler(static_cast<std::size_t>(reported_buffer(theirs)) / 2 - 64, 0);
  std::size_t total = 0;
  ssize_t n = ::send(theirs, filler.data(), filler.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n > 0) {
    total += static_cast<std::size_t>(n);
    n = ::send(theirs, filler.data(), 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  return total;
}

failure from_errno(const char* what) {
  const int e = errno;
  const errc code =
      e == EMFILE || e == ENFILE || e == ENOMEM ? errc::limit_reached : errc::internal;
  return fail(code, std::string(what) + ": " + std::strerror(e));
}

}  // namespace

result<channel::pair> channel::make(transport kind, const reactor& loop) {
  const bool stream = kind == transport::stream;
  int ends[2];
  const int type = (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC;
  if (::socketpair(AF_UNIX, type, 0, ends) != 0) return from_errno("socketpair");
  descriptor ours(ends[0]);
  auto theirs = std::make_shared<descriptor>(ends[1]);
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  const int buffer =
      stream ? limits::stream_channel_buffer_bytes : limits::datagram_channel_buffer_bytes;
  set_buffer(ours.get(), buffer);
  set_buffer(theirs->get(), buffer);
  const int on = 1;
  // Without it a program's MSG_OOB loses a byte and leaves FIONREAD at 1 for ever.
  if (stream) ::setsockopt(ours.get(), SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  const int off = 0;
  // Descriptors a program attaches to its bytes would pile up here; kernels that know the option
  // refuse them. Older ones do not have it: recv without a control buffer drops them there.
  ::setsockopt(ours.get(), SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);

  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::getsockopt(theirs->get(), SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0)
    return from_errno("SO_COOKIE");
  const std::size_t padding = stream ? pad(theirs->get()) : 0;
  asio::posix::stream_descriptor end(loop.io);
  asio::error_code ec;
  end.assign(ours.get(), ec);
  if (ec) return fail(errc::internal, "channel: " + ec.message());
  (void)ours.release();
  return pair{std::make_shared<channel>(std::move(end), loop, padding), std::move(theirs),
              socket_cookie{cookie}};
}

channel::channel(asio::posix::stream_descriptor end, const reactor& loop, std::size_t padding)
    : end_(std::move(end)), loop_(loop), padding_(padding) {}

void channel::start(socket_handle owner) {
  owner_ = std::move(owner);
  tell<msg::channel_hung_up>(asio::posix::descriptor_base::wait_error, error_armed_);
}

template <class Fact>
void channel::tell(asio::posix::descriptor_base::wait_type what, bool& armed) {
  if (armed || closed()) return;
  armed = true;
  end_.async_wait(what, [self = shared_from_this(), &armed](const asio::error_code& ec) {
    armed = false;
    if (ec || !self->owner_) return;
    const io_scope scope(self->loop_);
    caf::anon_send(self->owner_, Fact{});
  });
}

void channel::arm_read() {
  tell<msg::channel_readable>(asio::posix::descriptor_base::wait_read, read_armed_);
}

void channel::arm_write() {
  tell<msg::channel_writable>(asio::posix::descriptor_base::wait_write, write_armed_);
}

channel::read_result channel::read_some(std::span<std::byte> into) {
  if (closed()) return {0, read_end::no_more};
  const ssize_t n = ::recv(end_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  if (n > 0) {
    consumed_ += static_cast<std::size_t>(n);
    return {static_cast<std::size_t>(n), read_end::got};
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {0, read_end::nothing_yet};
  return {0, read_end::no_more};
}

channel::packet_result channel::read_packet() {
  if (closed()) return {{}, read_end::no_more};
  std::array<std::byte, 2 * limits::datagram_channel_buffer_bytes> space;
  // A pending error (ECONNRESET: the program closed with packets unread) comes before queued
  // packets, once: try again behind it.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const ssize_t n = ::recv(end_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (n > 0) return {std::vector<std::byte>(space.begin(), space.begin() + n), read_end::got};
    if (n == 0) {
      // Zero is both an empty packet and the end; only the end shows RDHUP with nothing queued.
      pollfd state{end_.native_handle(), POLLIN | POLLRDHUP, 0};
      ::poll(&state, 1, 0);
      return {{}, (state.revents & POLLRDHUP) != 0 ? read_end::no_more : read_end::got};
    }
    if (errno != ECONNRESET) break;
  }
  return {{}, read_end::nothing_yet};
}

channel::write_result channel::write_some(std::span<const std::byte> from) {
  if (closed()) return {0, write_end::gone};
  const ssize_t n =
      ::send(end_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) return {static_cast<std::size_t>(n), write_end::took};
  if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return {0, write_end::full};
  return {0, write_end::gone};
}

channel::write_end channel::write_packet(std::span<const std::byte> packet) {
  return write_some(packet).how;
}

channel::write_end channel::pass_connection(std::span<const std::byte> record, int connection) {
  if (closed()) return write_end::gone;
  iovec piece{const_cast<std::byte*>(record.data()), record.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  cmsghdr* attached = CMSG_FIRSTHDR(&header);
  attached->cmsg_level = SOL_SOCKET;
  attached->cmsg_type = SCM_RIGHTS;
  attached->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(attached), &connection, sizeof connection);
  const ssize_t n = ::sendmsg(end_.native_handle(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n == static_cast<ssize_t>(record.size())) {
    if (connection_charge_ == 0) {
      // Nothing was ever sent before, so this is what one takes.
      ::ioctl(end_.native_handle(), SIOCOUTQ, &connection_charge_);
      apply_connection_limit();
    }
    return write_end::took;
  }
  // ETOOMANYREFS: descriptors in flight have a limit per user; as good as a full queue.
  if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ETOOMANYREFS)
    return write_end::gone;
  return write_end::full;
}

// An end is writable while 4 * (charge + 1) is within its send buffer: with four times the charge
// of `limit` connections it is until so many wait, and each accept after that wakes us.
void channel::apply_connection_limit() {
  if (connection_charge_ == 0 || connections_max_ == 0) return;
  hold_for_program(2 * connection_charge_ * static_cast<int>(connections_max_));
}

void channel::limit_connections(unsigned limit) {
  connections_max_ = limit;
  apply_connection_limit();
}

void channel::hold_for_program(int bytes) {
  if (!closed()) ::setsockopt(end_.native_handle(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

bool channel::room_for_connection() const {
  if (closed()) return false;
  pollfd state{const_cast<channel*>(this)->end_.native_handle(), POLLOUT, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLOUT) != 0;
}

std::size_t channel::unread() const {
  int bytes = 0;
  if (closed() || ::ioctl(const_cast<channel*>(this)->end_.native_handle(), FIONREAD, &bytes) != 0)
    return 0;
  const auto all = static_cast<std::size_t>(bytes);
  return all > padding_ ? all - padding_ : 0;
}

void channel::open_for_writing() {
  std::array<std::byte, 4096> sink;
  while (padding_ > 0 && !closed()) {
    const auto want = std::min(padding_, sink.size());
    const auto got = read_some(std::span(sink).first(want));
    if (got.bytes == 0) break;  // the program is gone: the hang-up tells
    padding_ -= got.bytes;
  }
  padding_ = 0;
  consumed_ = 0;  // the padding was ours, not the program's
}

void channel::finish_writing() {
  if (!closed()) ::shutdown(end_.native_handle(), SHUT_WR);
}

void channel::close() {
  owner_ = nullptr;
  asio::error_code ignored;
  end_.close(ignored);
}

}  // namespace cellsock
