// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/sockaddr.hpp"

/// Sending and receiving, from a family's arguments to the neutral calls.
namespace cellsock::client::face {

/// The flags that exist have the host's numbers in every family.
template <class Api>
transfer_flags translated(int flags) {
  transfer_flags made;
  made.dont_wait = (flags & MSG_DONTWAIT) != 0;
  made.peek = (flags & MSG_PEEK) != 0;
  made.wait_all = (flags & MSG_WAITALL) != 0;
  made.whole_length = (flags & MSG_TRUNC) != 0;
  made.acknowledged = (flags & Api::wait_acknowledged) != 0;
  made.stream_ignores_address = Api::stream_ignores_address;
  return made;
}

/// Zephyr's secure sockets cannot leave what they have decrypted.
template <class Api>
int refuse_secure_peek(int fd, int flags) {
  if (Api::secure_peek || (flags & MSG_PEEK) == 0) return 0;
  socket_facts facts;
  if (const int error = describe_socket(fd, facts); error != 0) return error;
  return facts.secure != v1::SECURE_PROTOCOL_UNSPECIFIED ? -ENOTSUP : 0;
}

template <class Api>
ssize_t send_to(int fd, const void* buffer, size_t length, int flags,
                const typename Api::address* to, typename Api::length to_length) {
  if (buffer == nullptr && length != 0) return -EFAULT;
  if ((flags & ~Api::send_flags) != 0) return -EOPNOTSUPP;
  // To wait and not to wait.
  const bool waits = (flags & Api::wait_acknowledged) != 0;
  if (waits && (flags & MSG_DONTWAIT) != 0) return -EINVAL;
  std::optional<endpoint> destination;
  if (to != nullptr) {
    const auto parsed = parse<Api>(to, to_length);
    if (const int* error = std::get_if<int>(&parsed)) return -*error;
    destination = std::get<std::optional<endpoint>>(parsed);
    if (!destination) return -EAFNOSUPPORT;
  }
  return send_bytes(fd, buffer, length, destination, translated<Api>(flags));
}

template <class Api>
ssize_t receive_from(int fd, void* buffer, size_t length, int flags, typename Api::address* from,
                     typename Api::length* from_length) {
  if (buffer == nullptr && length != 0) return -EFAULT;
  if (from != nullptr && from_length == nullptr) return -EFAULT;
  if ((flags & ~Api::receive_flags) != 0) return -EOPNOTSUPP;
  if (const int error = refuse_secure_peek<Api>(fd, flags); error != 0) return error;
  std::optional<endpoint> source;
  const auto count = receive_bytes(fd, buffer, length, &source, translated<Api>(flags));
  if (count < 0) return count;
  if (source)
    store<Api>(*source, from, from_length);
  else if (from_length != nullptr)
    *from_length = 0;  // a stream: its peer is no secret, but not this call's to tell
  return count;
}

}  // namespace cellsock::client::face
