// SPDX-License-Identifier: Apache-2.0
#include "actors/names_actor.hpp"

#include <algorithm>
#include <random>

#include "actors/ask.hpp"
#include "actors/log.hpp"
#include "stack/dns/name.hpp"

namespace cellsock {
namespace {

bool carries(const msg::network_interface& network, ip_family family) {
  const auto& all = network.addresses;
  return all.empty() ||
         std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.family == family; });
}

std::vector<ip_address> reached(std::vector<ip_address> servers,
                                const msg::network_interface& network) {
  std::erase_if(servers, [&](const auto& one) { return !carries(network, one.family); });
  return servers;
}

}  // namespace

struct names_actor::inquiry {
  name_question question;
  pdn_id pdn{};
  std::vector<ip_family> families = {};
  std::vector<ip_address> network_servers = {};
  std::vector<ip_address> chosen_servers = {};
  std::vector<dns::source> left = {};  // whom to ask, the next first
  msg::owner who = {};                 // the first who asked
  bool begun = false;                  // somebody was asked
  bool woken = false;                  // the network was asked to come up
  pdn_id called{};  // what the modem calls it: it may have another id when it is up
  failure why{errc::name_try_again, "there is no name server to ask"};
};

names_actor::names_actor(caf::actor_config& config, names_seed seed)
    : names_handle::base(config), seed_(std::move(seed)) {
  if (!seed_.random)
    seed_.random = [] { return static_cast<std::uint32_t>(std::random_device{}()); };
}

names_actor::behavior_type names_actor::make_behavior() {
  return {
      [this](const msg::resolve_name& m) { return resolve(m); },
      [this](const msg::set_dns& m) {
        if (m.server)
          chosen_[m.family] = *m.server;
        else
          chosen_.erase(m.family);
        cache_.forget();  // another server may say otherwise
        return msg::option_set{};
      },
      [this](msg::names_link& m) { link_changed(m); },
      [this](const msg::resolver_idle& m) {
        const auto known = resolvers_.find(m.pdn);
        if (known != resolvers_.end() && known->second.idle == m.generation &&
            known->second.open == 0)
          release(m.pdn);
      },
      [this](const msg::stop_all&) { quit(); },
  };
}

void names_actor::on_exit() {
  while (!resolvers_.empty()) release(resolvers_.begin()->first);
  for (auto& [question, those] : waiting_)
    for (auto& one : those) one.deliver(to_error(fail(errc::stopping)));
  waiting_.clear();
  link_ = {};
  seed_.random = {};
  seed_.ids = {};
  seed_.supervisor = nullptr;
}

void names_actor::link_changed(msg::names_link& m) {
  if (m.bridge != link_.bridge)
    while (!resolvers_.empty()) release(resolvers_.begin()->first);
  link_ = std::move(m);
  // Another network, or the same with other addresses, has other answers.
  if (!link_.ready) {
    cache_.forget();
    silent_until_.clear();
  }
  while (resolvers_.size() > link_.sockets_free) {
    const auto idle = std::find_if(resolvers_.begin(), resolvers_.end(),
                                   [](const auto& one) { return one.second.open == 0; });
    release((idle == resolvers_.end() ? resolvers_.begin() : idle)->first);
  }
}

// ---- questions ----

caf::result<msg::name_resolved> names_actor::resolve(const msg::resolve_name& m) {
  auto what = std::make_shared<inquiry>();
  what->pdn = what->called = m.pdn.value_or(pdn_id{});
  what->question = {m.host, m.family, {}};
  what->who = m.who;
  if (what->pdn != pdn_id{}) what->question.pdn = what->pdn;
  if (const auto* known = cache_.find(what->question, clock().now())) {
    if (!*known) return to_error(known->error());
    return msg::name_resolved{**known};
  }
  if (!link_.bridge) return to_error(fail(errc::link_down, "the modem's bridge is started again"));
  auto answer = make_response_promise<msg::name_resolved>();
  auto& those = waiting_[what->question];
  those.push_back(answer);
  if (those.size() > 1) return answer;
  look(what);
  return answer;
}

void names_actor::look(const shared_inquiry& what) {
  ask(this, link_.bridge, limits::actor_reply_max, msg::get_interfaces{},
      on<msg::interfaces>([this, what](const msg::interfaces& there) { plan(what, there); }),
      [this, what](const failure& why) { ended(what, why, {}); });
}

/// Its first use, which activates it; only then are its servers known.
void names_actor::wake(const shared_inquiry& what) {
  what->woken = true;
  ask(this, link_.bridge, limits::resolve_max, msg::order_pdn{what->pdn, true, false},
      on<msg::order_done>([this, what](const msg::order_done& up) {
        what->called = up.pdn;
        look(what);
      }),
      [this, what](const failure& why) { ended(what, why, {}); });
}

void names_actor::plan(const shared_inquiry& what, const msg::interfaces& there) {
  const bool first = what->pdn == pdn_id{};
  msg::network_interface network;
  bool known = first;
  bool up = first;
  for (const auto& one : there.all) {
    if (one.pdn != what->called) continue;
    // A host's default network is all its interfaces.
    network.addresses.insert(network.addresses.end(), one.addresses.begin(), one.addresses.end());
    if (network.name_servers.empty()) network.name_servers = one.name_servers;
    known = true;
    up = up || one.up;
  }
  if (!up && !what->woken && seed_.kind == link_kind::modem && link_.ready) return wake(what);
  if (!known)
    return ended(what,
                 fail(errc::no_device, "there is no packet data network " +
                                           std::to_string(number(what->pdn)) + " on " + seed_.link),
                 {});
  if (const auto literal = parse_address(what->question.host)) {
    const auto family = what->question.family.value_or(literal->family);
    if (family == literal->family) return ended(what, std::vector{*literal}, {});
    return ended(what, fail(errc::name_not_found, "an address of the other family"), {});
  }
  if (what->question.family)
    what->families = {*what->question.family};
  else
    for (const auto family : {ip_family::v4, ip_family::v6})
      if (carries(network, family)) what->families.push_back(family);
  what->network_servers = reached(network.name_servers, network);
  for (const auto& [family, server] : chosen_) what->chosen_servers.push_back(server);
  what->chosen_servers = reached(std::move(what->chosen_servers), network);
  what->left = dns::route({.link = seed_.kind,
                           .default_network = first,
                           .both_families = what->families.size() > 1,
                           .link_finds_both = link_.finds_both,
                           .network_names_servers = !what->network_servers.empty(),
                           .server_chosen = !what->chosen_servers.empty()});
  // A link that is not ready says what is wrong with it; nothing can be sent over it.
  if (!link_.ready && first) what->left = {dns::source::link};
  if (!link_.ready && !first)
    return ended(what, fail(errc::link_down, seed_.link + " is not ready"), {});
  ask_next(what);
}

void names_actor::ask_next(const shared_inquiry& what) {
  if (what->left.empty()) return ended(what, what->why, {});
  const auto whom = what->left.front();
  what->left.erase(what->left.begin());
  if (whom == dns::source::link) return ask_link(what);
  if (whom == dns::source::network && !what->left.empty() && was_silent(what->pdn))
    return ask_next(what);
  ask_servers(what, whom);
}

bool names_actor::was_silent(pdn_id pdn) {
  const auto known = silent_until_.find(pdn);
  if (known == silent_until_.end()) return false;
  if (clock().now() < known->second) return true;
  silent_until_.erase(known);
  return false;
}

void names_actor::begin(const shared_inquiry& what) {
  if (std::exchange(what->begun, true) || !seed_.supervisor) return;
  send(seed_.supervisor, msg::lookup_moves{what->who, true});
}

void names_actor::ask_link(const shared_inquiry& what) {
  begin(what);
  const auto& question = what->question;
  ask(this, link_.bridge, limits::resolve_max,
      msg::resolve_name{question.host, question.family, question.pdn, {}},
      on<msg::name_resolved>(
          [this, what](msg::name_resolved& r) { ended(what, std::move(r.addresses), {}); }),
      [this, what](const failure& why) { ended(what, why, {}); });
}

void names_actor::ask_servers(const shared_inquiry& what, dns::source whose) {
  auto name = dns::wire_name(what->question.host);
  if (!name) return ended(what, name.error(), {});
  const auto own = resolver_of(what->pdn);
  if (!own) return ended(what, own.error(), {});
  begin(what);
  ++(*own)->open;
  const auto born = (*own)->born;
  const bool network = whose == dns::source::network;
  // Where others can be asked too, nobody waits for three rounds of the network's.
  const auto rounds = network && !what->left.empty() ? 1 : dns::limits::rounds;
  ask(this, (*own)->actor, limits::resolve_max,
      msg::look_up{std::move(*name), what->families,
                   network ? what->network_servers : what->chosen_servers, rounds},
      on<msg::looked_up>([this, what, born, network](msg::looked_up& r) {
        answered(what->pdn, born);
        if (r.why.code == errc::none) return ended(what, std::move(r.addresses), r.good_for);
        if (network && r.why.code == errc::name_try_again)
          silent_until_[what->pdn] = clock().now() + dns::limits::silence_remembered;
        ended(what, r.why, r.good_for);
      }),
      [this, what, born](const failure& why) {
        answered(what->pdn, born);
        ended(what, why, {});
      });
}

/// By whom it was asked last. Others are asked after trouble; an answer of either kind is kept.
void names_actor::ended(const shared_inquiry& what, const name_cache::answer& said,
                        std::optional<std::chrono::milliseconds> good_for) {
  if (!said) {
    what->why = said.error();
    if (!what->left.empty() && dns::worth_another(what->why.code)) return ask_next(what);
    // A program knows no name servers' sockets.
    if (what->why.code == errc::no_handle) what->why.code = errc::name_try_again;
  }
  if (what->begun && seed_.supervisor) send(seed_.supervisor, msg::lookup_moves{what->who, false});
  cache_.store(what->question, said, clock().now(), good_for);
  const auto those = waiting_.extract(what->question);
  if (those.empty()) return;
  for (auto& one : those.mapped())
    if (said)
      one.deliver(msg::name_resolved{*said});
    else
      one.deliver(to_error(what->why));
}

// ---- our own ----

result<names_actor::resolver*> names_actor::resolver_of(pdn_id pdn) {
  const auto known = resolvers_.find(pdn);
  if (known != resolvers_.end()) return &known->second;
  if (resolvers_.size() >= link_.sockets_free)
    return fail(errc::no_handle, "programs hold every socket of " + seed_.link);
  resolver_seed seed{seed_.link, pdn, link_.bridge, seed_.ids, seed_.server_port, seed_.random};
  const resolver made{resolver_handle(spawn<resolver_actor>(std::move(seed))), ++generation_};
  return &resolvers_.emplace(pdn, made).first->second;
}

void names_actor::answered(pdn_id pdn, std::uint64_t born) {
  const auto known = resolvers_.find(pdn);
  if (known == resolvers_.end() || known->second.born != born) return;  // it was given up
  if (--known->second.open > 0) return;
  known->second.idle = ++generation_;
  delayed_send(this, dns::limits::socket_linger, msg::resolver_idle{pdn, generation_});
}

void names_actor::release(pdn_id pdn) {
  const auto known = resolvers_.find(pdn);
  if (known == resolvers_.end()) return;
  send(known->second.actor, msg::release_socket{});
  resolvers_.erase(known);
}

}  // namespace cellsock
