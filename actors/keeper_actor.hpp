// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/change_queue.hpp"
#include "actors/credential_files.hpp"
#include "actors/program_sessions.hpp"
#include "actors/secure_kit.hpp"
#include "stack/limits.hpp"
#include "stack/tls/session_cache.hpp"

namespace cellsock {

/// What the keeper needs of the kit that it is itself a part of.
struct keeper_seed {
  std::shared_ptr<workers> aside = {};
  std::shared_ptr<tls::random_source> random = {};  // null: no tickets, no sessions of programs
  std::function<calendar_time()> today = {};
  std::string directory = {};  // of durable credentials
};

/// Credentials by tag, the sessions of programs that some of them live with, and what handshakes
/// come back with. One per daemon: shell over the store, its files, the cache of TLS sessions and
/// the keys of tickets.
class keeper_actor final : public keeper_handle::base {
public:
  keeper_actor(caf::actor_config& config, keeper_seed seed, const reactor& loop);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct adding;

  void load();
  caf::result<msg::handshake_prepared> prepare(const msg::prepare_handshake& m);
  [[nodiscard]] std::shared_ptr<const tls::ticket_keys> ticket_keys();
  void renew_tickets(const msg::tickets_aged& m);
  caf::result<msg::session_opened> open(const msg::open_session& m);
  void over(program_id session);

  // keeper_changes.cpp
  caf::result<msg::credentials_added> add(const msg::add_credential& m);
  caf::result<msg::credentials_added> generate(const msg::generate_credential& m);
  caf::result<msg::credential_deleted> remove(const msg::delete_credential& m);
  caf::result<msg::credential_compared> compare(const msg::compare_credential& m);
  void commit(adding& job);
  void refuse(adding& job, const failure& why);
  [[nodiscard]] status may_add(const credential_owner& owner, sec_tag tag, credential_type type,
                               std::size_t bytes, bool replace);
  void deleted(const msg::delete_credential& m);
  void aside(std::function<void()> work, std::function<void()> after);

  keeper_seed seed_;
  credential_store store_;
  credential_files files_;  // on workers, one change at a time
  program_sessions programs_;
  change_queue changes_;
  tls::session_cache sessions_{limits::tls_sessions_cached_max, limits::tls_session_age_max};
  std::shared_ptr<const tls::ticket_keys> tickets_;
  bool tickets_used_ = false;  // since they were made
};

}  // namespace cellsock
