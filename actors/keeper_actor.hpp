// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/secure_kit.hpp"
#include "stack/limits.hpp"
#include "stack/tls/session_cache.hpp"

namespace cellsock {

/// What the keeper needs of the kit that it is itself a part of.
struct keeper_seed {
  std::shared_ptr<workers> aside = {};
  std::shared_ptr<tls::random_source> random = {};  // null: no tickets
  std::function<calendar_time()> today = {};
};

/// Credentials by tag, and what handshakes come back with. One per daemon: shell over the store,
/// the cache of sessions and the keys of tickets.
class keeper_actor final : public keeper_handle::base {
public:
  keeper_actor(caf::actor_config& config, keeper_seed seed);
  behavior_type make_behavior() override;

private:
  caf::result<msg::handshake_prepared> prepare(const msg::prepare_handshake& m);
  [[nodiscard]] std::shared_ptr<const tls::ticket_keys> ticket_keys();
  void renew_tickets(const msg::tickets_aged& m);

  keeper_seed seed_;
  credential_store store_;
  tls::session_cache sessions_{limits::tls_sessions_cached_max, limits::tls_session_age_max};
  std::shared_ptr<const tls::ticket_keys> tickets_;
  bool tickets_used_ = false;  // since they were made
};

}  // namespace cellsock
