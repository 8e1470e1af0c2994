// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/transfer.hpp"

#include <zephyr/net/socket.h>

#include "client_lib/face/edge.hpp"
#include "client_lib/zephyr/api.hpp"
#include "client_lib/zephyr/own_pair.hpp"

namespace cellsock::client::zephyr {
namespace {

msghdr message_of(iovec& piece) {
  msghdr made{};
  made.msg_iov = &piece;
  made.msg_iovlen = 1;
  return made;
}

ssize_t send_either(int sock, const void* buf, size_t len, int flags, const sockaddr* to,
                    socklen_t to_len) {
  return either(
      sock, [&] { return face::send_to<api>(sock, buf, len, flags, to, to_len); },
      [&] {
        iovec piece{const_cast<void*>(buf), len};
        return send_own(sock, message_of(piece), flags);
      });
}

ssize_t receive_either(int sock, void* buf, size_t len, int flags, sockaddr* from,
                       socklen_t* from_len) {
  return either(
      sock, [&] { return face::receive_from<api>(sock, buf, len, flags, from, from_len); },
      [&] {
        iovec piece{buf, len};
        auto message = message_of(piece);
        if (from_len != nullptr) *from_len = 0;
        return receive_own(sock, message, flags);
      });
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

ssize_t zsock_send(int sock, const void* buf, size_t len, int flags) {
  return face::at_edge([&] { return zephyr::send_either(sock, buf, len, flags, nullptr, 0); });
}

ssize_t zsock_sendto(int sock, const void* buf, size_t len, int flags,
                     const struct sockaddr* dest_addr, socklen_t addrlen) {
  return face::at_edge(
      [&] { return zephyr::send_either(sock, buf, len, flags, dest_addr, addrlen); });
}

ssize_t zsock_recv(int sock, void* buf, size_t max_len, int flags) {
  return face::at_edge(
      [&] { return zephyr::receive_either(sock, buf, max_len, flags, nullptr, nullptr); });
}

ssize_t zsock_recvfrom(int sock, void* buf, size_t max_len, int flags, struct sockaddr* src_addr,
                       socklen_t* addrlen) {
  return face::at_edge(
      [&] { return zephyr::receive_either(sock, buf, max_len, flags, src_addr, addrlen); });
}

int zsock_poll(struct zsock_pollfd* fds, int nfds, int timeout) {
  return face::at_edge([&]() -> int {
    if (nfds < 0) return -EINVAL;
    if (fds == nullptr && nfds != 0) return -EFAULT;
    return poll_sockets({fds, static_cast<std::size_t>(nfds)}, timeout,
                        failed_connect_shows::error_alone);
  });
}
