// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/end_reason.hpp"
#include "client_lib/errno_table.hpp"
#include "client_lib/identity.hpp"

namespace cellsock::client {
namespace {

std::atomic<std::int64_t>& timeout_of(socket_entry& entry, timeout_kind which) {
  return which == timeout_kind::receive ? entry.receive_timeout_ms : entry.send_timeout_ms;
}

}  // namespace

int set_value(int fd, wire::Option which, std::int64_t value) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_set_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(which);
  wanted.set_value(value);
  if (const auto reply = ask_about(watch(*socket), request, briefly()); !reply)
    return -reply.why().error;
  if (which == wire::OPTION_V6_ONLY) socket->entry->dual_stack = value == 0;
  return 0;
}

int get_value(int fd, wire::Option which, std::int64_t& value) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_get_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(which);
  auto reply = ask_about(watch(*socket), request, briefly());
  if (!reply) return -reply.why().error;
  value = reply->reply.option().value();
  return 0;
}

int set_send_buffer(int fd, std::int64_t bytes) {
  if (const int error = set_value(fd, wire::OPTION_SEND_BUFFER, bytes); error != 0) return error;
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  socket->entry->send_buffer = static_cast<int>(bytes);
  return 0;
}

int describe_socket(int fd, socket_facts& facts) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  const auto& entry = *socket->entry;
  const auto state = entry.state.load();
  facts = {entry.family, entry.type, entry.listening,
           state == socket_state::connecting || state == socket_state::connected, entry.secure};
  return 0;
}

int set_timeout(int fd, timeout_kind which, std::int64_t timeout_ms) {
  // The library applies it; the daemon keeps it for other processes that hold the socket, and
  // bounds connect in the modem by the send timeout.
  const auto wire_option =
      which == timeout_kind::receive ? wire::OPTION_RECV_TIMEOUT_MS : wire::OPTION_SEND_TIMEOUT_MS;
  if (const int error = set_value(fd, wire_option, timeout_ms); error != 0) return error;
  if (auto socket = find_socket(fd)) timeout_of(*socket->entry, which) = timeout_ms;
  return 0;
}

int get_timeout(int fd, timeout_kind which, std::int64_t& timeout_ms) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  timeout_ms = timeout_of(*socket->entry, which);
  return 0;
}

int set_device(int fd, const std::string& name) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_set_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(wire::OPTION_BIND_TO_DEVICE);
  wanted.set_text(name);
  auto reply = ask_about(watch(*socket), request, briefly());
  if (!reply) return -reply.why().error;
  if (reply->reply.option().has_datagram_rules() && !socket->entry->is_stream())
    socket->entry->set_rules(reply->reply.option().datagram_rules());
  return 0;
}

int get_device(int fd, std::string& name) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_get_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(wire::OPTION_BIND_TO_DEVICE);
  auto reply = ask_about(watch(*socket), request, briefly());
  if (!reply) return -reply.why().error;
  name = reply->reply.option().text();
  return 0;
}

int take_error(int fd, int& error, wire::ErrorCode* code) {
  auto socket = find_socket(fd);
  if (!socket) return -socket.why().error;
  wire::Request request;
  auto& wanted = *request.mutable_get_option();
  wanted.set_cookie(socket->entry->cookie);
  wanted.set_option(wire::OPTION_ERROR);
  auto reply = ask_about(watch(*socket), request, briefly());
  if (reply) {
    const auto pending = static_cast<wire::ErrorCode>(reply->reply.option().value());
    error = errno_of(pending);
    if (code != nullptr) *code = pending;
    return 0;
  }
  // The call itself never fails for what happened to the link: that is the pending error.
  const auto& why = reply.why();
  const bool unknown = why.who == failed_by::daemon && why.code == wire::ERROR_CODE_BAD_SOCKET;
  if (why.who == failed_by::daemon && !unknown) return -why.error;
  error = end_of(*socket);
  return 0;
}

}  // namespace cellsock::client
