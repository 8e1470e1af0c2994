// SPDX-License-Identifier: Apache-2.0
#include "actors/supervisor_actor.hpp"

#include <algorithm>

#include "actors/ask.hpp"
#include "actors/datagram_actor.hpp"
#include "actors/log.hpp"
#include "actors/secure_layer.hpp"
#include "actors/stream_actor.hpp"
#include "stack/limits.hpp"

namespace cellsock {

supervisor_actor::supervisor_actor(caf::actor_config& config, supervisor_seed seed,
                                   const reactor& loop)
    : supervisor_handle::base(config),
      seed_(std::move(seed)),
      loop_(loop),
      ids_([next = std::make_shared<std::uint32_t>(seed_.first_id), step = seed_.links] {
        return socket_id{std::exchange(*next, *next + step)};
      }),
      radio_(desk()),
      backoff_(limits::restart_backoff_min) {}

supervisor_actor::behavior_type supervisor_actor::make_behavior() {
  set_down_handler([this](caf::down_msg& m) { down(m); });
  if (!seed_.warning.empty())
    log::warn("port-warning", {{"link", seed_.name}, {"detail", seed_.warning}});
  start_names();
  start_bridge();
  return {
      [this](const msg::create_socket& m) { return create(m); },
      [this](const msg::adopt_socket& m) { return adopt(m); },
      [this](const msg::socket_moved& m) {
        const auto known = by_id_.find(m.id);
        if (known == by_id_.end()) return;
        const auto address = known->second;
        demonitor(address);
        remove(address);
        tell_names();
        finish_stop();
      },
      [this](const msg::connection_taken& m) {
        if (auto* c = find(m.id)) c->unused = false;
        log::info("connection-accepted", {{"link", seed_.name},
                                          {"socket", number(m.id)},
                                          {"listener", number(m.listener)},
                                          {"peer", to_string(m.peer)}});
      },
      [this](const msg::get_link_report&) { return report(); },
      [this](const msg::get_rules& m) { return msg::current_rules{datagrams_of(m.shape)}; },
      [this](msg::resolve_name& m) -> caf::result<msg::name_resolved> {
        return delegate(names_, std::move(m));
      },
      [this](const msg::lookup_moves& m) {
        if (m.begins)
          radio_.lookup_begins(m.who, clock().now());
        else
          radio_.lookup_ends(m.who, clock().now());
      },
      [this](const msg::get_interfaces& m) -> caf::result<msg::interfaces> {
        return delegate(bridge_, m);
      },
      [this](const msg::set_dns& m) -> caf::result<msg::option_set> { return delegate(names_, m); },
      [this](msg::run_at& m) -> caf::result<msg::at_answered> {
        return delegate(bridge_, std::move(m));
      },
      [this](const msg::order_pdn& m) -> caf::result<msg::order_done> {
        return delegate(bridge_, m);
      },
      [this](const msg::set_radio& m) -> caf::result<msg::order_done> {
        return delegate(bridge_, m);
      },
      [this](const msg::link_changed& m) { link_changed(m); },
      [this](const msg::socket_closing& m) {
        admitted_.release(m.id);
        tell_names();
      },
      [this](const msg::socket_ended& m) {
        if (m.stone.why.code != errc::none)
          log::info("socket-ended", {{"link", seed_.name},
                                     {"cookie", number(m.stone.cookie)},
                                     {"why", cellsock::name(m.stone.why.code)},
                                     {"detail", m.stone.why.detail}});
        if (seed_.directory) send(seed_.directory, m);
      },
      [this](const msg::radio_news& m) { radio_.news(m, clock().now()); },
      [this](const msg::ask_radio& m) { return radio_.word(m, clock().now()); },
      [this](const msg::radio_changed& m) { radio_.radio(m.connected, clock().now()); },
      [this](const msg::hint_refused& m) { radio_.refused(m.id, m.hint, clock().now()); },
      [this](const msg::radio_tick& m) {
        if (m.generation == radio_generation_) radio_.due(clock().now());
      },
      [this](const msg::get_radio_report&) {
        auto report = radio_.report(clock().now());
        report.has_radio = seed_.kind == link_kind::modem;
        return report;
      },
      [this](const msg::tick& m) {
        if (m.generation == generation_ && !stopping_) start_bridge();
      },
      [this](const msg::stop_all&) -> caf::result<msg::stopped> {
        stop_promise_ = make_response_promise<msg::stopped>();
        stopping_ = true;
        send(names_, msg::stop_all{});
        for (auto& [address, c] : children_) send(c.actor, msg::stop_all{});
        finish_stop();
        return stop_promise_;
      },
  };
}

void supervisor_actor::on_exit() {
  children_.clear();
  if (names_) send_exit(names_, caf::exit_reason::user_shutdown);
  names_ = nullptr;
  names_told_ = {};
  ids_ = {};
  bridge_ = nullptr;
  seed_.directory = nullptr;
  seed_.kit = {};
}

// ---- sockets ----

void supervisor_actor::add(child made, bool holds) {
  const auto address = made.actor.address();
  monitor(made.actor);
  by_id_.emplace(made.id, address);
  admitted_.add(made.id, made.who.uid, holds);
  if (seed_.kind == link_kind::modem) radio_.opened(made.id, made.shape.kind, made.who);
  children_.emplace(address, std::move(made));
}

supervisor_actor::child* supervisor_actor::find(socket_id id) {
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nullptr : &children_.at(known->second);
}

void supervisor_actor::remove(const caf::actor_addr& address) {
  const auto gone = children_.find(address);
  if (gone == children_.end()) return;
  by_id_.erase(gone->second.id);
  radio_.closed(gone->second.id, clock().now());
  admitted_.remove(gone->second.id);
  children_.erase(gone);
}

failure supervisor_actor::exhausted() const {
  std::string who;
  for (const auto& [address, c] : children_)
    if (admitted_.holds(c.id)) who += " " + c.who.program + "[" + std::to_string(c.who.pid) + "]";
  return fail(errc::no_handle, "all sockets of " + seed_.name + " are held by" + who);
}

const datagram_rules& supervisor_actor::rules_of(ip_family family) const {
  return family == ip_family::v4 ? rules_.v4 : rules_.v6;
}

failure supervisor_actor::refusal(const msg::owner& who) const {
  if (stopping_) return fail(errc::stopping);
  if (admitted_.size() >= seed_.sockets_max)
    return fail(errc::limit_reached, "sockets of " + seed_.name);
  if (admitted_.of_user(who.uid) >= seed_.sockets_per_uid_max)
    return fail(errc::limit_reached, "sockets of one user (sockets_per_uid_max)");
  return fail(errc::none);
}

bool supervisor_actor::full() const {
  return link_.handles_max > 0 && admitted_.holders() >= link_.handles_max;
}

caf::result<msg::socket_created> supervisor_actor::create(const msg::create_socket& m) {
  if (auto why = refusal(m.who); why.code != errc::none) return to_error(why);
  if (m.shape.secure && !seed_.kit.keeper)
    return to_error(fail(errc::unsupported_protocol, "this daemon was made without credentials"));
  const bool parked = full();
  // With another modem beside this one the program may be about to choose that. If it does not,
  // this modem says no when it is to be used.
  if (parked && m.accepted) return to_error(exhausted());
  if (parked && seed_.links == 1) {
    log::warn("sockets-exhausted", {{"link", seed_.name}, {"program", m.who.program}});
    return to_error(exhausted());
  }
  auto made = channel::make(m.shape.kind, loop_);
  if (!made) return to_error(made.error());
  const auto id = ids_();
  socket_seed seed{id,   made->cookie, m.shape,    m.who,      made->ours,   bridge_,
                   this, seed_.name,   seed_.kind, m.accepted, rules_.stream};
  carried_handle hears;
  if (m.shape.secure) {
    seed.layer = layer_for(id, m.shape);
    seed.bridge = seed.layer;
    seed.stream = streams_of(m.shape);
    seed.kit = seed_.kit;
    hears = seed.layer;
  }
  const auto actor = m.shape.kind == transport::stream ? spawn<stream_actor>(std::move(seed))
                                                       : spawn<datagram_actor>(std::move(seed));
  if (!hears) hears = actor;
  add({id, actor, made->cookie, m.shape, m.who, m.accepted}, !parked);
  tell_names();
  if (seed_.directory) send(seed_.directory, msg::socket_born{made->cookie, actor});
  if (!m.accepted)
    log::info("socket-opened", {{"link", seed_.name},
                                {"socket", number(id)},
                                {"cookie", number(made->cookie)},
                                {"pid", m.who.pid},
                                {"program", m.who.program}});
  return msg::socket_created{
      id, made->cookie, made->theirs, actor, datagrams_of(m.shape), streams_of(m.shape), hears};
}

caf::result<msg::socket_adopted> supervisor_actor::adopt(const msg::adopt_socket& m) {
  if (auto why = refusal(m.who); why.code != errc::none) return to_error(why);
  if (full()) {
    log::warn("sockets-exhausted", {{"link", seed_.name}, {"program", m.who.program}});
    return to_error(exhausted());
  }
  add({m.id, m.actor, m.cookie, m.shape, m.who}, true);
  tell_names();
  log::info("socket-moved", {{"link", seed_.name}, {"socket", number(m.id)}});
  const auto layer = m.shape.secure ? layer_for(m.id, m.shape) : layer_handle{};
  return msg::socket_adopted{layer ? carrier_handle(layer) : carrier_handle(bridge_), layer,
                             datagrams_of(m.shape), seed_.kind, streams_of(m.shape)};
}

// ---- secure sockets ----

layer_handle supervisor_actor::layer_for(socket_id id, const msg::socket_shape& shape) {
  return spawn_layer(*this, {id, shape.kind, bridge_, rules_.stream, rules_of(shape.family),
                             seed_.kit, seed_.name});
}

stream_rules supervisor_actor::streams_of(const msg::socket_shape& shape) const {
  return shape.secure ? secured(rules_.stream) : rules_.stream;
}

datagram_rules supervisor_actor::datagrams_of(const msg::socket_shape& shape) const {
  const auto& rules = rules_of(shape.family);
  return shape.secure ? secured(rules) : rules;
}

void supervisor_actor::down(const caf::down_msg& m) {
  if (bridge_ && m.source == bridge_.address()) return bridge_down(to_failure(m.reason));
  if (names_ && m.source == names_.address()) return names_down(m.reason);
  const auto gone = children_.find(m.source);
  if (gone == children_.end()) return;
  const child c = gone->second;
  remove(m.source);
  if (m.reason && m.reason != caf::exit_reason::user_shutdown) {
    // Not by its own table: a fault. It costs this one socket.
    const auto reason = system().render(m.reason);
    log::error("socket-crashed",
               {{"link", seed_.name}, {"socket", number(c.id)}, {"reason", reason}});
    if (bridge_) send(bridge_, msg::forget_socket{c.id});
    if (seed_.directory)
      send(seed_.directory, msg::socket_ended{msg::tombstone{
                                c.cookie, c.shape, fail(errc::internal), c.who, true, false}});
  }
  if (!c.unused) log::info("socket-closed", {{"link", seed_.name}, {"socket", number(c.id)}});
  tell_names();
  finish_stop();
}

// ---- names ----

void supervisor_actor::start_names() {
  names_seed seed{seed_.name, seed_.kind, ids_, {}, seed_.name_server_port, {}};
  if (seed_.kind == link_kind::modem) seed.supervisor = this;  // a radio is told when it may rest
  names_ = names_handle(spawn<names_actor>(std::move(seed)));
  monitor(names_);
  names_told_ = {};
  tell_names();
}

/// A fault of ours. It costs the lookups that were under way, what was remembered, and the server
/// that a program named.
void supervisor_actor::names_down(const caf::error& reason) {
  if (stopping_) return;
  log::error("names-crashed", {{"link", seed_.name}, {"reason", system().render(reason)}});
  start_names();
}

void supervisor_actor::tell_names() {
  const auto held = admitted_.holders();
  const auto free = link_.handles_max == 0     ? std::size_t(-1)
                    : held < link_.handles_max ? link_.handles_max - held
                                               : 0;
  const bool ready = link_.state == link_state::ready;
  const auto& told = names_told_;
  if (told.bridge == bridge_ && told.ready == ready && told.finds_both == rules_.finds_both &&
      told.sockets_free == free)
    return;
  names_told_ = {bridge_, ready, rules_.finds_both, free};
  send(names_, names_told_);
}

// ---- the bridge ----

radio_desk::seed supervisor_actor::desk() {
  return {.link = seed_.name,
          .automatic = seed_.rai_automatic,
          .unguessed = seed_.rai_unguessed,
          .tell =
              [this](std::optional<socket_id> through, rai_hint hint) {
                if (!bridge_) return;
                ask(this, bridge_, limits::actor_reply_max * 2, msg::tell_hint{through, hint},
                    on<msg::option_set>([](const msg::option_set&) {}),
                    [this, through, hint](const failure& why) {
                      if (why.code == errc::unknown_option)
                        radio_.refused(through, hint, clock().now());
                      else
                        radio_.untold(through, hint);
                    });
              },
          .wake_in =
              [this](std::chrono::nanoseconds span) {
                delayed_send(this, span, msg::radio_tick{++radio_generation_});
              }};
}

void supervisor_actor::start_bridge() {
  bridge_ = seed_.make_bridge(system(), this);
  monitor(bridge_);
  tell_names();
}

void supervisor_actor::bridge_down(const failure& why) {
  bridge_ = nullptr;
  if (bridge_stopping_) return finish_stop();
  radio_.radio(false, clock().now());
  log::error("bridge-crashed", {{"link", seed_.name}, {"why", why.detail}});
  link_.state = link_state::lost;
  link_.trouble = why;
  for (auto& [address, c] : children_)
    send(c.actor, msg::socket_broken{fail(errc::link_down, "the modem bridge was restarted")});
  if (!stopping_) tell_names();
  if (stopping_) return finish_stop();
  ++restarts_;
  delayed_send(this, backoff_, msg::tick{++generation_});
  backoff_ = std::min<std::chrono::milliseconds>(backoff_ * 2, limits::restart_backoff_max);
}

void supervisor_actor::link_changed(const msg::link_changed& m) {
  const bool news = m.link.state != link_.state || m.link.trouble != link_.trouble;
  if (m.link.lines && m.link.lines != link_.lines) say_lines(*m.link.lines);
  say_network(m.link);
  if (m.link.cell != link_.cell) radio_.cell_changed();
  link_ = m.link;
  rules_ = m.rules;
  tell_names();
  if (link_.state == link_state::ready) backoff_ = limits::restart_backoff_min;
  if (!news) return;
  if (link_.trouble.code == errc::none)
    return log::info("link-state", {{"link", seed_.name}, {"state", cellsock::name(link_.state)}});
  log::warn("link-state", {{"link", seed_.name},
                           {"state", cellsock::name(link_.state)},
                           {"trouble", cellsock::name(link_.trouble.code)},
                           {"detail", link_.trouble.detail},
                           {"advice", explain(link_.trouble.code)}});
}

/// What became of the registration and of packet networks.
void supervisor_actor::say_network(const link_status& now) const {
  if (now.network != link_.network || now.operator_plmn != link_.operator_plmn) {
    const bool refused = now.network == registration::denied || now.network == registration::no_sim;
    const log::fields what{{"link", seed_.name},
                           {"registration", cellsock::name(now.network)},
                           {"operator", now.operator_plmn},
                           {"technology", now.access_technology},
                           {"detail", now.trouble.detail}};
    refused ? log::warn("registration-changed", what) : log::info("registration-changed", what);
  }
  for (const auto& pdn : now.pdns) {
    const auto before = std::find_if(link_.pdns.begin(), link_.pdns.end(),
                                     [&](const auto& p) { return p.context == pdn.context; });
    const bool known = before != link_.pdns.end();
    if (known ? before->state == pdn.state && before->addresses == pdn.addresses
              : pdn.state == pdn_state::down)
      continue;
    std::string addresses;
    for (const auto& address : pdn.addresses)
      addresses += (addresses.empty() ? "" : " ") + to_string(address);
    const log::fields what{
        {"link", seed_.name}, {"pdn", number(pdn.id)},  {"state", cellsock::name(pdn.state)},
        {"apn", pdn.apn},     {"addresses", addresses}, {"detail", pdn.trouble.detail}};
    const bool gone = pdn.trouble.code != errc::none;
    gone ? log::warn("pdn-changed", what) : log::info("pdn-changed", what);
  }
}

void supervisor_actor::say_lines(const modem_lines& lines) const {
  const auto level = [](bool asserted) { return asserted ? "on" : "off"; };
  log::debug("modem-lines", {{"link", seed_.name},
                             {"dtr", level(lines.dtr)},
                             {"cts", level(lines.cts)},
                             {"ri", level(lines.ri)}});
}

// ---- stop ----

void supervisor_actor::finish_stop() {
  if (!stopping_ || !children_.empty()) return;
  if (bridge_ && !std::exchange(bridge_stopping_, true)) {
    const auto finished = [this] {
      bridge_ = nullptr;
      stop_promise_.deliver(msg::stopped{});
      quit();
    };
    ask(this, bridge_, limits::stop_max, msg::stop_bridge{},
        on<msg::bridge_stopped>([finished](const msg::bridge_stopped&) { finished(); }),
        [finished](const failure&) { finished(); });
    return;
  }
  if (!bridge_ && !bridge_stopping_) {
    bridge_stopping_ = true;
    stop_promise_.deliver(msg::stopped{});
    quit();
  }
}

}  // namespace cellsock
