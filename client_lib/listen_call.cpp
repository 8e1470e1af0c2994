// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"

namespace cellsock::client {

int listen_socket(int fd, int backlog) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  auto& entry = *socket->entry;
  if (!entry.is_stream()) return -EOPNOTSUPP;
  wire::Request request;
  auto& wanted = *request.mutable_listen();
  wanted.set_cookie(entry.cookie);
  wanted.set_backlog(static_cast<std::uint32_t>(std::max(backlog, 0)));
  if (auto reply = ask_about(watch(*socket), request, briefly()); !reply) return -reply.why().error;
  entry.listening = true;
  return 0;
}

}  // namespace cellsock::client
