// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>

#include "client_lib/identity.hpp"

/// Ends of a zsock_socketpair: AF_UNIX sockets of the program's own, of which the daemon knows
/// nothing. Their calls are the kernel's, except that zsock_close in another thread ends them too.
namespace cellsock::client::zephyr {

[[nodiscard]] ssize_t send_own(int sock, const msghdr& message, int flags);
[[nodiscard]] ssize_t receive_own(int sock, msghdr& message, int flags);

/// The result of `ours`, or that of `own` when the socket turned out to be the program's own.
template <class Ours, class Own>
auto either(int sock, Ours ours, Own own) -> decltype(ours()) {
  const auto result = ours();
  return result == -ENOTSOCK && is_programs_own(sock) ? own() : result;
}

}  // namespace cellsock::client::zephyr
