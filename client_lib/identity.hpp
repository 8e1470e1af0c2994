// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "client_lib/outcome.hpp"
#include "client_lib/socket_entry.hpp"
#include "client_lib/wait_registry.hpp"

/// Whose is this descriptor? (R12)
namespace cellsock::client {

/// The cellsock socket behind `fd`, known already or asked of the daemon (a descriptor from a fork,
/// an exec or another program). Fails with EBADF if the number is closed, with ENOTSOCK if it is
/// something else than one of our sockets, with what the call to the daemon failed with otherwise.
[[nodiscard]] outcome<held_socket> find_socket(int fd);

/// As find_socket, without asking: null when this process has not met it.
[[nodiscard]] std::shared_ptr<socket_entry> known_socket(int fd);

/// Whether a number could be a channel at all: an AF_UNIX stream or seqpacket socket. 0, or the
/// errno of a socket call on it. Asks nobody.
[[nodiscard]] int shape_error(int fd);

/// Whether `fd` was found to be an AF_UNIX socket that is not the daemon's: a program's own.
[[nodiscard]] bool is_programs_own(int fd);

/// What the daemon says of the socket now.
[[nodiscard]] outcome<wire::NamesReply> names_of(const held_socket& socket);

/// Asks the daemon again for what another process may have changed: state and datagram rules.
[[nodiscard]] outcome<bool> refresh(const held_socket& socket);

[[nodiscard]] inline watched_socket watch(const held_socket& socket) {
  return {socket.fd, socket.entry->cookie};
}

}  // namespace cellsock::client
