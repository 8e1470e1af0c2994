// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"
#include "proto/secrets.hpp"

namespace cellsock::client {
namespace {

outcome<held_socket> find_secure(int fd) {
  auto socket = find_socket(fd);
  if (socket && !socket->entry->is_secure()) return failure{failed_by::system, ENOPROTOOPT};
  return socket;
}

}  // namespace

int set_secure(int fd, wire::SecureOption which, const wire::SecureValue& value) {
  auto socket = find_secure(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  const proto::secret_request wiped(request);
  auto& wanted = *request.mutable_set_secure_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(which);
  *wanted.mutable_value() = value;
  const auto reply = ask_about(watch(*socket), request, briefly());
  if (!reply) return -reply.why().error;
  // Nothing is sent in between. The daemon would drop it; here its program can be told.
  if (which == wire::SECURE_OPTION_CONNECTION_SAVE) socket->entry->connection_saved = true;
  if (which == wire::SECURE_OPTION_CONNECTION_LOAD) socket->entry->connection_saved = false;
  return 0;
}

int get_secure(int fd, wire::SecureOption which, wire::SecureValue& value) {
  auto socket = find_secure(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_get_secure_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(which);
  auto reply = ask_about(watch(*socket), request, briefly());
  if (!reply) return -reply.why().error;
  value = reply->reply.secure_option().value();
  return 0;
}

int remember_alpn(int fd, std::vector<const char*> names) {
  auto socket = find_secure(fd);
  if (!socket) return -socket.why().error;
  socket->entry->set_alpn_given(std::move(names));
  return 0;
}

int recall_alpn(int fd, std::vector<const char*>& names) {
  auto socket = find_secure(fd);
  if (!socket) return -socket.why().error;
  names = socket->entry->alpn_given();
  return 0;
}

}  // namespace cellsock::client
