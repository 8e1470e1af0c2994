// SPDX-License-Identifier: Apache-2.0
#include "client_lib/credential_calls.hpp"

#include <cerrno>

#include "client_lib/control_calls.hpp"
#include "client_lib/credential_session.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

/// Parts must follow each other on one connection.
template <class Call>
outcome<wire::Reply> send_content(const wire::Request& whole, std::string_view content,
                                  Call* (wire::Request::*field)()) {
  auto& self = process();
  auto connection = self.pool.take(self.waits);
  if (!connection) return connection.why();
  const exchange_call exchange = [&](wire::Request& request) {
    return (*connection)->exchange(request, briefly());
  };
  return in_parts(exchange, content, whole, field);
}

}  // namespace

outcome<wire::CredentialInfo> add_credential(std::uint32_t tag, wire::CredentialType type,
                                             std::string_view content, when_there existing) {
  if (auto session = open_credential_session(); !session) return session.why();
  wire::Request request;
  auto& wanted = *request.mutable_add_credential();
  wanted.set_tag(tag);
  wanted.set_type(type);
  wanted.set_lifetime(wire::CREDENTIAL_LIFETIME_PROCESS);
  wanted.set_replace(existing == when_there::replace);
  auto reply = send_content(request, content, &wire::Request::mutable_add_credential);
  if (!reply) return reply.why();
  return reply->added_credential().added();
}

outcome<std::string> get_credential(std::uint32_t tag, wire::CredentialType type) {
  std::string content;
  for (;;) {
    wire::Request request;
    auto& wanted = *request.mutable_get_credential();
    wanted.set_tag(tag);
    wanted.set_type(type);
    wanted.set_offset(static_cast<std::uint32_t>(content.size()));
    auto reply = ask(request, briefly());
    if (!reply) return reply.why();
    const auto& part = reply->reply.credential();
    content += part.content();
    if (content.size() >= part.size()) return content;
    if (part.content().empty() || content.size() > limits::credential_bytes_max)
      return failure{failed_by::transport, EPROTO, {}, "not our protocol: a part is missing"};
  }
}

outcome<bool> delete_credential(std::uint32_t tag, wire::CredentialType type) {
  wire::Request request;
  auto& wanted = *request.mutable_delete_credential();
  wanted.set_tag(tag);
  wanted.set_type(type);
  if (auto reply = ask(request, briefly()); !reply) return reply.why();
  return true;
}

outcome<bool> same_credential(std::uint32_t tag, wire::CredentialType type,
                              std::string_view content) {
  wire::Request request;
  request.mutable_compare_credential()->set_tag(tag);
  request.mutable_compare_credential()->set_type(type);
  auto reply = send_content(request, content, &wire::Request::mutable_compare_credential);
  if (!reply) return reply.why();
  return reply->compared_credential().same();
}

outcome<bool> list_credentials(wire::ListCredentialsRequest which,
                               const credential_listener& each) {
  for (;;) {
    wire::Request request;
    *request.mutable_list_credentials() = which;
    auto reply = ask(request, briefly());
    if (!reply) return reply.why();
    const auto& page = reply->reply.credentials();
    for (const auto& one : page.credentials()) each(one);
    if (!page.more()) return true;
    if (page.credentials_size() == 0)
      return failure{failed_by::transport, EPROTO, {}, "not our protocol: an empty page"};
    which.set_skip(which.skip() + static_cast<std::uint32_t>(page.credentials_size()));
  }
}

}  // namespace cellsock::client
