// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"

namespace cellsock::client {

int bind_socket(int fd, const endpoint& local) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  if (local.family != socket->entry->family) return -EAFNOSUPPORT;
  wire::Request request;
  auto& wanted = *request.mutable_bind();
  wanted.set_cookie(socket->entry->cookie);
  to_wire(local, *wanted.mutable_local());
  const auto reply = ask_about(watch(*socket), request, briefly());
  return reply ? 0 : -reply.why().error;
}

}  // namespace cellsock::client
