// SPDX-License-Identifier: Apache-2.0
#include "actors/resolver_actor.hpp"

#include <algorithm>
#include <bit>

#include "actors/ask.hpp"
#include "actors/log.hpp"

namespace cellsock {
namespace {

/// To whoever asked for a name: the network itself is away, or its servers could not be asked.
failure of_name(const failure& why) {
  switch (why.code) {
    case errc::link_down:
    case errc::pdn_down:
    case errc::not_registered:
    case errc::registration_denied:
    case errc::no_sim:
    case errc::stopping: return why;
    default:
      return fail(errc::name_try_again,
                  "no name server can be asked: " + std::string(name(why.code)) +
                      (why.detail.empty() ? "" : ", " + why.detail));
  }
}

bool of_one_server(errc why) {
  return why == errc::network_unreachable || why == errc::host_unreachable ||
         why == errc::address_not_available || why == errc::connection_refused;
}

template <class Reply>
caf::result<Reply> not_a_programs() {
  return to_error(fail(errc::unsupported_operation, "the resolver's own socket"));
}

}  // namespace

resolver_actor::resolver_actor(caf::actor_config& config, resolver_seed seed)
    : resolver_handle::base(config),
      seed_(std::move(seed)),
      outgoing_(dns::limits::queries_max, dns::limits::send_wait) {}

resolver_actor::behavior_type resolver_actor::make_behavior() {
  return {
      [](const msg::connect_channel&) { return not_a_programs<msg::channel_connected>(); },
      [](const msg::bind_channel&) { return not_a_programs<msg::channel_bound>(); },
      [](const msg::listen_channel&) { return not_a_programs<msg::channel_listening>(); },
      [](const msg::begin_accepted&) { return not_a_programs<msg::channel_connected>(); },
      [](const msg::flush_channel&) { return not_a_programs<msg::channel_flushed>(); },
      [](const msg::get_option&) { return not_a_programs<msg::option_value>(); },
      [](const msg::set_option&) { return not_a_programs<msg::option_set>(); },
      [](const msg::move_channel&) { return not_a_programs<msg::option_set>(); },
      [](const msg::get_names&) { return not_a_programs<msg::socket_names>(); },
      [](const msg::get_reason&) { return not_a_programs<msg::end_reason>(); },
      [](const msg::channel_readable&) {},
      [](const msg::channel_writable&) {},
      [](const msg::channel_hung_up&) {},
      [](const msg::linger_over&) {},
      [](const msg::session_check&) {},
      [](const msg::flush_over&) {},
      [this](const msg::give_chunk&) { give(); },
      [this](const msg::chunk_sent&) { left(); },
      [this](const msg::datagram_dropped& m) { dropped(m.why); },
      [this](msg::received& m) { hear(m); },
      [](const msg::reception_ended&) {},
      [this](const msg::socket_broken& m) { fail_all(m.why); },
      [](const msg::connection_waiting&) {},
      [](const msg::set_secure_option&) -> caf::result<msg::option_set> {
        return to_error(fail(errc::unknown_option));
      },
      [](const msg::get_secure_option&) -> caf::result<msg::secure_option_value> {
        return to_error(fail(errc::unknown_option));
      },
      [](const msg::secure_news&) {},
      [](const msg::get_socket_report&) { return not_a_programs<msg::socket_report>(); },
      [this](const msg::stop_all&) {
        fail_all(fail(errc::stopping));
        quit();
      },
      [this](const msg::look_up& m) { return look_up(m); },
      [this](const msg::release_socket&) {
        fail_all(fail(errc::no_handle, "its socket was wanted by a program"));
        quit();
      },
      [this](const msg::tick& m) {
        if (m.generation != generation_) return;
        armed_for_.reset();
        const auto now = clock().now();
        for (auto& [t, one] : asking_) one.machine.expire(now);
        settle();
      },
  };
}

void resolver_actor::on_exit() {
  fail_all(fail(errc::link_down, "the resolver ended"));
  seed_.bridge = nullptr;
  seed_.random = {};
  seed_.ids = {};
}

caf::result<msg::looked_up> resolver_actor::look_up(const msg::look_up& m) {
  if (asking_.size() >= dns::limits::lookups_max)
    return to_error(fail(errc::name_try_again, "too many names are being looked up"));
  auto promise = make_response_promise<msg::looked_up>();
  asking_.emplace(++last_ticket_, asking{dns::lookup({.name = m.name,
                                                      .families = m.families,
                                                      .servers = m.servers,
                                                      .rounds = m.rounds,
                                                      .port = seed_.port},
                                                     seed_.random, clock().now()),
                                         promise});
  settle();
  return promise;
}

/// After every event: questions out, answers out, timer set.
void resolver_actor::settle() {
  for (auto next = asking_.begin(); next != asking_.end();) {
    auto& [t, one] = *next;
    for (auto& query : one.machine.take_queries())
      outgoing_.push({t, std::move(query)}, clock().now());
    if (one.machine.ended()) conclude(one);
    next = one.machine.ended() ? asking_.erase(next) : std::next(next);
  }
  offer_next();
  rearm();
}

void resolver_actor::conclude(asking& whose) {
  for (const auto& server : whose.machine.silent_servers())
    log::warn("name-server-silent",
              {{"link", seed_.link}, {"pdn", number(seed_.pdn)}, {"server", to_string(server)}});
  const auto& said = *whose.machine.ended();
  whose.promise.deliver(msg::looked_up{said.addresses, said.why, said.good_for});
}

// ---- questions ----

void resolver_actor::offer_next() {
  while (!outgoing_.empty() && asking_.count(outgoing_.front()->whose) == 0)
    (void)outgoing_.pop(clock().now());  // answered meanwhile
  if (offered_ || out_ || outgoing_.empty()) return;
  const auto& next = outgoing_.front()->query;
  if (socket_ && socket_->family != next.server.family) close();
  if (!socket_) {
    socket_ = open_socket{seed_.ids(), next.server.family};
    send(seed_.bridge,
         msg::declare_socket{socket_->id, socket_->family, transport::datagram, this, seed_.pdn});
    send(seed_.bridge, msg::want_receive{socket_->id, true});
  }
  offered_ = true;
  send(seed_.bridge, msg::offer{socket_->id, outgoing_.size(), next.bytes.size()});
}

void resolver_actor::give() {
  if (!offered_ || !socket_) return;
  offered_ = false;
  const auto fits = [this](const outgoing& one) {
    return one.query.server.family == socket_->family && asking_.count(one.whose) != 0;
  };
  if (const auto* next = outgoing_.front(); next != nullptr && fits(*next))
    out_ = outgoing_.pop(clock().now());
  if (!out_ || !fits(*out_)) {
    out_.reset();
    send(seed_.bridge, msg::chunk{socket_->id, {}});  // nothing after all
    return offer_next();
  }
  send(seed_.bridge,
       msg::datagram{socket_->id, endpoint{out_->query.server, seed_.port}, out_->query.bytes});
}

void resolver_actor::left() {
  const auto what = std::exchange(out_, std::nullopt);
  if (what)
    if (const auto whose = asking_.find(what->whose); whose != asking_.end())
      whose->second.machine.sent(what->query.server, what->query.family, clock().now());
  settle();
}

void resolver_actor::dropped(const failure& why) {
  const auto what = std::exchange(out_, std::nullopt);
  if (!of_one_server(why.code)) return fail_all(why);
  if (what)
    for (auto& [t, one] : asking_) one.machine.unreachable(what->query.server, clock().now());
  settle();
}

// ---- answers ----

void resolver_actor::hear(const msg::received& m) {
  if (!m.from) return refuse(m, "it tells no sender");
  using hearing = dns::lookup::hearing;
  auto heard = hearing::not_ours;
  for (auto& [t, one] : asking_) {
    heard = std::max(heard, one.machine.received(*m.from, m.data, clock().now()));
    if (heard == hearing::taken) break;
  }
  if (heard == hearing::not_ours) refuse(m, "nobody asked for it");
  if (heard == hearing::refused) refuse(m, "it is malformed");
  settle();
}

/// Told at powers of two: whoever forges answers sends thousands.
void resolver_actor::refuse(const msg::received& m, std::string_view why) {
  if (!std::has_single_bit(++refused_)) return;
  log::warn("name-answer-refused", {{"link", seed_.link},
                                    {"pdn", number(seed_.pdn)},
                                    {"from", m.from ? to_string(*m.from) : "?"},
                                    {"why", why},
                                    {"count", refused_}});
}

// ---- the end ----

void resolver_actor::fail_all(const failure& why) {
  auto those = std::exchange(asking_, {});
  for (auto& [t, one] : those) one.promise.deliver(to_error(of_name(why)));
  close();
}

void resolver_actor::close() {
  if (!socket_) return;
  send(seed_.bridge, msg::forget_socket{socket_->id});
  socket_.reset();
  offered_ = false;
  out_.reset();
}

void resolver_actor::rearm() {
  std::optional<std::chrono::steady_clock::time_point> next;
  for (const auto& [t, one] : asking_)
    if (const auto due = one.machine.deadline(); due && (!next || *due < *next)) next = due;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;  // an early tick is harmless
  armed_for_ = next;
  const std::chrono::nanoseconds wait = *next - clock().now();
  delayed_send(this, std::max(std::chrono::nanoseconds(0), wait), msg::tick{++generation_});
}

}  // namespace cellsock
