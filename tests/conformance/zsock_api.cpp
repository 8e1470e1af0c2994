// SPDX-License-Identifier: Apache-2.0
// libcellsock by Zephyr's names, which take the host's structs and numbers.
#include <zephyr/net/socket.h>

#include <cstring>

#include "tests/conformance/api.hpp"

namespace cellsock::conformance {
namespace {

resolved look_up(const char* node, const char* service, const query* hints) {
  zsock_addrinfo wanted{};
  if (hints != nullptr) {
    wanted.ai_flags = hints->flags;
    wanted.ai_family = hints->family;
    wanted.ai_socktype = hints->type;
    wanted.ai_protocol = hints->protocol;
  }
  zsock_addrinfo* list = nullptr;
  resolved made;
  made.error = zsock_getaddrinfo(node, service, hints != nullptr ? &wanted : nullptr, &list);
  for (const auto* one = made.error == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    found_address found{one->ai_family,   one->ai_socktype,
                        one->ai_protocol, {},
                        one->ai_addrlen,  one->ai_canonname != nullptr ? one->ai_canonname : ""};
    std::memcpy(&found.address, one->ai_addr, one->ai_addrlen);
    made.list.push_back(std::move(found));
  }
  if (made.error == 0) zsock_freeaddrinfo(list);
  return made;
}

zsock_fd_set* taken(zsock_fd_set& into, const fd_set* set) {
  if (set == nullptr) return nullptr;
  ZSOCK_FD_ZERO(&into);
  for (int fd = 0; fd < FD_SETSIZE; ++fd)
    if (FD_ISSET(fd, set)) ZSOCK_FD_SET(fd, &into);
  return &into;
}

void given(zsock_fd_set& from, fd_set* set) {
  if (set == nullptr) return;
  FD_ZERO(set);
  for (int fd = 0; fd < FD_SETSIZE; ++fd)
    if (ZSOCK_FD_ISSET(fd, &from) != 0) FD_SET(fd, set);
}

int select(int count, fd_set* reads, fd_set* writes, fd_set* excepts, timeval* timeout) {
  zsock_fd_set own_reads;
  zsock_fd_set own_writes;
  zsock_fd_set own_excepts;
  const int result = zsock_select(count, taken(own_reads, reads), taken(own_writes, writes),
                                  taken(own_excepts, excepts), timeout);
  if (result < 0) return result;
  given(own_reads, reads);
  given(own_writes, writes);
  given(own_excepts, excepts);
  return result;
}

const api zsock{
    .name = "zsock",
    .which = family::zsock,
    .socket = zsock_socket,
    .socketpair = zsock_socketpair,
    .close = zsock_close,
    .connect = zsock_connect,
    .bind = zsock_bind,
    .listen = zsock_listen,
    .accept = zsock_accept,
    .shutdown = zsock_shutdown,
    .send = zsock_send,
    .sendto = zsock_sendto,
    .sendmsg = zsock_sendmsg,
    .recv = zsock_recv,
    .recvfrom = zsock_recvfrom,
    .recvmsg = zsock_recvmsg,
    .poll = [](pollfd* fds, unsigned n,
               int ms) { return zsock_poll(fds, static_cast<int>(n), ms); },
    .select = select,
    .fcntl = [](int fd, int command, int value) { return zsock_fcntl(fd, command, value); },
    .ioctl = [](int fd, unsigned long what, int* value) { return zsock_ioctl(fd, what, value); },
    .setsockopt = zsock_setsockopt,
    .getsockopt = zsock_getsockopt,
    .getsockname = zsock_getsockname,
    .getpeername = zsock_getpeername,
    .getaddrinfo = look_up,
    .getnameinfo = zsock_getnameinfo,
    .gai_strerror = zsock_gai_strerror,
    .inet_pton =
        [](int number, const char* text, void* to) {
          return zsock_inet_pton(static_cast<sa_family_t>(number), text, to);
        },
    .inet_ntop = [](int number, const void* from, char* text, socklen_t room) -> const char* {
      return zsock_inet_ntop(static_cast<sa_family_t>(number), from, text, room);
    },
    .gethostname = zsock_gethostname,
};

}  // namespace

const api& tested() {
  return zsock;
}

}  // namespace cellsock::conformance
