// SPDX-License-Identifier: Apache-2.0
#include "actors/keeper_actor.hpp"

#include <bit>

#include "actors/log.hpp"

namespace cellsock {

keeper_actor::keeper_actor(caf::actor_config& config, keeper_seed seed, const reactor& loop)
    : keeper_handle::base(config),
      seed_(std::move(seed)),
      files_(seed_.directory),
      programs_(loop),
      changes_(seed_.aside) {}

keeper_actor::behavior_type keeper_actor::make_behavior() {
  load();
  return {
      [this](const msg::prepare_handshake& m) { return prepare(m); },
      [this](const msg::keep_session& m) {
        if (m.session) sessions_.store(m.key, m.session->copy(), clock().now());
      },
      [this](const msg::forget_session& m) { sessions_.forget(m.key); },
      [this](const msg::purge_sessions& m) { sessions_.purge(m.user); },
      [this](const msg::open_session& m) { return open(m); },
      [this](const msg::join_session& m) {
        return msg::session_joined{programs_.find(m.name, m.user)};
      },
      [this](const msg::add_credential& m) { return add(m); },
      [this](const msg::generate_credential& m) { return generate(m); },
      [this](const msg::delete_credential& m) { return remove(m); },
      [this](const msg::get_credential& m) -> caf::result<msg::credential_found> {
        auto known = store_.read(m.eyes, m.tag, m.type);
        if (!known) return to_error(known.error());
        return msg::credential_found{std::move(*known)};
      },
      [this](const msg::compare_credential& m) { return compare(m); },
      [this](const msg::list_credentials& m) {
        return msg::credentials_listed{store_.list(m.eyes, m.everybody)};
      },
      [this](const msg::tickets_aged& m) { renew_tickets(m); },
      [this](const msg::session_over& m) { over(m.id); },
      [this](const msg::change_stepped&) { changes_.returned(); },
  };
}

void keeper_actor::on_exit() {
  changes_.clear();
  programs_.clear();
  store_ = {};
  sessions_ = {limits::tls_sessions_cached_max, limits::tls_session_age_max};
  tickets_ = nullptr;
}

/// Once, before the loop runs. What cannot be used is said, and the daemon goes on.
void keeper_actor::load() {
  std::vector<std::string> remarks;
  auto records = files_.load(remarks);
  if (!records) return log::warn("credentials-unusable", {{"detail", records.error().detail}});
  for (const auto& record : *records) load_into(store_, record, seed_.today(), remarks);
  for (const auto& remark : remarks) log::warn("credential-remark", {{"detail", remark}});
  if (!records->empty()) log::info("credentials-loaded", {{"credentials", store_.size()}});
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

// ---- sessions of programs ----

caf::result<msg::session_opened> keeper_actor::open(const msg::open_session& m) {
  auto opened = programs_.open(m.who.eyes.uid, seed_.random.get(), this);
  if (opened) return std::move(*opened);
  const bool told = opened.error().code != errc::limit_reached ||
                    std::has_single_bit(programs_.refused());  // not a line for each
  if (told)
    log::warn("credential-session-refused", {{"pid", m.who.pid},
                                             {"uid", m.who.eyes.uid},
                                             {"count", programs_.refused()},
                                             {"why", cellsock::name(opened.error().code)},
                                             {"detail", opened.error().detail}});
  return to_error(opened.error());
}

void keeper_actor::over(program_id session) {
  programs_.end(session);
  const auto had = store_.forget(session);
  sessions_.purge(session);
  log::debug("credential-session-ended", {{"credentials", had}});
}

}  // namespace cellsock
