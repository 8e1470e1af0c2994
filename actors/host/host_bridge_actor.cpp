// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_bridge_actor.hpp"

#include <algorithm>

#include "actors/host/host_interfaces.hpp"
#include "actors/host/host_limits.hpp"

namespace cellsock::host {
namespace {

msg::link_rules rules() {
  const datagram_rules any{.payload_bytes_max = limits::datagram_bytes_max, .empty_allowed = true};
  return {any, any, {limits::chunk_bytes_max, true}};
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
        const auto interface = seed_.interfaces.empty() ? std::string() : seed_.interfaces.front();
        const auto id = m.id;
        sockets_[id].socket = std::make_shared<host_socket>(
            socket_identity{id, m.family, m.kind, std::move(m.owner), interface}, this, loop_);
      },
      [this](const msg::connect_socket& m) { return connect(m); },
      [this](const msg::bind_socket& m) -> caf::result<msg::socket_bound> {
        auto* socket = find(m.id);
        if (socket == nullptr) return to_error(fail(errc::bad_socket));
        const auto bound = socket->bind({m.address, m.port});
        if (!bound) return to_error(bound.error());
        return msg::socket_bound{*bound};
      },
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
      [](const msg::run_at&) -> caf::result<msg::at_answered> {
        return to_error(fail(errc::unsupported_operation, "the host link has no modem"));
      },
      [this](const msg::get_bridge_report&) {
        return msg::bridge_report{status(), rules(), {}};
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
  for (auto& [t, waiting] : lookups_) waiting.deliver(to_error(fail(errc::link_down)));
  lookups_.clear();
}

host_socket* host_bridge_actor::find(socket_id id) {
  const auto known = sockets_.find(id);
  return known == sockets_.end() ? nullptr : known->second.socket.get();
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

// ---- names ----

caf::result<msg::name_resolved> host_bridge_actor::resolve(msg::resolve_name& m) {
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
  rearm();
}

void host_bridge_actor::rearm() {
  auto next = connects_.next();
  if (const auto name = names_.next(); name && (!next || *name < *next)) next = name;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;  // an early tick is harmless
  armed_for_ = next;
  const std::chrono::nanoseconds wait = *next - clock().now();
  delayed_send(this, std::max(std::chrono::nanoseconds(0), wait), msg::tick{++generation_});
}

// ---- reports ----

link_status host_bridge_actor::status() const {
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
  if (seed_.supervisor) send(seed_.supervisor, msg::link_changed{status(), rules()});
}

}  // namespace cellsock::host
