// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/socket.hpp"

#include <zephyr/net/socket.h>

#include <cstdarg>

#include "client_lib/face/edge.hpp"
#include "client_lib/face/options.hpp"
#include "client_lib/zephyr/api.hpp"

namespace cellsock::client::zephyr {
namespace {

/// To a stream that is connected, a connect is nothing to do: Zephyr knows no EISCONN there.
int connect_to(int sock, const sockaddr* addr, socklen_t addrlen) {
  const int result = face::connect_to<api>(sock, addr, addrlen);
  return result == -EISCONN ? 0 : result;
}

int shut_down(int sock, int how) {
  switch (how) {
    case SHUT_RD: return shutdown_socket(sock, shutdown_side::receiving);
    case SHUT_WR: return shutdown_socket(sock, shutdown_side::sending);
    case SHUT_RDWR: return shutdown_socket(sock, shutdown_side::both);
    default: return -EINVAL;
  }
}

}  // namespace
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
  return face::at_edge([&] { return zephyr::shut_down(sock, how); });
}

int zsock_bind(int sock, const struct sockaddr* addr, socklen_t addrlen) {
  return face::at_edge([&] { return face::bind_to<api>(sock, addr, addrlen); });
}

int zsock_connect(int sock, const struct sockaddr* addr, socklen_t addrlen) {
  return face::at_edge([&] { return zephyr::connect_to(sock, addr, addrlen); });
}

int zsock_fcntl(int sock, int cmd, ...) {
  int flags = 0;
  if (cmd == F_SETFL) {
    va_list arguments;
    va_start(arguments, cmd);
    flags = va_arg(arguments, int);
    va_end(arguments);
  }
  return face::at_edge([&] { return face::control<api>(sock, cmd, flags); });
}

int zsock_setsockopt(int sock, int level, int optname, const void* optval, socklen_t optlen) {
  return face::at_edge([&] { return face::set_option<api>(sock, level, optname, optval, optlen); });
}

int zsock_getsockopt(int sock, int level, int optname, void* optval, socklen_t* optlen) {
  return face::at_edge([&] { return face::get_option<api>(sock, level, optname, optval, optlen); });
}
