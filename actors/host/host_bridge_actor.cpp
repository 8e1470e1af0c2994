// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_bridge_actor.hpp"

#include <algorithm>

#include "actors/host/host_interfaces.hpp"
#include "actors/host/host_limits.hpp"
#include "actors/host/resolv_conf.hpp"

namespace cellsock::host {
namespace {

msg::link_rules rules() {
  const datagram_rules any{.payload_bytes_max = limits::datagram_bytes_max, .empty_allowed = true};
  return {any, any, {limits::chunk_bytes_max, limits::channel_bytes, true, true}};
}

}  // namespace

host_bridge_actor::host_bridge_actor(caf::actor_config& config, host_bridge_seed seed,
                                     const reactor& loop)
    : host_bridge_handle::base(config), seed_(std::move(seed)), loop_(loop) {}

host_bridge_actor::behavior_type host_bridge_actor::make_behavior() {
  const auto hear = [self = host_bridge_handle(this)](msg::lookup_ended answer) {
    caf::anon_send(self, std::move(answer));
  };
  resolver_ = seed_.look_up ? std::make_unique<host_resolver>(loop_, hear, seed_.look_up)
                            : std::make_unique<host_resolver>(loop_, hear);
  report_link();
  return {
      [this](msg::declare_socket& m) {
        if (sockets_.count(m.id) != 0) return;  // it was accepted here
        declare(m);
      },
      [this](const msg::connect_socket& m) { return connect(m); },
      [this](const msg::bind_socket& m) -> caf::result<msg::socket_bound> {
        auto* socket = find(m.id);
        if (socket == nullptr) return to_error(fail(errc::bad_socket));
        // Asked for a port alone: any address of the socket's own family.
        const bool own_family = m.address.family == socket->family();
        const auto bound =
            socket->bind({own_family ? m.address : ip_address{socket->family(), {}}, m.port});
        if (!bound) return to_error(bound.error());
        return msg::socket_bound{*bound};
      },
      [this](const msg::listen_socket& m) -> caf::result<msg::socket_listening> {
        auto* socket = find(m.id);
        if (socket == nullptr) return to_error(fail(errc::bad_socket));
        const auto local = socket->listen(m.backlog);
        if (!local) return to_error(local.error());
        return msg::socket_listening{*local};
      },
      [this](const msg::accept_socket& m) { return accept(m); },
      [this](const msg::set_link_option& m) -> caf::result<msg::option_set> {
        if (const auto set = set_option(m); !set) return to_error(set.error());
        return msg::option_set{};
      },
      [this](const msg::get_link_option& m) -> caf::result<msg::option_value> {
        const auto value = get_option(m);
        if (!value) return to_error(value.error());
        return msg::option_value{*value};
      },
      [this](const msg::flush_socket& m) { return begin_flush(m); },
      [this](const msg::close_socket& m) -> caf::result<msg::socket_closed> {
        release(m.id);
        return msg::socket_closed{};
      },
      [this](const msg::forget_socket& m) { release(m.id); },
      [this](const msg::offer& m) {
        if (auto* socket = find(m.id)) socket->offer(m.waiting);
      },
      [this](const msg::want_receive& m) {
        if (auto* socket = find(m.id)) socket->want_receive(m.wanted);
      },
      [this](msg::chunk& m) {
        if (auto* socket = find(m.id)) socket->chunk(std::move(m.data));
      },
      [this](msg::datagram& m) {
        if (auto* socket = find(m.id)) socket->datagram(m.peer, std::move(m.payload));
      },
      [this](const msg::finish_sending& m) {
        if (auto* socket = find(m.id)) socket->finish_sending();
      },
      [this](const msg::dissolve_peer& m) {
        if (auto* socket = find(m.id)) socket->dissolve();
      },
      [this](msg::resolve_name& m) { return resolve(m); },
      [this](const msg::get_interfaces&) { return interfaces(); },
      [](const msg::order_pdn&) -> caf::result<msg::order_done> {
        return to_error(fail(errc::unsupported_operation,
                             "a host link has the machine's own networks: `ip link set` does it"));
      },
      [](const msg::set_radio&) -> caf::result<msg::order_done> {
        return to_error(fail(errc::unsupported_operation, "a host link has no radio"));
      },
      [](const msg::run_at&) -> caf::result<msg::at_answered> {
        return to_error(fail(errc::unsupported_operation, "the host link has no modem"));
      },
      [](const msg::tell_hint&) -> caf::result<msg::option_set> {
        return to_error(fail(errc::unknown_option, "the host's network has no radio"));
      },
      [this](const msg::get_bridge_report&) {
        return msg::bridge_report{link_now(), rules(), {}};
      },
      [this](const msg::stop_bridge&) -> caf::result<msg::bridge_stopped> {
        stopped_ = true;
        let_go();
        quit();
        return msg::bridge_stopped{};
      },
      [](const msg::port_opened&) {},
      [](const msg::port_received&) {},  // there is no port
      [](const msg::port_drained&) {},
      [](const msg::port_closed&) {},
      [](const msg::port_lines&) {},
      [this](const msg::tick& m) {
        if (m.generation != generation_) return;
        armed_for_.reset();
        expire();
      },
      [this](const msg::host_connect_ended& m) { connect_ended(m.id); },
      [this](msg::lookup_ended& m) { lookup_ended(m); },
  };
}

void host_bridge_actor::on_exit() {
  let_go();
  seed_.supervisor = nullptr;
}

void host_bridge_actor::let_go() {
  resolver_.reset();
  for (auto& [id, one] : sockets_) {
    if (one.connect_due) one.connecting.deliver(to_error(fail(errc::link_down)));
    one.socket->close();
  }
  sockets_.clear();
  for (auto& [t, one] : flushes_) one.promise.deliver(to_error(fail(errc::link_down)));
  flushes_.clear();
  for (auto& [t, waiting] : lookups_) waiting.deliver(to_error(fail(errc::link_down)));
  lookups_.clear();
}

host_socket* host_bridge_actor::find(socket_id id) {
  const auto known = sockets_.find(id);
  return known == sockets_.end() ? nullptr : known->second.socket.get();
}

std::shared_ptr<host_socket> host_bridge_actor::make_socket(socket_id id, ip_family family,
                                                            transport kind, carried_handle owner) {
  auto interface = interface_of(0);
  return std::make_shared<host_socket>(
      socket_identity{id, family, kind, std::move(owner), interface ? *interface : std::string()},
      this, loop_);
}

void host_bridge_actor::declare(msg::declare_socket& m) {
  auto& one = sockets_[m.id];
  one.pdn = number(m.pdn);
  one.socket = make_socket(m.id, m.family, m.kind, m.owner);
  if (one.pdn == 0) return;
  const auto interface = interface_of(one.pdn);
  if (!interface)
    send(m.owner, msg::socket_broken{interface.error()});
  else if (const auto used = one.socket->use_interface(*interface); !used)
    send(m.owner, msg::socket_broken{used.error()});
}

void host_bridge_actor::release(socket_id id) {
  const auto known = sockets_.find(id);
  if (known == sockets_.end()) return;
  connects_.clear(id);
  if (known->second.connect_due)
    known->second.connecting.deliver(to_error(fail(errc::bad_socket, "closed meanwhile")));
  known->second.socket->close();
  sockets_.erase(known);
}

// ---- connect ----

caf::result<msg::socket_connected> host_bridge_actor::connect(const msg::connect_socket& m) {
  const auto known = sockets_.find(m.id);
  if (known == sockets_.end()) return to_error(fail(errc::bad_socket));
  auto& one = known->second;
  if (one.connect_due) return to_error(fail(errc::connect_pending));
  const auto begun = one.socket->connect(m.peer);
  if (!begun) return to_error(begun.error());
  if (*begun) return msg::socket_connected{one.socket->local()};
  one.connecting = make_response_promise<msg::socket_connected>();
  one.connect_due = true;
  connects_.set(m.id, clock().now() + m.timeout);
  rearm();
  return one.connecting;
}

void host_bridge_actor::connect_ended(socket_id id) {
  const auto known = sockets_.find(id);
  if (known == sockets_.end() || !known->second.connect_due) return;
  const auto how = known->second.socket->connect_ended();
  if (how && !*how) return;  // it goes on
  answer_connect(known->second, id, how);
}

void host_bridge_actor::answer_connect(held& whose, socket_id id, const result<bool>& how) {
  connects_.clear(id);
  whose.connect_due = false;
  auto answer = std::exchange(whose.connecting, {});
  if (how)
    answer.deliver(msg::socket_connected{whose.socket->local()});
  else
    answer.deliver(to_error(how.error()));
}

// ---- servers ----

caf::result<msg::socket_accepted> host_bridge_actor::accept(const msg::accept_socket& m) {
  auto* listener = find(m.listener);
  if (listener == nullptr) return to_error(fail(errc::bad_socket));
  auto child = make_socket(m.child, listener->family(), transport::stream, m.owner);
  const auto peer = listener->accept_into(*child);
  if (!peer) return to_error(peer.error());
  const auto local = child->local().value_or(endpoint{});
  sockets_[m.child].socket = std::move(child);
  return msg::socket_accepted{*peer, local};
}

// ---- options, flushes, interfaces ----

result<std::string> host_bridge_actor::interface_of(std::int64_t pdn) const {
  if (pdn == 0 && seed_.interfaces.empty()) return std::string();
  const auto place = static_cast<std::size_t>(pdn);
  if (pdn < 0 || place >= seed_.interfaces.size() || (pdn > 0 && seed_.interfaces[place].empty()))
    return fail(errc::no_device,
                "pdn" + std::to_string(pdn) + " has no interface here (host:?pdnN=NAME)");
  return seed_.interfaces[place];
}

status host_bridge_actor::set_option(const msg::set_link_option& m) {
  const auto known = sockets_.find(m.id);
  if (known == sockets_.end()) return fail(errc::bad_socket);
  auto& one = known->second;
  if (m.name != socket_option::pdn) return one.socket->set_option(m.name, m.value);
  const auto interface = interface_of(m.value);
  if (!interface) return interface.error();
  auto used = one.socket->use_interface(*interface);
  if (used) one.pdn = m.value;
  return used;
}

result<std::int64_t> host_bridge_actor::get_option(const msg::get_link_option& m) {
  const auto known = sockets_.find(m.id);
  if (known == sockets_.end()) return fail(errc::bad_socket);
  if (m.name == socket_option::pdn) return known->second.pdn;
  return known->second.socket->get_option(m.name);
}

caf::result<msg::socket_flushed> host_bridge_actor::begin_flush(const msg::flush_socket& m) {
  auto* socket = find(m.id);
  if (socket == nullptr) return to_error(fail(errc::bad_socket));
  if (m.probe || socket->flushed()) return msg::socket_flushed{};
  const auto t = ++last_ticket_;
  auto promise = make_response_promise<msg::socket_flushed>();
  flushes_.emplace(t, flush{m.id, promise, clock().now() + m.timeout});
  flush_checks_.set(t, clock().now() + limits::flush_pace_min);
  rearm();
  return promise;
}

/// The kernel tells nobody when the last byte is acknowledged: it is asked, ever more slowly.
void host_bridge_actor::check_flush(ticket t) {
  const auto known = flushes_.find(t);
  if (known == flushes_.end()) return;
  auto& one = known->second;
  auto* socket = find(one.id);
  const auto now = clock().now();
  if (socket == nullptr) {
    one.promise.deliver(to_error(fail(errc::bad_socket, "closed meanwhile")));
  } else if (socket->flushed()) {
    one.promise.deliver(msg::socket_flushed{});
  } else if (now >= one.until) {
    one.promise.deliver(to_error(fail(errc::timed_out, "flush: not acknowledged in time")));
  } else {
    one.pace = std::min<std::chrono::milliseconds>(one.pace * 2, limits::flush_pace_max);
    return flush_checks_.set(t, std::min(one.until, now + one.pace));
  }
  flushes_.erase(known);
}

msg::interfaces host_bridge_actor::interfaces() const {
  msg::interfaces to;
  const auto servers = machine_name_servers();
  const auto add = [&](const std::string& name, std::size_t pdn) {
    auto facts = read_interface(name);
    to.all.push_back({name, pdn_id{static_cast<std::uint8_t>(pdn)}, facts.up, facts.mtu,
                      std::move(facts.addresses), reached_by(servers, facts.loopback)});
  };
  if (!interface_of(0) || interface_of(0)->empty())
    for (const auto& name : interface_names()) add(name, 0);
  for (std::size_t pdn = 0; pdn < seed_.interfaces.size(); ++pdn)
    if (!seed_.interfaces[pdn].empty()) add(seed_.interfaces[pdn], pdn);
  return to;
}

// ---- names ----

caf::result<msg::name_resolved> host_bridge_actor::resolve(msg::resolve_name& m) {
  if (m.pdn && number(*m.pdn) != 0)
    return to_error(fail(errc::unsupported_operation,
                         "the machine's own resolver looks names up, whatever the interface"));
  const auto t = ++last_ticket_;
  if (auto asked = resolver_->ask({t, std::move(m.host), m.family}); !asked)
    return to_error(asked.error());
  names_.set(t, clock().now() + limits::lookup_max);
  rearm();
  auto promise = make_response_promise<msg::name_resolved>();
  lookups_.emplace(t, promise);
  return promise;
}

void host_bridge_actor::lookup_ended(msg::lookup_ended& m) {
  const auto known = lookups_.find(m.ticket);
  if (known == lookups_.end()) return;  // its time was over
  names_.clear(m.ticket);
  auto waiting = known->second;
  lookups_.erase(known);
  if (m.why.code == errc::none)
    waiting.deliver(msg::name_resolved{std::move(m.addresses)});
  else
    waiting.deliver(to_error(m.why));
}

// ---- time ----

void host_bridge_actor::expire() {
  const auto now = clock().now();
  for (const auto id : connects_.take_expired(now)) {
    const auto known = sockets_.find(id);
    if (known == sockets_.end()) continue;
    // What is left of the attempt ends with the socket, which its actor closes now.
    answer_connect(known->second, id, fail(errc::timed_out, "connect: no answer from the peer"));
  }
  for (const auto t : names_.take_expired(now)) {
    const auto known = lookups_.find(t);
    if (known == lookups_.end()) continue;
    resolver_->withdraw(t);
    known->second.deliver(to_error(fail(errc::name_try_again, "no answer within 30 s")));
    lookups_.erase(known);
  }
  for (const auto t : flush_checks_.take_expired(now)) check_flush(t);
  rearm();
}

void host_bridge_actor::rearm() {
  auto next = connects_.next();
  for (const auto& other : {names_.next(), flush_checks_.next()})
    if (other && (!next || *other < *next)) next = other;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;  // an early tick is harmless
  armed_for_ = next;
  const std::chrono::nanoseconds wait = *next - clock().now();
  delayed_send(this, std::max(std::chrono::nanoseconds(0), wait), msg::tick{++generation_});
}

// ---- reports ----

link_status host_bridge_actor::link_now() const {
  link_status now;
  now.state = stopped_ ? link_state::closed : link_state::ready;
  now.pdn_up = true;
  for (std::size_t pdn = 0; pdn < seed_.interfaces.size(); ++pdn) {
    const auto& name = seed_.interfaces[pdn];
    if (name.empty()) continue;
    const auto facts = read_interface(name);
    if (!facts.there && now.trouble.code == errc::none)
      now.trouble = fail(errc::no_device, "there is no interface " + name);
    if (pdn != 0) continue;
    now.pdn_up = facts.up;
    now.mtu = facts.mtu;
    for (const auto& address : facts.addresses) {
      auto& to = address.family == ip_family::v4 ? now.address : now.address6;
      if (!to) to = address;
    }
  }
  now.handles_used =
      static_cast<unsigned>(std::count_if(sockets_.begin(), sockets_.end(), [](const auto& one) {
        return one.second.socket->is_open();
      }));
  return now;
}

void host_bridge_actor::report_link() {
  if (seed_.supervisor) send(seed_.supervisor, msg::link_changed{link_now(), rules()});
}

}  // namespace cellsock::host
