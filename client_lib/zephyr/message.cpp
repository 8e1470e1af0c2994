// SPDX-License-Identifier: Apache-2.0
#include <zephyr/net/socket.h>

#include <climits>

#include "client_lib/face/edge.hpp"
#include "client_lib/face/transfer.hpp"
#include "client_lib/zephyr/api.hpp"
#include "client_lib/zephyr/own_pair.hpp"

namespace cellsock::client::zephyr {
namespace {

/// 0 or the -errno of a message that no call can use: Zephyr's own, where Linux says EFAULT.
int shape_of(const msghdr* message) {
  if (message == nullptr) return -EINVAL;
  if (message->msg_iov == nullptr || message->msg_iovlen == 0) return -ENOMEM;
  if (message->msg_iovlen > IOV_MAX) return -EMSGSIZE;
  for (std::size_t i = 0; i < message->msg_iovlen; ++i)
    if (message->msg_iov[i].iov_base == nullptr && message->msg_iov[i].iov_len != 0) return -EFAULT;
  return 0;
}

std::span<const iovec> pieces_of(const msghdr& message) {
  return {message.msg_iov, message.msg_iovlen};
}

/// Control messages are ignored: none that exists means anything here.
ssize_t send_message(int sock, const msghdr* message, int flags) {
  if (const int error = shape_of(message); error != 0) return error;
  if ((flags & ~api::send_flags) != 0) return -EOPNOTSUPP;
  std::optional<endpoint> to;
  if (message->msg_name != nullptr) {
    const auto parsed =
        face::parse<api>(static_cast<const sockaddr*>(message->msg_name), message->msg_namelen);
    if (const int* error = std::get_if<int>(&parsed)) return -*error;
    to = std::get<std::optional<endpoint>>(parsed);
    if (!to) return -EAFNOSUPPORT;
  }
  return send_pieces(sock, pieces_of(*message), to, face::translated<api>(flags));
}

ssize_t receive_message(int sock, msghdr* message, int flags) {
  if (const int error = shape_of(message); error != 0) return error;
  if ((flags & ~api::receive_flags) != 0) return -EOPNOTSUPP;
  if (const int error = face::refuse_secure_peek<api>(sock, flags); error != 0) return error;
  std::optional<endpoint> from;
  bool truncated = false;
  const auto count =
      receive_pieces(sock, pieces_of(*message), &from, truncated, face::translated<api>(flags));
  if (count < 0) return count;
  message->msg_flags = truncated ? MSG_TRUNC : 0;
  message->msg_controllen = 0;
  if (from)
    face::store<api>(*from, static_cast<sockaddr*>(message->msg_name), &message->msg_namelen);
  else
    message->msg_namelen = 0;
  return count;
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

ssize_t zsock_sendmsg(int sock, const struct msghdr* msg, int flags) {
  return face::at_edge([&] {
    return zephyr::either(
        sock, [&] { return zephyr::send_message(sock, msg, flags); },
        [&] { return zephyr::send_own(sock, *msg, flags); });
  });
}

ssize_t zsock_recvmsg(int sock, struct msghdr* msg, int flags) {
  return face::at_edge([&] {
    return zephyr::either(
        sock, [&] { return zephyr::receive_message(sock, msg, flags); },
        [&] { return zephyr::receive_own(sock, *msg, flags); });
  });
}
