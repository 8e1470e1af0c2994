// SPDX-License-Identifier: Apache-2.0
#include "actors/keeper_actor.hpp"

#include "actors/log.hpp"

namespace cellsock {

keeper_actor::keeper_actor(caf::actor_config& config, keeper_seed seed)
    : keeper_handle::base(config), seed_(std::move(seed)) {}

keeper_actor::behavior_type keeper_actor::make_behavior() {
  return {
      [this](const msg::prepare_handshake& m) { return prepare(m); },
      [this](const msg::keep_session& m) {
        if (m.session) sessions_.store(m.key, m.session->copy(), clock().now());
      },
      [this](const msg::forget_session& m) { sessions_.forget(m.key); },
      [this](const msg::purge_sessions& m) { sessions_.purge(m.user); },
      [this](const msg::tickets_aged& m) { renew_tickets(m); },
  };
}

caf::result<msg::handshake_prepared> keeper_actor::prepare(const msg::prepare_handshake& m) {
  msg::handshake_prepared ready;
  auto contents = store_.resolve(m.eyes, m.tags);
  if (!contents) return to_error(contents.error());
  ready.tags = std::move(*contents);
  if (m.resume)
    if (auto known = sessions_.find(*m.resume, clock().now()))
      ready.resumption = std::make_shared<const secret>(std::move(*known));
  if (m.tickets) ready.tickets = ticket_keys();
  return ready;
}

// ---- tickets ----

/// None without randomness: handshakes go on without tickets then, or fail for that reason.
std::shared_ptr<const tls::ticket_keys> keeper_actor::ticket_keys() {
  tickets_used_ = true;
  if (tickets_ || !seed_.random) return tickets_;
  auto made = tls::ticket_keys::make(*seed_.random);
  if (!made) {
    log::error("no-entropy", {{"detail", made.error().detail}});
    return nullptr;
  }
  tickets_ = std::move(*made);
  delayed_send(this, limits::tls_ticket_age_max, msg::tickets_aged{});
  return tickets_;
}

/// Keys that nobody used for their whole life are wiped; the next server makes new ones.
void keeper_actor::renew_tickets(const msg::tickets_aged& m) {
  const auto old = std::exchange(tickets_, nullptr);
  if (!std::exchange(tickets_used_, false)) return;
  auto made = tls::ticket_keys::make(*seed_.random, old.get());
  if (!made) return log::error("no-entropy", {{"detail", made.error().detail}});
  tickets_ = std::move(*made);
  delayed_send(this, limits::tls_ticket_age_max, m);
}

}  // namespace cellsock
