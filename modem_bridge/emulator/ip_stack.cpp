// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/ip_stack.hpp"

#include <algorithm>
#include <utility>

namespace cellsock::emulator {
namespace {

using namespace std::chrono_literals;

/// A closed socket keeps trying to deliver what it accepted for this long, like a FIN-WAIT timer.
constexpr auto closing_max = 60s;

bool passed(const std::optional<time_point>& due, time_point now) {
  return due && *due <= now;
}

}  // namespace

ip_stack::socket_state* ip_stack::find(pcb socket) {
  const auto found = sockets_.find(socket);
  return found == sockets_.end() ? nullptr : &found->second;
}

const ip_stack::socket_state* ip_stack::find(pcb socket) const {
  const auto found = sockets_.find(socket);
  return found == sockets_.end() ? nullptr : &found->second;
}

pcb ip_stack::open(bool datagram, ip_family family, int cid) {
  const pcb id{next_++};
  sockets_[id].datagram = datagram;
  sockets_[id].family = family;
  sockets_[id].cid = cid;
  return id;
}

void ip_stack::move_to(pcb id, int cid) {
  if (socket_state* socket = find(id)) socket->cid = cid;
}

void ip_stack::drop(socket_state& socket, bool abort) {
  if (socket.flow) network_.close(*socket.flow, abort);
  for (const arrived_connection& waiting : socket.pending) network_.close(waiting.flow, true);
  socket.flow.reset();
  socket.pending.clear();
}

void ip_stack::close(pcb id, bool abort, time_point now) {
  socket_state* socket = find(id);
  if (!socket) return;
  if (!abort && !socket->dead && !socket->outbound.empty() &&
      (socket->datagram || socket->at == stage::connected)) {
    socket->closing = true;
    socket->closing_until = now + closing_max;
    return;
  }
  // The FIN is a packet too.
  if (!abort && !socket->dead && !socket->datagram && socket->at == stage::connected &&
      air_.carries(socket->cid))
    (void)air_.leaves(id, 0, now);
  drop(*socket, abort);
  sockets_.erase(id);
}

void ip_stack::end_by_peer(pcb id, bool abort, time_point now) {
  socket_state* socket = find(id);
  if (!socket || socket->datagram || socket->at != stage::connected) return;
  if (abort) {
    socket->outbound.clear();
    socket->outbound_bytes = 0;
    drop(*socket, true);
  }
  (abort ? socket->reset_due : socket->fin_due) = now;
}

void ip_stack::close_all() {
  for (auto& [id, socket] : sockets_) drop(socket, true);
  sockets_.clear();
}

void ip_stack::kill(pcb id) {
  socket_state* socket = find(id);
  if (!socket || socket->dead) return;
  drop(*socket, true);
  *socket = socket_state{.datagram = socket->datagram,
                         .family = socket->family,
                         .cid = socket->cid,
                         .at = stage::failed,
                         .dead = true};
}

void ip_stack::kill_closing(int cid) {
  for (auto it = sockets_.begin(); it != sockets_.end();) {
    socket_state& socket = it->second;
    if (!socket.closing || socket.cid != cid) {
      ++it;
      continue;
    }
    drop(socket, true);
    it = sockets_.erase(it);
  }
}

status ip_stack::need_flow(socket_state& socket) {
  if (socket.dead) return fail(errc::pdn_down);
  if (socket.flow) return done{};
  auto opened = network_.open_datagram(socket.family, {socket.local_port, socket.cid});
  if (!opened) return opened.error();
  socket.flow = *opened;
  return done{};
}

bool ip_stack::port_taken(const socket_state& by_other_than, std::uint16_t port) const {
  return std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& entry) {
    const socket_state& other = entry.second;
    return &other != &by_other_than && other.local_port == port &&
           other.datagram == by_other_than.datagram && other.family == by_other_than.family &&
           other.cid == by_other_than.cid;
  });
}

/// Closing a datagram socket frees its port at once. What it sent is still on the air here, and the
/// flow below holds the port, so the rest goes now.
void ip_stack::hasten_closed_holder(const socket_state& wants, std::uint16_t port) {
  for (auto it = sockets_.begin(); it != sockets_.end();) {
    socket_state& holder = it->second;
    if (!holder.closing || !holder.datagram || !wants.datagram || holder.family != wants.family ||
        holder.cid != wants.cid || holder.local_port != port) {
      ++it;
      continue;
    }
    for (const segment& part : holder.outbound)
      if (holder.flow && !send_blocked_)
        (void)network_.send_to(*holder.flow, translation_.outward(holder.cid, part.peer),
                               part.bytes);
    drop(holder, false);
    it = sockets_.erase(it);
  }
}

status ip_stack::bind(pcb id, std::uint16_t port) {
  socket_state* socket = find(id);
  if (!socket || socket->dead || socket->flow || socket->local_port != 0 ||
      socket->at != stage::idle)
    return fail(errc::invalid_argument);
  if (port != 0) hasten_closed_holder(*socket, port);
  if (port != 0 && port_taken(*socket, port)) return fail(errc::address_in_use);
  socket->local_port = port;
  if (!socket->datagram) return done{};
  auto bound = need_flow(*socket);
  if (!bound) socket->local_port = 0;
  return bound;
}

status ip_stack::listen(pcb id) {
  socket_state* socket = find(id);
  if (!socket || socket->datagram || socket->dead || socket->local_port == 0 ||
      socket->at != stage::idle)
    return fail(errc::invalid_argument);
  if (socket->listening) return done{};
  auto opened = network_.listen(socket->family, {socket->local_port, socket->cid});
  if (!opened) return opened.error();
  socket->flow = *opened;
  socket->listening = true;
  return done{};
}

std::optional<std::uint16_t> ip_stack::listening_on(pcb id) const {
  const socket_state* socket = find(id);
  return socket && socket->listening ? std::optional(socket->local_port) : std::nullopt;
}

bool ip_stack::unconnected_datagram(pcb id) const {
  const socket_state* socket = find(id);
  return socket && socket->datagram && socket->at != stage::connected;
}

std::optional<ip_stack::accepted> ip_stack::accept(pcb id) {
  socket_state* listener = find(id);
  if (!listener || listener->pending.empty()) return {};
  const arrived_connection first = listener->pending.front();
  listener->pending.pop_front();
  const pcb made = open(false, listener->family, listener->cid);
  socket_state& socket = sockets_[made];
  socket.at = stage::connected;
  socket.flow = first.flow;
  socket.remote = first.peer;
  return accepted{made, first.peer};
}

void ip_stack::connect(pcb id, const endpoint& remote) {
  socket_state* socket = find(id);
  if (!socket) return;
  socket->remote = remote;
  if (socket->dead) return;
  if (socket->datagram) {
    socket->at = need_flow(*socket) ? stage::connected : stage::failed;
    return;
  }
  socket->at = stage::connecting;
  socket->syn_waits = true;
}

ip_stack::stage ip_stack::stage_of(pcb id) const {
  const socket_state* socket = find(id);
  return socket ? socket->at : stage::failed;
}

void ip_stack::abandon_connect(pcb id) {
  socket_state* socket = find(id);
  if (!socket || socket->at != stage::connecting) return;
  drop(*socket, true);
  socket->at = stage::idle;
  socket->syn_waits = false;
  socket->syn_due.reset();
  socket->outcome_due.reset();
}

result<std::size_t> ip_stack::send(pcb id, std::span<const std::byte> bytes, time_point now) {
  socket_state* socket = find(id);
  if (!socket || socket->dead) return fail(errc::pdn_down);
  if (socket->at != stage::connected) return fail(errc::not_connected);
  if (passed(socket->reset_due, now)) return fail(errc::connection_reset);
  if (socket->datagram) return send_to(id, *socket->remote, bytes);
  const std::size_t limit = send_blocked_ ? 0 : stream_buffer_bytes;
  std::size_t taken = std::min(bytes.size(), limit - std::min(limit, socket->outbound_bytes));
  if (taken == 0) return std::size_t{0};
  if (send_budget_) {
    if (*send_budget_ == 0) return fail(errc::modem_error);
    taken = std::min(taken, *send_budget_);
    *send_budget_ -= taken;
  }
  socket->outbound.push_back(
      {{}, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken)}});
  socket->outbound_bytes += taken;
  return taken;
}

result<std::size_t> ip_stack::send_to(pcb id, const endpoint& remote,
                                      std::span<const std::byte> payload) {
  socket_state* socket = find(id);
  if (!socket || socket->dead) return fail(errc::pdn_down);
  if (!socket->datagram) return fail(errc::invalid_argument);
  if (payload.size() > datagram_bytes_max) return fail(errc::message_too_big);
  if (send_blocked_ || socket->outbound.size() >= datagrams_queued_max) return std::size_t{0};
  if (auto flow = need_flow(*socket); !flow) return flow.error();
  if (send_budget_) {
    if (*send_budget_ < payload.size()) return fail(errc::modem_error);
    *send_budget_ -= payload.size();
  }
  socket->outbound.push_back({{}, {payload.begin(), payload.end()}, 0, remote});
  return payload.size();
}

bool ip_stack::drained(pcb id) const {
  const socket_state* socket = find(id);
  return !socket || socket->outbound.empty();
}

std::size_t ip_stack::readable_bytes(pcb id, time_point now) const {
  const socket_state* socket = find(id);
  std::size_t bytes = 0;
  if (!socket) return bytes;
  for (const segment& part : socket->inbound)
    if (passed(part.due, now)) bytes += part.bytes.size() - part.used;
  return bytes;
}

ip_stack::received ip_stack::receive(pcb id, std::size_t bytes_max, bool peek, time_point now) {
  using outcome = received::outcome;
  socket_state* socket = find(id);
  if (!socket || socket->dead) return {outcome::failed};
  if (socket->datagram) {
    if (socket->inbound.empty() || !passed(socket->inbound.front().due, now)) return {};
    const segment& first = socket->inbound.front();
    received got{outcome::bytes, first.bytes, first.peer};
    if (got.payload.empty()) got.is = outcome::ended;  // an empty datagram reads as zero bytes
    if (got.payload.size() > bytes_max) got.payload.resize(bytes_max);  // the rest is lost
    if (!peek) socket->inbound.pop_front();
    return got;
  }
  received got;
  if (socket->remote) got.peer = *socket->remote;
  for (auto part = socket->inbound.begin();
       part != socket->inbound.end() && passed(part->due, now) && got.payload.size() < bytes_max;) {
    const std::size_t n = std::min(bytes_max - got.payload.size(), part->bytes.size() - part->used);
    const auto from = part->bytes.begin() + static_cast<std::ptrdiff_t>(part->used);
    got.payload.insert(got.payload.end(), from, from + static_cast<std::ptrdiff_t>(n));
    if (peek) {
      ++part;
      continue;
    }
    part->used += n;
    socket->inbound_bytes -= n;
    if (part->used == part->bytes.size())
      part = socket->inbound.erase(part);
    else
      break;
  }
  if (!got.payload.empty())
    got.is = outcome::bytes;
  else if (passed(socket->reset_due, now) || (socket->at != stage::connected))
    got.is = outcome::failed;
  else if (passed(socket->fin_due, now) && socket->inbound.empty())
    got.is = outcome::ended;
  return got;
}

unsigned ip_stack::poll(pcb id, time_point now) const {
  const socket_state* socket = find(id);
  if (!socket) return ready::nval;
  if (socket->dead) return dead_bits_;
  if (socket->listening) return socket->pending.empty() ? 0 : ready::in;
  const bool readable = !socket->inbound.empty() && passed(socket->inbound.front().due, now);
  if (socket->datagram) {
    const bool room = !send_blocked_ && socket->outbound.size() < datagrams_queued_max;
    return (readable ? ready::in : 0) | (room ? ready::out : 0);
  }
  if (socket->at != stage::connected) return 0;
  unsigned bits = readable ? ready::in : 0;
  if (passed(socket->reset_due, now)) return bits | ready::err | ready::hup;
  if (passed(socket->fin_due, now)) bits |= ready::in | ready::hup;
  if (!send_blocked_ && socket->outbound_bytes < stream_buffer_bytes) bits |= ready::out;
  return bits;
}

void ip_stack::set_policy(const std::string& where, connect_policy policy) {
  if (where.empty()) policies_.clear();
  policies_[where] = policy;
}

connect_policy ip_stack::policy_for(const endpoint& remote) const {
  for (const std::string& where : {to_string(remote), to_string(remote.address), std::string{}})
    if (const auto found = policies_.find(where); found != policies_.end()) return found->second;
  return connect_policy::normal;
}

std::optional<time_point> ip_stack::next_event(time_point now) const {
  std::optional<time_point> next = flooded_until_;
  const auto consider = [&](std::optional<time_point> when) {
    if (when && *when > now) next = sooner(next, when);
  };
  for (const auto& [id, socket] : sockets_) {
    consider(socket.syn_due);
    consider(socket.outcome_due);
    consider(socket.fin_due);
    consider(socket.reset_due);
    if (socket.closing) consider(socket.closing_until);
    for (const auto* queue : {&socket.outbound, &socket.inbound})
      for (const segment& part : *queue)
        if (part.due && *part.due > now) {
          consider(part.due);
          break;
        }
  }
  return next;
}

}  // namespace cellsock::emulator
