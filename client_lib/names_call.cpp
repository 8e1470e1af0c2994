// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/transfer.hpp"

namespace cellsock::client {

int local_name(int fd, std::optional<endpoint>& name) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  auto facts = names_of(*socket);
  if (!facts) return -facts.why().error;
  name = facts->has_local() ? from_wire(facts->local()) : std::nullopt;
  return 0;
}

int peer_name(int fd, endpoint& name) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  auto facts = names_of(*socket);
  if (!facts) return -facts.why().error;
  // A peer that is only being connected to is no peer yet.
  const auto peer = facts->connected() ? from_wire(facts->peer()) : std::nullopt;
  if (!peer) return -ENOTCONN;
  name = *peer;
  return 0;
}

int unread_bytes(int fd, int& count) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (socket->entry->is_stream()) return ::ioctl(fd, FIONREAD, &count) == 0 ? 0 : -errno;
  const int bytes = next_datagram_bytes(*socket);
  if (bytes < 0) return bytes;
  count = bytes;
  return 0;
}

}  // namespace cellsock::client
