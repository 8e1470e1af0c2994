// SPDX-License-Identifier: Apache-2.0
// Packet data networks: activated when they are wanted, and what their loss does to sockets.
#include <algorithm>

#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/network_job.hpp"
#include "stack/reject_causes.hpp"

namespace cellsock {
namespace {

std::string called(const pdn_entry& pdn) {
  return "pdn" + std::to_string(number(pdn.settings.id));
}

}  // namespace

// ---- activating and deactivating ----

std::optional<failure> engine::impl::prepare(const modem_socket& entry) {
  auto why = core.not_ready(entry);
  if (!why || entry.context == first_context) return why;
  auto* pdn = core.pdns.find(entry.context);
  if (pdn == nullptr || pdn->foreign || pdn->life.active() || !may_activate()) return why;
  if (auto refused = pdn->life.refusal(core.now())) {
    refused->detail = called(*pdn) + ": " + refused->detail;
    return refused;
  }
  // What asks for it waits behind it in the queue.
  if (pdn->life.state() != pdn_state::activating) queue(activation(*pdn));
  return std::nullopt;
}

/// The attachment is there, or is just being asked about.
bool engine::impl::may_activate() const {
  const bool alive =
      core.link.state == link_state::ready || core.link.state == link_state::searching;
  return core.running && !stopped && alive && core.facts.registered();
}

job_ptr engine::impl::activation(pdn_entry& pdn) {
  const auto context = pdn.settings.context;
  pdn.life.happened(pdn_event::asked, core.now());
  core.facts.at(context).refused_for.reset();
  return std::make_unique<network_job>(
      core, activation_steps(),
      [this, context](const result<done>& how) { activated(context, how); }, context,
      network_job::abandoned::told);
}

void engine::impl::activated(cid context, const result<done>& how) {
  auto& pdn = core.pdns.get(context);
  const auto& facts = core.facts.at(context);
  if (!how) {
    pdn.life.happened(pdn_event::refused, core.now(), how.error());
  } else if (!facts.up()) {
    core.facts.at(context).lost();
    pdn.life.happened(pdn_event::refused, core.now(),
                      fail(errc::pdn_down, "it came without an address"));
  } else {
    pdn.look_due = false;
    pdn.life.happened(pdn_event::activated, core.now());
  }
  network_known();
}

job_ptr engine::impl::release(pdn_entry& pdn) {
  const auto context = pdn.settings.context;
  return std::make_unique<network_job>(
      core, release_steps(),
      [this, context](const result<done>& how) {
        if (!how) return;
        auto& gone = core.pdns.get(context);
        core.facts.at(context).lost();
        gone.life.happened(pdn_event::released, core.now());
        break_pdn(context, fail(errc::pdn_down, called(gone) + " was taken down"));
        network_known();
      },
      context);
}

/// What is to be done for some packet network now.
job_ptr engine::impl::pdn_job() {
  if (!may_activate()) return nullptr;
  for (auto& pdn : core.pdns.all()) {
    if (std::exchange(pdn.look_due, false))
      return std::make_unique<network_job>(
          core, look_steps(), [this](const result<done>&) { network_known(); },
          pdn.settings.context);
    if (pdn.foreign) continue;
    switch (pdn.life.due(core.now())) {
      case pdn_life::step::none: break;
      case pdn_life::step::activate: return activation(pdn);
      case pdn_life::step::deactivate: return release(pdn);
    }
  }
  return nullptr;
}

std::optional<time_point> engine::impl::pdn_at() const {
  if (!may_activate() || active || core.channel.busy()) return std::nullopt;
  std::optional<time_point> earliest;
  for (const auto& pdn : core.pdns.all())
    if (const auto next = pdn.foreign ? std::nullopt : pdn.life.next();
        next && (!earliest || *next < *earliest))
      earliest = next;
  return earliest;
}

void engine::impl::count_pdn_users() {
  for (auto& pdn : core.pdns.all())
    if (!pdn.foreign) pdn.life.used(core.table.use(pdn.settings.context), core.now());
}

// ---- what became of them ----

void engine::impl::packet_news_came(const packet_news& news, std::string_view text) {
  const auto told = std::string(text.substr(0, 40));
  switch (news.what) {
    case packet_change::none: return;
    case packet_change::lost:
      return pdn_lost(news.context, "the network took the packet data network down (" + told + ")");
    case packet_change::suspended:
    case packet_change::resumed: {
      const bool resumed = news.what == packet_change::resumed;
      auto& pdn = core.pdns.get(*news.context);
      pdn.life.happened(resumed ? pdn_event::resumed : pdn_event::suspended, core.now());
      if (resumed) look(*news.context);
      return;
    }
    case packet_change::look: return look(*news.context);
  }
}

void engine::impl::look(cid context) {
  if (context == first_context) return refresh_within({});
  auto& pdn = core.pdns.get(context);
  // An activation of ours reads all that by itself.
  if (pdn.life.state() != pdn_state::activating) pdn.look_due = true;
}

void engine::impl::pdn_lost(std::optional<cid> context, const std::string& why) {
  for (auto& pdn : core.pdns.all()) {
    const auto its = pdn.settings.context;
    if (context && *context != its) continue;
    core.facts.at(its).lost();
    pdn.look_due = false;
    pdn.life.happened(pdn_event::ended, core.now(), fail(errc::pdn_down, why));
    break_pdn(its, fail(errc::pdn_down, why));
  }
  network_known();
}

void engine::impl::break_pdn(cid context, const failure& why) {
  for (const auto id : core.table.with_handle())
    if (core.table.find(id)->context == context) core.break_socket(id, why);
  update_all_turns();
}

/// What was read tells of losses and arrivals that no notice told of.
void engine::impl::compare_pdns() {
  if (!core.running) return;
  for (unsigned i = 0; i < contexts_max; ++i) {
    const auto context = static_cast<cid>(i);
    const auto& facts = core.facts.at(context);
    const auto* known = std::as_const(core.pdns).find(context);
    const bool was = known != nullptr && known->life.active();
    if (was && !facts.active) {
      pdn_lost(context, "the packet data network went away");
    } else if (!was && facts.up() &&
               (known == nullptr || known->life.state() != pdn_state::activating)) {
      core.pdns.get(context).life.happened(pdn_event::activated, core.now());
    } else if (!was && facts.active && context != first_context && known == nullptr) {
      look(context);  // it is there, and nothing else is known of it
    }
  }
}

/// The network said why it refused one: maybe after the refusal itself.
void engine::impl::refusal_told(std::string_view text) {
  refusal_explained(text, core.facts);
  for (auto& pdn : core.pdns.all()) {
    const auto cause = core.facts.at(pdn.settings.context).refused_for;
    if (cause && pdn.life.trouble().code != errc::none && !pdn.life.active())
      pdn.life.explained(
          fail(errc::pdn_down, "the network refuses it: " + cause_text(esm_causes, "ESM", *cause)));
  }
}

void engine::impl::forget_pdns() {
  for (auto& pdn : core.pdns.all()) {
    pdn.life.happened(pdn_event::restarted, core.now());
    pdn.look_due = false;
  }
}

std::vector<pdn_status> engine::impl::pdn_states() const {
  std::vector<pdn_status> all;
  for (const auto& pdn : core.pdns.all()) {
    const auto& facts = core.facts.at(pdn.settings.context);
    pdn_status one;
    one.id = pdn.settings.context == first_context ? pdn_id{} : core.pdns.id_of(pdn, core.facts);
    one.context = pdn.settings.context;
    one.state = pdn.life.state();
    one.apn = facts.apn_defined.empty() ? pdn.settings.apn : facts.apn_defined;
    if (facts.address) one.addresses.push_back(*facts.address);
    if (facts.address6) one.addresses.push_back(*facts.address6);
    one.name_servers = facts.name_servers;
    one.mtu = facts.mtu;
    one.trouble = pdn.life.trouble();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace cellsock
