// SPDX-License-Identifier: Apache-2.0
#include "client_lib/zephyr/own_pair.hpp"

#include <zephyr/net/socket.h>

#include <array>
#include <memory>

#include "client_lib/face/edge.hpp"
#include "client_lib/process.hpp"
#include "client_lib/transfer.hpp"

namespace cellsock::client::zephyr {
namespace {

/// Tries without blocking, and waits where a close in another thread is noticed.
template <class Try>
ssize_t retried(int sock, short events, int flags, Try attempt) {
  const bool dont_wait = (flags & MSG_DONTWAIT) != 0;
  const held_socket itself{sock,
                           std::make_shared<socket_entry>(cookie_of(sock), wire::FAMILY_UNSPECIFIED,
                                                          wire::SOCKET_TYPE_STREAM)};
  for (;;) {
    const auto count = attempt();
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -errno;
    if (const int ended = wait_for(itself, events, dont_wait, deadline::never()); ended != 0)
      return ended;
  }
}

int make_pair(int family, int type, int proto, int* sv) {
  if (family != AF_UNIX) return -EAFNOSUPPORT;
  if (type != SOCK_STREAM) return -EPROTOTYPE;
  if (proto != 0) return -EPROTONOSUPPORT;
  if (sv == nullptr) return -EFAULT;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return -errno;
  // Known as the program's own without a question, so they work without a daemon.
  for (int i = 0; i < 2; ++i) {
    sv[i] = ends[static_cast<std::size_t>(i)];
    process().sockets.remember_foreign(cookie_of(sv[i]));
  }
  return 0;
}

}  // namespace

ssize_t send_own(int sock, const msghdr& message, int flags) {
  return retried(sock, POLLOUT, flags,
                 [&] { return ::sendmsg(sock, &message, flags | MSG_DONTWAIT | MSG_NOSIGNAL); });
}

ssize_t receive_own(int sock, msghdr& message, int flags) {
  return retried(sock, POLLIN, flags,
                 [&] { return ::recvmsg(sock, &message, flags | MSG_DONTWAIT); });
}

}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

int zsock_socketpair(int family, int type, int proto, int* sv) {
  return face::at_edge([&] { return zephyr::make_pair(family, type, proto, sv); });
}
