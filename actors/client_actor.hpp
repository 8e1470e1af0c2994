// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <map>

#include "actors/ask.hpp"
#include "actors/control_connection.hpp"
#include "actors/secure_kit.hpp"
#include "actors/watcher.hpp"
#include "cellsock/v1/socket.pb.h"
#include "stack/limits.hpp"

namespace cellsock {

struct client_seed {
  std::shared_ptr<control_connection> connection;
  gateway_handle gateway;
  link_list links;
  msg::owner who;
  std::uint64_t instance =
      0;  // of this daemon run: tells a program that its sockets' daemon is gone
  std::vector<std::uint32_t> gids = {};  // of the program, by the kernel's word
  secure_kit kit = {};
};

/// One control connection: decodes requests, asks the actor concerned, encodes the answer. Calls on
/// different sockets never wait for each other. A socket may be acted on only if this connection
/// received it in a reply or has shown its descriptor: a cookie is a name, not a right.
class client_actor final : public client_handle::base {
public:
  client_actor(caf::actor_config& config, client_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using request_id = std::uint64_t;
  /// A connect waits for others' connects; a name for the modem's resolver.
  static constexpr auto slow_reply_max = limits::connect_timeout_max * 3;

  void handle(msg::request_received& m);
  void dispatch(const v1::Request& request, std::vector<shared_descriptor>& attached);

  void hello(request_id id, const v1::HelloRequest& m);
  void socket(request_id id, const v1::SocketRequest& m);
  void show(request_id id, const v1::AttachRequest& m, std::vector<shared_descriptor>& attached);
  void connect(request_id id, const v1::ConnectRequest& m);
  void reconnect(request_id id, const msg::tombstone& stone, const msg::connect_channel& call);
  void bind(request_id id, const v1::BindRequest& m);
  void listen(request_id id, const v1::ListenRequest& m);
  void flush(request_id id, const v1::FlushRequest& m);
  void shutdown(request_id id, const v1::ShutdownRequest& m);
  void get_option(request_id id, const v1::GetOptionRequest& m);
  void set_option(request_id id, const v1::SetOptionRequest& m);
  void get_secure_option(request_id id, const v1::GetSecureOptionRequest& m);
  void set_secure_option(request_id id, const v1::SetSecureOptionRequest& m);
  void names(request_id id, const v1::NamesRequest& m);
  void reason(request_id id, const v1::ReasonRequest& m);
  void resolve(request_id id, const v1::ResolveRequest& m);
  void interfaces(request_id id);
  struct interfaces_in_progress;
  struct radio_in_progress;
  void radio_report(request_id id);
  void set_dns(request_id id, const v1::SetDnsRequest& m);
  void status(request_id id);
  struct status_in_progress;
  void status_reply(const status_in_progress& job);
  void order_pdn(request_id id, const v1::PdnRequest& m);
  void set_radio(request_id id, const v1::RadioRequest& m);
  void open_session(request_id id);
  void join_session(const std::string& name, std::function<void()> joined);
  void add_credential(request_id id, const v1::AddCredentialRequest& m);
  void get_credential(request_id id, const v1::GetCredentialRequest& m);
  void delete_credential(request_id id, const v1::DeleteCredentialRequest& m);
  void list_credentials(request_id id, const v1::ListCredentialsRequest& m);
  void compare_credential(request_id id, const v1::CompareCredentialRequest& m);
  void generate_credential(request_id id, const v1::GenerateCredentialRequest& m);
  void added(request_id id, const msg::credentials_added& m, bool generated);
  /// As whom it sees credentials.
  [[nodiscard]] program eyes() const;
  [[nodiscard]] msg::credential_asker asker() const;
  [[nodiscard]] bool privileged() const;
  [[nodiscard]] result<credential_scope> scope_in(const v1::CredentialScope& from) const;
  [[nodiscard]] result<credential_owner> owner_in(v1::CredentialLifetime lifetime, bool scoped,
                                                  const v1::CredentialScope& from) const;
  [[nodiscard]] msg::shared_secret whole(request_id id, v1::Request::CallCase call,
                                         const std::string& content, bool more);
  void forget_parts(v1::Request::CallCase next);
  void at(request_id id, const v1::AtRequest& m);
  void watch(request_id id, const v1::WatchRequest& m);

  /// The living socket this connection may act on; else answers the error itself (or runs
  /// `if_gone`, for a socket that has ended) and returns nothing.
  socket_handle granted(request_id id, std::uint64_t cookie,
                        const std::function<void()>& if_gone = {});
  void with_tombstone(request_id id, std::uint64_t cookie,
                      std::function<void(const msg::tombstone&)> use);
  void amend(request_id id, std::uint64_t cookie,
             std::function<result<msg::socket_shape>(const msg::tombstone&)> change,
             std::function<void(v1::Reply&)> fill);
  void amend_option(request_id id, std::uint64_t cookie, const msg::set_option& m);
  void amend_secure_option(request_id id, std::uint64_t cookie, const msg::set_secure_option& m);
  void grant(socket_cookie cookie, socket_handle actor);
  /// The link of a name ("": the default one), or a failure that names those there are.
  [[nodiscard]] result<supervisor_handle> link_named(std::string_view name) const;
  /// Of a socket that exists, so that its device was checked.
  [[nodiscard]] supervisor_handle link_of(const msg::socket_shape& shape) const;
  [[nodiscard]] link_kind kind_of(const msg::socket_shape& shape) const;
  void get_device(request_id id, std::uint64_t cookie);
  void set_device(request_id id, const v1::SetOptionRequest& m);
  void choose_pdn(request_id id, const socket_handle& actor, const msg::move_channel& back,
                  pdn_id pdn, std::function<void()> chosen);
  [[nodiscard]] msg::move_channel move_to(const std::string& device) const;
  void names_reply(request_id id, const msg::socket_names& names);

  void reply(request_id id, v1::Reply& answer, shared_descriptor attached = nullptr);
  /// Done, and there is nothing else to say.
  void acknowledge(request_id id);
  void refuse(request_id id, const failure& why);
  /// What no engine here speaks, the log says too.
  void refuse_secure(request_id id, const failure& why);
  /// The error continuation of a forwarded request.
  [[nodiscard]] auto refusal(request_id id) {
    return [this, id](const failure& why) { refuse(id, why); };
  }

  client_seed seed_;
  std::optional<watcher> watcher_;
  bool greeted_ = false;
  program_id session_{};
  secret parts_;  // of a credential that is not whole yet
  v1::Request::CallCase parts_of_ = v1::Request::CALL_NOT_SET;
  std::size_t in_flight_ = 0;
  std::map<socket_cookie, socket_handle> grants_;  // an empty handle: the socket has ended
  std::map<caf::actor_addr, socket_cookie> by_actor_;
  std::deque<socket_cookie> ended_;  // grants without a socket, oldest first
};

}  // namespace cellsock
