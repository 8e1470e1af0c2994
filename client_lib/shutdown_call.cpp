// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/transfer.hpp"

namespace cellsock::client {
namespace {

/// As kernel sockets know it: for every holder of the channel, in every process. What is received
/// from now on ends in order, whatever becomes of the connection: nobody needs to ask why.
int shut_channel(const held_socket& socket, int how) {
  if (how != SHUT_WR) socket.entry->peer_finished = true;
  return ::shutdown(socket.fd, how) == 0 ? 0 : -errno;
}

}  // namespace

int shutdown_socket(int fd, shutdown_side which) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (const int error = require_peer(*socket, ENOTCONN); error != 0) return error;
  // Nobody outside needs to know: what still comes is discarded at the channel.
  if (which == shutdown_side::receiving) return shut_channel(*socket, SHUT_RD);

  const bool both = which == shutdown_side::both;
  wire::Request request;
  auto& wanted = *request.mutable_shutdown();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_how(both ? wire::ShutdownRequest::HOW_BOTH : wire::ShutdownRequest::HOW_WRITE);
  if (auto reply = ask_about(watch(*socket), request, briefly()); !reply) return -reply.why().error;
  // The link did it, so the daemon expects the channel to follow; our sends fail with EPIPE now.
  return shut_channel(*socket, both ? SHUT_RDWR : SHUT_WR);
}

}  // namespace cellsock::client
