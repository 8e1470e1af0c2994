// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "client_lib/cli/credential_text.hpp"
#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/credential_calls.hpp"
#include "client_lib/hex.hpp"
#include "proto/secrets.hpp"

namespace cellsock::cli {
namespace {

using client::failed_by;
using client::failure;
using client::outcome;

failure wrong(std::string what) {
  return {failed_by::system, EINVAL, {}, std::move(what)};
}

outcome<v1::CredentialType> type_of(const std::string& name) {
  if (const auto type = credential_type_of(name)) return *type;
  return wrong("no credential type '" + name + "': ca, cert, key, psk or psk-id");
}

std::optional<std::uint32_t> number_in(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return std::nullopt;
  const auto value = std::stoull(text);
  return value <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(value)) : std::nullopt;
}

/// By name or number; nothing set: the user who asks.
outcome<v1::CredentialScope> scope_of(const creds_options& given) {
  v1::CredentialScope scope;
  if (!given.user.empty()) {
    const auto* found = ::getpwnam(given.user.c_str());
    const auto number = found != nullptr ? std::optional(found->pw_uid) : number_in(given.user);
    if (!number) return wrong("no user '" + given.user + "' on this machine");
    scope.set_uid(*number);
  } else if (!given.group.empty()) {
    const auto* found = ::getgrnam(given.group.c_str());
    const auto number = found != nullptr ? std::optional(found->gr_gid) : number_in(given.group);
    if (!number) return wrong("no group '" + given.group + "' on this machine");
    scope.set_gid(*number);
  }
  return scope;
}

/// The file, or standard input. As text: without the line end that every editor leaves.
outcome<std::string> content_of(const creds_options& given, v1::CredentialType type) {
  std::ifstream file;
  const bool from_file = given.file != "-" && !given.file.empty();
  if (from_file) {
    file.open(given.file, std::ios::binary);
    if (!file) return wrong(given.file + ": " + std::strerror(errno));
  }
  std::istream& source = from_file ? file : std::cin;
  std::string content;
  content.reserve(client::limits::credential_bytes_max + 2);  // growing would leave copies behind
  for (auto at = std::istreambuf_iterator<char>(source);
       at != std::istreambuf_iterator<char>() &&
       content.size() <= client::limits::credential_bytes_max;
       ++at)
    content += *at;
  if (source.bad()) return wrong(given.file + ": cannot be read");
  if (type == v1::CREDENTIAL_TYPE_PSK_IDENTITY && content.ends_with('\n')) content.pop_back();
  if (given.hex) {
    const auto bytes = client::from_hex(content);
    proto::wipe(content);
    if (!bytes) return wrong("--hex: the content is no hexadecimal text");
    content = *bytes;
  }
  if (content.empty()) return wrong("there is nothing in it");
  return content;
}

outcome<std::unique_ptr<client::control_connection>> connect(const options& given,
                                                             client::wait_registry& waits) {
  return client::control_connection::open(given.socket_path, waits);
}

client::patience briefly() {
  return {client::deadline::after(client::limits::reply_max)};
}

exit_status add(const options& given) {
  auto type = type_of(given.creds.type);
  if (!type) return explain(given, type.why());
  auto scope = scope_of(given.creds);
  if (!scope) return explain(given, scope.why());
  auto content = content_of(given.creds, *type);
  if (!content) return explain(given, content.why());
  v1::Request request;
  auto& wanted = *request.mutable_add_credential();
  wanted.set_tag(given.creds.tag);
  wanted.set_type(*type);
  wanted.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  *wanted.mutable_scope() = *scope;
  wanted.set_replace(given.creds.replace);
  wanted.set_sha1_allowed(given.creds.sha1_allowed);
  wanted.set_rsa_bits_min(given.creds.rsa_bits_min);
  client::wait_registry waits;
  auto connection = connect(given, waits);
  if (!connection) return explain(given, connection.why());
  const client::exchange_call exchange = [&](v1::Request& part) {
    return (*connection)->exchange(part, briefly());
  };
  auto reply = client::in_parts(exchange, *content, request, &v1::Request::mutable_add_credential);
  proto::wipe(*content);
  if (!reply) return explain(given, reply.why());
  const auto& added = reply->added_credential().added();
  std::cout << (given.json ? credential_json(added) : credential_text(added));
  return exit_status::ok;
}

/// Every page of what is asked for.
outcome<v1::ListCredentialsReply> listed(const options& given, v1::ListCredentialsRequest which) {
  client::wait_registry waits;
  auto connection = connect(given, waits);
  if (!connection) return connection.why();
  v1::ListCredentialsReply all;
  for (;;) {
    v1::Request request;
    *request.mutable_list_credentials() = which;
    auto reply = (*connection)->exchange(request, briefly());
    if (!reply) return reply.why();
    const auto& page = reply->credentials();
    all.MergeFrom(page);
    if (!page.more() || page.credentials_size() == 0) return all;
    which.set_skip(which.skip() + static_cast<std::uint32_t>(page.credentials_size()));
  }
}

exit_status list(const options& given) {
  v1::ListCredentialsRequest which;
  which.set_everybody(given.creds.everybody);
  auto all = listed(given, which);
  if (!all) return explain(given, all.why());
  std::cout << (given.json ? credentials_json(*all) : credentials_table(*all));
  return exit_status::ok;
}

exit_status show(const options& given) {
  v1::ListCredentialsRequest which;
  which.set_tag(given.creds.tag);
  which.set_everybody(given.creds.everybody);
  if (!given.creds.type.empty()) {
    auto type = type_of(given.creds.type);
    if (!type) return explain(given, type.why());
    which.set_type(*type);
  }
  auto all = listed(given, which);
  if (!all) return explain(given, all.why());
  if (all->credentials_size() == 0)
    return explain(given, {failed_by::daemon, ENOENT, v1::ERROR_CODE_CREDENTIAL_MISSING,
                           "no such credential under tag " + std::to_string(given.creds.tag)});
  if (given.json)
    std::cout << credentials_json(*all);
  else
    for (const auto& one : all->credentials()) std::cout << credential_text(one);
  return exit_status::ok;
}

exit_status remove(const options& given) {
  auto type = type_of(given.creds.type);
  if (!type) return explain(given, type.why());
  auto scope = scope_of(given.creds);
  if (!scope) return explain(given, scope.why());
  v1::Request request;
  auto& wanted = *request.mutable_delete_credential();
  wanted.set_tag(given.creds.tag);
  wanted.set_type(*type);
  wanted.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  *wanted.mutable_scope() = *scope;
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::reply_max));
  if (!reply) return explain(given, reply.why());
  if (given.json)
    std::cout << "{}\n";
  else
    std::cout << "deleted\n";
  return exit_status::ok;
}

exit_status generate(const options& given) {
  auto scope = scope_of(given.creds);
  if (!scope) return explain(given, scope.why());
  v1::Request request;
  auto& wanted = *request.mutable_generate_credential();
  wanted.set_tag(given.creds.tag);
  wanted.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  *wanted.mutable_scope() = *scope;
  wanted.set_subject(given.creds.subject);
  for (const auto& host : given.creds.hosts) wanted.add_hosts(host);
  wanted.set_days(given.creds.days);
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::reply_max));
  if (!reply) return explain(given, reply.why());
  const auto& made = reply->generated_credential();
  if (given.json) {
    std::cout << generated_json(made);
  } else {
    // The text goes where a signer or a peer can take it from, the rest beside it.
    for (const auto& one : made.added()) std::cerr << credential_text(one);
    std::cout << made.pem();
  }
  return exit_status::ok;
}

}  // namespace

exit_status run_creds(const options& given) {
  switch (given.creds.what) {
    case creds_options::action::add: return add(given);
    case creds_options::action::list: return list(given);
    case creds_options::action::show: return show(given);
    case creds_options::action::remove: return remove(given);
    case creds_options::action::generate: return generate(given);
  }
  return exit_status::usage;
}

}  // namespace cellsock::cli
