// SPDX-License-Identifier: Apache-2.0
#include "client_lib/identity.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "client_lib/control_calls.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

int socket_fact(int fd, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

socket_state state_of(const wire::NamesReply& names) {
  if (names.connected()) return socket_state::connected;
  return names.has_peer() ? socket_state::connecting : socket_state::unconnected;
}

/// BAD_SOCKET is the daemon's word for "none of mine".
bool disowned(const failure& why) {
  return why.who == failed_by::daemon && why.code == wire::ERROR_CODE_BAD_SOCKET;
}

outcome<answer> ask_names(watched_socket socket) {
  wire::Request request;
  request.mutable_names()->set_cookie(socket.cookie);
  return ask_about(socket, request, briefly());
}

}  // namespace

int shape_error(int fd) {
  const int domain = socket_fact(fd, SO_DOMAIN);
  if (domain < 0) return errno;  // EBADF, ENOTSOCK
  const int type = socket_fact(fd, SO_TYPE);
  const bool fits = domain == AF_UNIX && (type == SOCK_STREAM || type == SOCK_SEQPACKET);
  return fits ? 0 : ENOTSOCK;
}

std::shared_ptr<socket_entry> known_socket(int fd) {
  const auto cookie = cookie_of(fd);
  return cookie != 0 ? process().sockets.find(cookie) : nullptr;
}

outcome<held_socket> find_socket(int fd) {
  const auto cookie = cookie_of(fd);
  if (cookie == 0) return failure{failed_by::system, errno};
  auto& table = process().sockets;
  if (auto known = table.find(cookie)) return held_socket{fd, std::move(known)};
  if (const int error = shape_error(fd); error != 0) return failure{failed_by::system, error};
  if (table.is_foreign(cookie)) return failure{failed_by::system, ENOTSOCK};

  auto names = ask_names({fd, cookie});
  if (!names) {
    if (!disowned(names.why())) return names.why();
    table.remember_foreign(cookie);
    return failure{failed_by::system, ENOTSOCK};
  }
  const auto& facts = names->reply.names();
  auto entry = std::make_shared<socket_entry>(cookie, facts.family(), facts.type(), facts.secure());
  entry->daemon_instance = names->daemon_instance;
  entry->state = state_of(facts);
  entry->listening = facts.listening();
  entry->dual_stack = facts.dual_stack();
  entry->receive_timeout_ms = facts.recv_timeout_ms();
  entry->send_timeout_ms = facts.send_timeout_ms();
  entry->set_rules(facts.datagram_rules());
  return held_socket{fd, table.insert(fd, std::move(entry))};
}

bool is_programs_own(int fd) {
  const auto cookie = cookie_of(fd);
  return cookie != 0 && process().sockets.is_foreign(cookie);
}

outcome<wire::NamesReply> names_of(const held_socket& socket) {
  auto names = ask_names(watch(socket));
  if (!names) return names.why();
  return std::move(*names->reply.mutable_names());
}

outcome<bool> refresh(const held_socket& socket) {
  auto facts = names_of(socket);
  if (!facts) return facts.why();
  socket.entry->state = state_of(*facts);
  socket.entry->listening = facts->listening();
  socket.entry->dual_stack = facts->dual_stack();
  socket.entry->set_rules(facts->datagram_rules());
  return true;
}

}  // namespace cellsock::client
