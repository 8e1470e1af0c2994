// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/secure_protocols.hpp"
#include "client_lib/face/sockaddr.hpp"

/// Opening, naming and steering a socket, from a family's arguments to the neutral calls.
namespace cellsock::client::face {

struct kind_row {
  int type;  // SOCK_*: the same numbers in every family
  v1::SocketType meaning;
  int protocol;  // besides 0
};
inline constexpr std::array kinds{
    kind_row{SOCK_STREAM, v1::SOCKET_TYPE_STREAM, IPPROTO_TCP},
    kind_row{SOCK_DGRAM, v1::SOCKET_TYPE_DATAGRAM, IPPROTO_UDP},
};

template <class Api>
int open_secure(v1::Family family, int type, const secure_protocol_row& protocol) {
  for (const auto& kind : kinds)
    if (kind.type == type && kind.meaning == protocol.type)
      return open_socket(family, kind.meaning, static_cast<std::uint32_t>(kind.protocol),
                         protocol.meaning, Api::secure_defaults);
  return -EPROTOTYPE;
}

template <class Api>
int open(int family, int type, int protocol) {
  const auto wanted = family_of<Api>(family);
  if (!wanted) return -EAFNOSUPPORT;
  if (const auto* secure = find_secure_protocol(Api::secure_protocol, protocol))
    return open_secure<Api>(*wanted, type, *secure);
  for (const auto& kind : kinds) {
    if (kind.type != type) continue;
    if (protocol == 0 || protocol == kind.protocol)
      return open_socket(*wanted, kind.meaning, static_cast<std::uint32_t>(kind.protocol));
    const bool of_other_type = protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
    return -(of_other_type ? Api::mismatched_protocol : EPROTONOSUPPORT);
  }
  return -EPROTOTYPE;
}

template <class Api>
int connect_to(int fd, const typename Api::address* address, typename Api::length length) {
  const auto parsed = parse<Api>(address, length);
  if (const int* error = std::get_if<int>(&parsed)) return -*error;
  const int result = connect_socket(fd, std::get<std::optional<endpoint>>(parsed));
  return result < 0 ? -Api::handshake_error(-result) : result;
}

template <class Api>
int bind_to(int fd, const typename Api::address* address, typename Api::length length) {
  const auto parsed = parse<Api>(address, length);
  if (const int* error = std::get_if<int>(&parsed)) return -*error;
  const auto& local = std::get<std::optional<endpoint>>(parsed);
  return local ? bind_socket(fd, *local) : -EAFNOSUPPORT;
}

template <class Api>
int accept_from(int fd, typename Api::address* address, typename Api::length* length) {
  if (address != nullptr && length == nullptr) return -EFAULT;
  endpoint peer;
  const int accepted = accept_socket(fd, peer);
  if (accepted >= 0) store<Api>(peer, address, length);
  return accepted;
}

/// F_GETFL and F_SETFL, whose numbers all families share; O_NONBLOCK's they do not.
template <class Api>
int control(int fd, int command, int flags) {
  switch (command) {
    case F_GETFL: {
      const int nonblocking = get_nonblocking(fd);
      return nonblocking > 0 ? Api::nonblocking : nonblocking;
    }
    case F_SETFL:
      if (Api::other_status_flags_refused && (flags & ~Api::nonblocking) != 0) return -EINVAL;
      return set_nonblocking(fd, (flags & Api::nonblocking) != 0);
    default: return -EINVAL;
  }
}

}  // namespace cellsock::client::face
