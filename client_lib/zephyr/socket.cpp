// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/socket.hpp"

#include <sys/ioctl.h>
#include <zephyr/net/socket.h>

#include <cstdarg>
#include <optional>

#include "client_lib/face/edge.hpp"
#include "client_lib/face/options.hpp"
#include "client_lib/zephyr/api.hpp"
#include "client_lib/zephyr/control.hpp"
#include "client_lib/zephyr/own_pair.hpp"

namespace cellsock::client::zephyr {
namespace {

/// To a stream that is connected, a connect is nothing to do: Zephyr knows no EISCONN there. A
/// secure datagram socket says it of another peer than its own.
int connect_to(int sock, const sockaddr* addr, socklen_t addrlen) {
  const int result = face::connect_to<api>(sock, addr, addrlen);
  if (result != -EISCONN) return result;
  socket_facts facts;
  if (describe_socket(sock, facts) != 0 || facts.type == v1::SOCKET_TYPE_STREAM) return 0;
  endpoint peer;
  const auto asked = face::parse<api>(addr, addrlen);
  const auto* wanted = std::get_if<std::optional<endpoint>>(&asked);
  const bool same = wanted != nullptr && peer_name(sock, peer) == 0 && *wanted == peer;
  return same ? 0 : result;
}

int shut_down(int sock, int how) {
  switch (how) {
    case SHUT_RD: return shutdown_socket(sock, shutdown_side::receiving);
    case SHUT_WR: return shutdown_socket(sock, shutdown_side::sending);
    case SHUT_RDWR: return shutdown_socket(sock, shutdown_side::both);
    default: return -EINVAL;
  }
}

int store_name(const std::optional<endpoint>& name, int error_if_none, sockaddr* addr,
               socklen_t* addrlen) {
  if (!name) return -error_if_none;
  face::store<api>(*name, addr, addrlen);
  return 0;
}

int shut_own(int sock, int how) {
  if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return -EINVAL;
  return ::shutdown(sock, how) == 0 ? 0 : -errno;
}

int control_own(int sock, int cmd, int flags) {
  const int before = ::fcntl(sock, F_GETFL);
  if (before < 0) return -errno;
  if (cmd == F_GETFL) return before & O_NONBLOCK;
  if (cmd != F_SETFL) return -EINVAL;
  const int wanted = (before & ~O_NONBLOCK) | (flags & O_NONBLOCK);
  return ::fcntl(sock, F_SETFL, wanted) == 0 ? 0 : -errno;
}

}  // namespace

int control_device(int sock, unsigned long request, void* argument) {
  if (request != FIONREAD && request != FIONBIO) return -EOPNOTSUPP;
  if (argument == nullptr) return -EFAULT;
  auto& value = *static_cast<int*>(argument);
  const bool reads = request == FIONREAD;
  return either(
      sock, [&] { return reads ? unread_bytes(sock, value) : set_nonblocking(sock, value != 0); },
      [&] { return ::ioctl(sock, request, argument) == 0 ? 0 : -errno; });
}

}  // namespace cellsock::client::zephyr

using namespace cellsock::client;
using zephyr::api;

int zsock_socket(int family, int type, int proto) {
  return face::at_edge([&] { return face::open<api>(family, type, proto); });
}

int zsock_close(int sock) {
  return face::at_edge([&] { return close_socket(sock); });
}

int zsock_shutdown(int sock, int how) {
  return face::at_edge([&] {
    return zephyr::either(
        sock, [&] { return zephyr::shut_down(sock, how); },
        [&] { return zephyr::shut_own(sock, how); });
  });
}

int zsock_bind(int sock, const struct sockaddr* addr, socklen_t addrlen) {
  return face::at_edge([&] { return face::bind_to<api>(sock, addr, addrlen); });
}

int zsock_connect(int sock, const struct sockaddr* addr, socklen_t addrlen) {
  return face::at_edge([&] { return zephyr::connect_to(sock, addr, addrlen); });
}

int zsock_listen(int sock, int backlog) {
  return face::at_edge([&] { return listen_socket(sock, backlog); });
}

int zsock_accept(int sock, struct sockaddr* addr, socklen_t* addrlen) {
  return face::at_edge([&] { return face::accept_from<api>(sock, addr, addrlen); });
}

int zsock_fcntl(int sock, int cmd, ...) {
  int flags = 0;
  if (cmd == F_SETFL) {
    va_list arguments;
    va_start(arguments, cmd);
    flags = va_arg(arguments, int);
    va_end(arguments);
  }
  return face::at_edge([&] {
    return zephyr::either(
        sock, [&] { return face::control<api>(sock, cmd, flags); },
        [&] { return zephyr::control_own(sock, cmd, flags); });
  });
}

int zsock_ioctl(int sock, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return face::at_edge([&] { return zephyr::control_device(sock, request, argument); });
}

int zsock_getsockname(int sock, struct sockaddr* addr, socklen_t* addrlen) {
  return face::at_edge([&]() -> int {
    if (addr == nullptr || addrlen == nullptr) return -EINVAL;
    std::optional<endpoint> name;
    if (const int error = local_name(sock, name); error != 0) return error;
    return zephyr::store_name(name, EINVAL, addr, addrlen);
  });
}

int zsock_getpeername(int sock, struct sockaddr* addr, socklen_t* addrlen) {
  return face::at_edge([&]() -> int {
    if (addr == nullptr || addrlen == nullptr) return -EINVAL;
    endpoint name;
    if (const int error = peer_name(sock, name); error != 0) return error;
    return zephyr::store_name(name, ENOTCONN, addr, addrlen);
  });
}

int zsock_setsockopt(int sock, int level, int optname, const void* optval, socklen_t optlen) {
  return face::at_edge([&] { return face::set_option<api>(sock, level, optname, optval, optlen); });
}

int zsock_getsockopt(int sock, int level, int optname, void* optval, socklen_t* optlen) {
  return face::at_edge([&] { return face::get_option<api>(sock, level, optname, optval, optlen); });
}
