// SPDX-License-Identifier: Apache-2.0
#include "client_lib/control_calls.hpp"

#include <cerrno>

#include "client_lib/limits.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

bool wants_proof(const outcome<wire::Reply>& reply) {
  return !reply && reply.why().who == failed_by::daemon &&
         reply.why().code == wire::ERROR_CODE_NOT_GRANTED;
}

outcome<answer> completed(outcome<wire::Reply> reply, const control_pool::lease& connection) {
  if (!reply) return reply.why();
  return answer{*std::move(reply), connection->daemon_instance()};
}

}  // namespace

outcome<answer> ask(wire::Request& request, const patience& how, unique_fd* received) {
  auto& self = process();
  auto connection = self.pool.take(self.waits);
  if (!connection) return connection.why();
  return completed((*connection)->exchange(request, how, -1, received), *connection);
}

outcome<answer> ask_about(watched_socket socket, wire::Request& request, const patience& how,
                          unique_fd* received) {
  auto& self = process();
  auto connection = self.pool.take(self.waits);
  if (!connection) return connection.why();
  auto reply = (*connection)->exchange(request, how, -1, received);
  if (!wants_proof(reply)) return completed(std::move(reply), *connection);

  // Never show what the number has become meanwhile.
  if (cookie_of(socket.fd) != socket.cookie) return failure{failed_by::system, EBADF};
  wire::Request attach;
  attach.mutable_attach()->set_cookie(socket.cookie);
  auto shown = (*connection)->exchange(attach, how, socket.fd);
  if (!shown) return shown.why();
  return completed((*connection)->exchange(request, how, -1, received), *connection);
}

patience briefly() {
  return {deadline::after(limits::reply_max)};
}

}  // namespace cellsock::client
