// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/host_link.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "modem_bridge/emulator/line_speed.hpp"
#include "stack/endpoint.hpp"

namespace cellsock::emulator {
namespace {

constexpr int backlog = 4;
/// A host that does not read has to be felt soon, as on a wire: not after 200 KB.
constexpr int send_buffer_bytes = 32768;

failure broken(std::string_view what) {
  return fail(errc::port_failed, std::string(what) + ": " + std::strerror(errno));
}

struct descriptor_guard {
  ~descriptor_guard() {
    if (value >= 0) ::close(value);
  }
  int release() { return std::exchange(value, -1); }
  int value;
};

result<int> listen_unix(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof where.sun_path)
    return fail(errc::invalid_argument, "not a path for a socket: " + path);
  std::memcpy(where.sun_path, path.c_str(), path.size());
  const auto* address = reinterpret_cast<const sockaddr*>(&where);
  descriptor_guard made{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (made.value < 0) return broken("socket");
  struct stat existing {};
  if (::lstat(path.c_str(), &existing) == 0) {
    if (!S_ISSOCK(existing.st_mode))
      return fail(errc::invalid_argument, path + " exists and is not a socket");
    descriptor_guard probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (probe.value >= 0 && ::connect(probe.value, address, sizeof where) == 0)
      return fail(errc::port_busy, "somebody listens on " + path);
    ::unlink(path.c_str());
  }
  if (::bind(made.value, address, sizeof where) < 0 || ::listen(made.value, backlog) < 0)
    return broken(path);
  return made.release();
}

result<int> listen_tcp(const std::string& text) {
  const auto where = parse_endpoint(text);
  if (!where) return fail(errc::invalid_argument, "not ADDRESS:PORT: " + text);
  const bool v4 = where->address.family == ip_family::v4;
  sockaddr_in in4{};
  sockaddr_in6 in6{};
  in4.sin_family = AF_INET;
  in6.sin6_family = AF_INET6;
  in4.sin_port = in6.sin6_port = htons(where->port);
  std::memcpy(&in4.sin_addr, where->address.bytes.data(), sizeof in4.sin_addr);
  std::memcpy(&in6.sin6_addr, where->address.bytes.data(), sizeof in6.sin6_addr);
  const auto* address =
      v4 ? reinterpret_cast<const sockaddr*>(&in4) : reinterpret_cast<const sockaddr*>(&in6);
  const auto length = static_cast<socklen_t>(v4 ? sizeof in4 : sizeof in6);
  descriptor_guard made{
      ::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (made.value < 0) return broken("socket");
  const int reuse = 1;
  ::setsockopt(made.value, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (::bind(made.value, address, length) < 0 || ::listen(made.value, backlog) < 0)
    return broken(text);
  return made.release();
}

std::uint16_t bound_port(int descriptor) {
  sockaddr_in6 where{};  // large enough for both, and the port is in the same place
  socklen_t length = sizeof where;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&where), &length);
  return ntohs(where.sin6_port);
}

}  // namespace

result<std::unique_ptr<host_link>> host_link::open_pty(asio::io_context& loop, unsigned baud) {
  auto opened = pty::open(baud);
  if (!opened) return opened.error();
  std::unique_ptr<host_link> made(new host_link(loop));
  made->address_ = opened->slave_path();
  made->terminal_.emplace(std::move(*opened));
  made->stream_.emplace(loop, ::dup(made->terminal_->master()));
  return made;
}

result<std::unique_ptr<host_link>> host_link::listen(asio::io_context& loop,
                                                     std::string_view where) {
  std::unique_ptr<host_link> made(new host_link(loop));
  const auto colon = where.find(':');
  const std::string_view kind = where.substr(0, colon);
  const std::string rest(colon == std::string_view::npos ? "" : where.substr(colon + 1));
  if (kind != "unix" && kind != "tcp")
    return fail(errc::invalid_argument,
                "neither unix:PATH nor tcp:ADDRESS:PORT: " + std::string(where));
  const auto listener = kind == "unix" ? listen_unix(rest) : listen_tcp(rest);
  if (!listener) return listener.error();
  made->listener_.emplace(loop, *listener);
  if (kind == "unix") {
    made->unlink_path_ = rest;
    made->address_ = where;
  } else {
    endpoint bound = *parse_endpoint(rest);
    bound.port = bound_port(*listener);
    made->address_ = "tcp:" + to_string(bound);
  }
  made->await_host();
  return made;
}

result<std::unique_ptr<host_link>> host_link::adopt(asio::io_context& loop, int descriptor) {
  int type = 0;
  socklen_t length = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
    return broken("descriptor " + std::to_string(descriptor));
  if (type != SOCK_STREAM)
    return fail(errc::invalid_argument,
                "descriptor " + std::to_string(descriptor) + " is not a stream socket");
  std::unique_ptr<host_link> made(new host_link(loop));
  made->address_ = "fd:" + std::to_string(descriptor);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  made->attach(descriptor);
  return made;
}

host_link::~host_link() {
  if (!unlink_path_.empty()) ::unlink(unlink_path_.c_str());
}

void host_link::attach(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a unix socket has none
  stream_.emplace(loop_, descriptor);
}

int host_link::descriptor() const {
  if (terminal_) return terminal_->master();
  return stream_ ? const_cast<asio::posix::stream_descriptor&>(*stream_).native_handle() : -1;
}

unsigned host_link::host_baud() const {
  return terminal_ ? terminal_->host_baud() : 0;
}

void host_link::await_host() {
  listener_->async_wait(
      asio::posix::stream_descriptor::wait_read, [this](const asio::error_code& problem) {
        if (problem) return;
        const int host =
            ::accept4(listener_->native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (host < 0) return await_host();
        attach(host);
        on_host();
      });
}

void host_link::host_left() {
  if (terminal_ || !stream_) return;
  stream_.reset();
  if (listener_)
    await_host();
  else
    on_over();
}

}  // namespace cellsock::emulator
