// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/socket.hpp"

#include <nrf_socket.h>

#include "cellsock/version.h"
#include "client_lib/face/edge.hpp"
#include "client_lib/face/options.hpp"
#include "client_lib/nrf/api.hpp"

using namespace cellsock::client;
using nrf::api;

const struct nrf_in6_addr nrf_in6addr_any = {};
const struct nrf_in_addr nrf_inaddr_any = {};

const char* cellsock_version() {
  return CELLSOCK_VERSION;
}

int nrf_socket(int family, int type, int protocol) {
  return face::at_edge([&] { return face::open<api>(family, type, protocol); });
}

int nrf_close(int fd) {
  return face::at_edge([&] { return close_socket(fd); });
}

int nrf_bind(int fd, const struct nrf_sockaddr* address, nrf_socklen_t address_len) {
  return face::at_edge([&] { return face::bind_to<api>(fd, address, address_len); });
}

int nrf_connect(int fd, const struct nrf_sockaddr* address, nrf_socklen_t address_len) {
  return face::at_edge([&] { return face::connect_to<api>(fd, address, address_len); });
}

int nrf_listen(int fd, int backlog) {
  return face::at_edge([&] { return listen_socket(fd, backlog); });
}

int nrf_accept(int fd, struct nrf_sockaddr* address, nrf_socklen_t* address_len) {
  return face::at_edge([&] { return face::accept_from<api>(fd, address, address_len); });
}

int nrf_fcntl(int fd, int cmd, int flags) {
  return face::at_edge([&] { return face::control<api>(fd, cmd, flags); });
}

int nrf_setsockopt(int fd, int level, int option, const void* value, nrf_socklen_t value_len) {
  return face::at_edge([&] { return face::set_option<api>(fd, level, option, value, value_len); });
}

int nrf_getsockopt(int fd, int level, int option, void* value, nrf_socklen_t* value_len) {
  return face::at_edge([&] { return face::get_option<api>(fd, level, option, value, value_len); });
}
