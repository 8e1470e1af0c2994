// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_socket.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>

#include "actors/host/host_address.hpp"
#include "actors/host/host_error.hpp"
#include "actors/host/host_limits.hpp"
#include "actors/host/host_options.hpp"

namespace cellsock::host {
namespace {

std::span<std::byte> scratch() {
  // One for all: a socket that is idle owns no buffer.
  static thread_local std::array<std::byte, limits::chunk_bytes_max> space;
  return space;
}

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

host_socket::host_socket(socket_identity who, host_bridge_handle bridge, const reactor& loop)
    : who_(std::move(who)), bridge_(std::move(bridge)), loop_(loop), end_(loop.io) {}

status host_socket::open() {
  if (is_open()) return done{};
  const int type = (stream() ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  descriptor made(::socket(kernel_family(who_.family), type, 0));
  if (made.get() < 0) return failure_of_errno(errno, "socket");
  if (!who_.interface.empty())
    if (auto bound = bind_to_interface(made.get()); !bound) return bound.error();
  return adopt(std::move(made));
}

status host_socket::bind_to_interface(int fd) const {
  const auto& name = who_.interface;
  const auto size = static_cast<socklen_t>(name.size() + 1);
  if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.c_str(), size) != 0)
    return failure_of_errno(errno, "interface " + name);
  return done{};
}

status host_socket::adopt(descriptor made) {
  asio::error_code ec;
  end_.assign(made.get(), ec);
  if (ec) return fail(errc::limit_reached, "socket: " + ec.message());
  (void)made.release();
  return done{};
}

status host_socket::use_interface(const std::string& interface) {
  who_.interface = interface;
  return is_open() ? bind_to_interface(end_.native_handle()) : status(done{});
}

status host_socket::set_option(socket_option name, std::int64_t value) {
  if (auto opened = open(); !opened) return opened.error();
  auto set = host::set_option(end_.native_handle(), who_.family, name, value);
  if (set && name == socket_option::linger_s) linger_s_ = value;
  return set;
}

result<std::int64_t> host_socket::get_option(socket_option name) {
  if (name == socket_option::linger_s) return linger_s_;
  if (auto opened = open(); !opened) return opened.error();
  return host::get_option(end_.native_handle(), who_.family, name);
}

result<endpoint> host_socket::bind(const endpoint& local) {
  if (auto opened = open(); !opened) return opened.error();
  const auto address = to_kernel(local);
  if (::bind(end_.native_handle(), address.get(), address.size) != 0)
    return failure_of_errno(errno, "bind " + to_string(local));
  if (!stream()) began();
  return this->local().value_or(local);
}

std::optional<endpoint> host_socket::local() const {
  if (!is_open()) return std::nullopt;
  kernel_address address;
  address.size = sizeof address.space;
  auto& end = const_cast<asio::posix::stream_descriptor&>(end_);
  auto* space = reinterpret_cast<sockaddr*>(&address.space);
  if (::getsockname(end.native_handle(), space, &address.size) != 0) return std::nullopt;
  return from_kernel(space, address.size);
}

// ---- servers ----

result<endpoint> host_socket::listen(unsigned backlog) {
  if (auto opened = open(); !opened) return opened.error();
  if (::listen(end_.native_handle(), static_cast<int>(backlog)) != 0)
    return failure_of_errno(errno, "listen");
  listening_ = true;
  arm_read();
  return local().value_or(endpoint{{who_.family, {}}, 0});
}

result<endpoint> host_socket::accept_into(host_socket& child) {
  kernel_address from;
  from.size = sizeof from.space;
  auto* space = reinterpret_cast<sockaddr*>(&from.space);
  descriptor made(::accept4(end_.native_handle(), space, &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (made.get() < 0) {
    // The peer may have gone while it waited: that is no failure of the listener.
    const bool none = would_block(errno) || errno == ECONNABORTED || errno == EPROTO;
    const auto why = none ? fail(errc::would_block) : failure_of_errno(errno, "accept");
    arm_read();
    return why;
  }
  if (auto adopted = child.adopt(std::move(made)); !adopted) return adopted.error();
  arm_read();  // for the next one
  child.connected_ = true;
  child.peer_ = from_kernel(from.get(), from.size);
  return child.peer_.value_or(endpoint{{who_.family, {}}, 0});
}

bool host_socket::flushed() const {
  if (!is_open()) return true;
  if (out_pending_) return false;
  int left = 0;
  auto& end = const_cast<asio::posix::stream_descriptor&>(end_);
  return ::ioctl(end.native_handle(), SIOCOUTQ, &left) != 0 || left == 0;
}

// ---- connect ----

result<bool> host_socket::connect(const endpoint& peer) {
  if (auto opened = open(); !opened) return opened.error();
  peer_ = peer;
  const auto address = to_kernel(peer);
  if (::connect(end_.native_handle(), address.get(), address.size) == 0) {
    connected_ = true;
    began();
    return true;
  }
  if (errno != EINPROGRESS) return failure_of_errno(errno, "connect " + to_string(peer));
  connecting_ = true;
  arm_write();
  return false;
}

result<bool> host_socket::connect_ended() {
  if (!connecting_) return connected_;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(end_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    connecting_ = false;
    return failure_of_errno(error, "connect " + to_string(*peer_));
  }
  sockaddr_storage there;
  size = sizeof there;
  if (::getpeername(end_.native_handle(), reinterpret_cast<sockaddr*>(&there), &size) != 0) {
    arm_write();  // woken for nothing
    return false;
  }
  connecting_ = false;
  connected_ = true;
  began();
  return true;
}

/// From now on bytes may move.
void host_socket::began() {
  if (wanted_) arm_read();
}

// ---- out ----

void host_socket::offer(std::size_t waiting) {
  offered_ = waiting > 0;
  if (!offered_ || out_pending_ || broken_ || write_error_ != 0) return;
  if (!stream())
    if (const auto opened = open(); !opened) {
      // Each datagram gets its own word, so that the program's queue does not stand still.
      offered_ = false;
      return tell(msg::give_chunk{limits::datagram_bytes_max});
    }
  if (!flows()) return;
  offered_ = false;
  tell(msg::give_chunk{stream() ? limits::chunk_bytes_max : limits::datagram_bytes_max});
}

void host_socket::chunk(msg::bytes data) {
  if (data.empty() || broken_ || write_error_ != 0 || !flows()) return;
  out_ = std::move(data);
  out_from_ = 0;
  out_to_.reset();
  out_pending_ = true;
  flush();
}

void host_socket::datagram(const std::optional<endpoint>& peer, msg::bytes payload) {
  if (auto opened = open(); !opened) return tell(msg::datagram_dropped{opened.error()});
  out_ = std::move(payload);
  out_from_ = 0;
  out_to_ = peer;
  out_pending_ = true;
  flush();
  began();  // a socket that has sent has a port, and may be answered
}

void host_socket::flush() {
  while (out_pending_) {
    kernel_address to;
    if (out_to_) to = to_kernel(*out_to_);
    const auto left = std::span(out_).subspan(out_from_);
    const ssize_t n = ::sendto(end_.native_handle(), left.data(), left.size(),
                               MSG_DONTWAIT | MSG_NOSIGNAL, out_to_ ? to.get() : nullptr, to.size);
    if (n < 0) {
      if (would_block(errno)) return arm_write();
      return failed_write(errno);
    }
    out_from_ += static_cast<std::size_t>(n);
    if (!stream() || out_from_ == out_.size()) sent();
  }
}

void host_socket::sent() {
  const auto bytes = out_.size();
  out_ = {};
  out_pending_ = false;
  tell(msg::chunk_sent{bytes});
  if (finishing_) return finish_sending();
  if (offered_) offer(1);
}

void host_socket::finish_sending() {
  if (!stream() || !flows()) return;
  finishing_ = out_pending_;
  if (!finishing_) ::shutdown(end_.native_handle(), SHUT_WR);
}

void host_socket::dissolve() {
  if (stream() || !is_open()) return;
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(end_.native_handle(), &nobody, sizeof nobody);
}

void host_socket::failed_write(int error) {
  out_ = {};
  out_pending_ = false;
  if (!stream()) {
    tell(msg::datagram_dropped{failure_of_errno(error, "send")});
    if (offered_) offer(1);
    return;
  }
  // What the peer sent before it broke the connection is still to be had, as from a kernel socket.
  write_error_ = error;
  if (!wanted_ || ended_) return broken(error, "send");
  read_stream();
}

// ---- in ----

void host_socket::want_receive(bool wanted) {
  wanted_ = wanted;
  if (!wanted || !flows() || ended_ || broken_) return;
  if (!std::exchange(waiting_to_read_, false)) return arm_read();
  stream() ? read_stream() : read_datagrams();
}

void host_socket::readable() {
  // One-shot: armed again once somebody found that none is left.
  if (listening_) return tell(msg::connection_waiting{});
  if (!flows() || ended_ || broken_) return;
  if (!wanted_) {
    waiting_to_read_ = true;
    return;
  }
  stream() ? read_stream() : read_datagrams();
}

void host_socket::read_stream() {
  const auto into = scratch();
  const ssize_t n = ::recv(end_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  if (n > 0) {
    const auto got = into.first(static_cast<std::size_t>(n));
    tell(msg::received{msg::bytes(got.begin(), got.end()), std::nullopt});
    return arm_read();
  }
  if (n < 0 && would_block(errno)) {
    if (write_error_ != 0) return broken(write_error_, "send");
    return arm_read();
  }
  if (n < 0) return broken(write_error_ != 0 ? write_error_ : errno, "receive");
  if (write_error_ != 0) return broken(write_error_, "send");
  ended_ = true;
  tell(msg::reception_ended{});
}

void host_socket::read_datagrams() {
  const auto into = scratch();
  for (int count = 0; count < limits::datagrams_at_once; ++count) {
    kernel_address from;
    from.size = sizeof from.space;
    auto* space = reinterpret_cast<sockaddr*>(&from.space);
    const ssize_t n =
        ::recvfrom(end_.native_handle(), into.data(), into.size(), MSG_DONTWAIT, space, &from.size);
    if (n < 0) {
      if (would_block(errno)) break;
      // What an earlier datagram met (port unreachable, mostly); the socket goes on.
      tell(msg::datagram_dropped{failure_of_errno(errno, "an earlier datagram")});
      continue;
    }
    const auto got = into.first(static_cast<std::size_t>(n));
    tell(msg::received{msg::bytes(got.begin(), got.end()), from_kernel(from.get(), from.size)});
  }
  arm_read();
}

void host_socket::broken(int error, const char* what) {
  if (std::exchange(broken_, true)) return;
  out_ = {};
  out_pending_ = false;
  tell(msg::socket_broken{failure_of_errno(error, what)});
}

// ---- readiness ----

void host_socket::arm_read() {
  if (std::exchange(read_armed_, true)) return;
  end_.async_wait(asio::posix::descriptor_base::wait_read,
                  [self = shared_from_this()](const asio::error_code& ec) {
                    self->read_armed_ = false;
                    if (ec || !self->is_open()) return;
                    const io_scope scope(self->loop_);
                    self->readable();
                  });
}

void host_socket::arm_write() {
  if (std::exchange(write_armed_, true)) return;
  end_.async_wait(asio::posix::descriptor_base::wait_write,
                  [self = shared_from_this()](const asio::error_code& ec) {
                    self->write_armed_ = false;
                    if (ec || !self->is_open()) return;
                    const io_scope scope(self->loop_);
                    self->writable();
                  });
}

void host_socket::writable() {
  if (connecting_)
    caf::anon_send(bridge_, msg::host_connect_ended{who_.id});
  else
    flush();
}

template <class Message>
void host_socket::tell(Message message) {
  if (who_.owner) caf::anon_send(who_.owner, std::move(message));
}

void host_socket::close() {
  if (is_open() && stream() && out_pending_) {
    const linger at_once{1, 0};
    ::setsockopt(end_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  out_ = {};
  out_pending_ = false;
  asio::error_code ignored;
  end_.close(ignored);
  who_.owner = nullptr;
  bridge_ = nullptr;
}

}  // namespace cellsock::host
