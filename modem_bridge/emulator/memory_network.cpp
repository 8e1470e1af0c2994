// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/memory_network.hpp"

#include <algorithm>
#include <utility>

namespace cellsock::emulator {

std::vector<std::byte> memory_peer::take_received() {
  return std::exchange(received_, {});
}

void memory_peer::push(std::span<const std::byte> bytes) {
  outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
}

void memory_peer::push(std::string_view text) {
  push(std::as_bytes(std::span(text)));
}

memory_peer* memory_network::peer(const endpoint& where, std::size_t nth) {
  const auto found = made_.find(where_key(where));
  if (found == made_.end() || nth >= found->second.size()) return nullptr;
  return stream(found->second[nth]);
}

std::size_t memory_network::connections(const endpoint& where) const {
  const auto found = made_.find(where_key(where));
  return found == made_.end() ? 0 : found->second.size();
}

memory_peer* memory_network::knock(std::uint16_t port, const endpoint& from) {
  for (auto& [id, listener] : listeners_) {
    if (listener.port != port || listener.family != from.address.family) continue;
    const flow_id flow = add(where_key(from), {});
    listener.waiting.push_back({flow, from});
    return stream(flow);
  }
  return nullptr;
}

void memory_network::push_datagram(const endpoint& from, std::span<const std::byte> payload) {
  for (auto& [id, port] : ports_)
    if (port.family == from.address.family)
      port.waiting.push_back({from, {payload.begin(), payload.end()}});
}

bool memory_network::push_datagram(const endpoint& from, std::uint16_t to_port,
                                   std::span<const std::byte> payload) {
  for (auto& [id, port] : ports_) {
    if (port.local_port != to_port || port.family != from.address.family) continue;
    port.waiting.push_back({from, {payload.begin(), payload.end()}});
    return true;
  }
  return false;
}

flow_id memory_network::add(const key& where, memory_peer peer) {
  const flow_id flow{next_++};
  streams_.emplace(flow, std::move(peer));
  made_[where].push_back(flow);
  return flow;
}

memory_peer* memory_network::stream(flow_id flow) {
  const auto found = streams_.find(flow);
  return found == streams_.end() ? nullptr : &found->second;
}

result<flow_id> memory_network::connect(const endpoint& remote, local_end from) {
  const key where = where_key(remote);
  const auto service = services_.find(where);
  memory_peer peer;
  const behaviour how = service == services_.end() ? behaviour::refuse : service->second;
  peer.modem_port_ = from.port;
  peer.context_ = from.cid;
  peer.echo_ = how == behaviour::echo;
  peer.refuses_ = how == behaviour::refuse;
  peer.silent_ = how == behaviour::black_hole;
  return add(where, std::move(peer));
}

result<flow_id> memory_network::listen(ip_family family, local_end at) {
  for (const auto& [id, listener] : listeners_)
    if (listener.port == at.port && listener.family == family && listener.context == at.cid)
      return fail(errc::address_in_use);
  const flow_id flow{next_++};
  listeners_[flow] = {family, at.port, at.cid, {}};
  return flow;
}

std::optional<arrived_connection> memory_network::accept(flow_id listener) {
  const auto found = listeners_.find(listener);
  if (found == listeners_.end() || found->second.waiting.empty()) return {};
  const arrived_connection first = found->second.waiting.front();
  found->second.waiting.pop_front();
  return first;
}

flow_status memory_network::look(flow_id flow) {
  const memory_peer* peer = stream(flow);
  if (!peer || peer->closed_) return {flow_stage::failed, errc::bad_socket};
  if (peer->refuses_) return {flow_stage::failed, errc::connection_refused};
  if (peer->silent_) return {flow_stage::connecting, errc::none};
  if (peer->reset_) return {flow_stage::failed, errc::connection_reset};
  return {flow_stage::open, errc::none};
}

result<std::size_t> memory_network::send(flow_id flow, std::span<const std::byte> bytes) {
  memory_peer* peer = stream(flow);
  if (!peer || peer->closed_ || peer->reset_) return fail(errc::connection_reset);
  const std::size_t taken = std::min(bytes.size(), peer->window_);
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(taken);
  if (peer->echo_) peer->outgoing_.insert(peer->outgoing_.end(), bytes.begin(), end);
  peer->received_.insert(peer->received_.end(), bytes.begin(), end);
  if (peer->window_ != static_cast<std::size_t>(-1)) peer->window_ -= taken;
  return taken;
}

result<stream_read> memory_network::receive(flow_id flow, std::span<std::byte> into) {
  memory_peer* peer = stream(flow);
  if (!peer || peer->closed_) return fail(errc::bad_socket);
  const std::size_t n = std::min(into.size(), peer->outgoing_.size());
  const auto end = peer->outgoing_.begin() + static_cast<std::ptrdiff_t>(n);
  std::copy(peer->outgoing_.begin(), end, into.begin());
  peer->outgoing_.erase(peer->outgoing_.begin(), end);
  if (n > 0) return stream_read{n, false};
  if (peer->reset_) return fail(errc::connection_reset);
  return stream_read{0, peer->finished_};
}

result<flow_id> memory_network::open_datagram(ip_family family, local_end at) {
  for (const auto& [id, port] : ports_)
    if (at.port != 0 && port.local_port == at.port && port.family == family &&
        port.context == at.cid)
      return fail(errc::address_in_use);
  const flow_id flow{next_++};
  ports_[flow] = {family, at.port, at.cid, {}};
  return flow;
}

status memory_network::send_to(flow_id flow, const endpoint& remote,
                               std::span<const std::byte> payload) {
  const auto found = ports_.find(flow);
  if (found == ports_.end()) return fail(errc::bad_socket);
  sent_.push_back(
      {remote, found->second.local_port, found->second.context, {payload.begin(), payload.end()}});
  if (datagram_echoes_.contains(where_key(remote)))
    found->second.waiting.push_back({remote, {payload.begin(), payload.end()}});
  return done{};
}

std::optional<arrived_datagram> memory_network::receive_from(flow_id flow) {
  const auto found = ports_.find(flow);
  if (found == ports_.end() || found->second.waiting.empty()) return {};
  arrived_datagram first = std::move(found->second.waiting.front());
  found->second.waiting.pop_front();
  return first;
}

void memory_network::close(flow_id flow, bool abort) {
  if (memory_peer* peer = stream(flow)) {
    peer->closed_ = true;
    peer->aborted_ = abort;
  }
  listeners_.erase(flow);
  ports_.erase(flow);
}

}  // namespace cellsock::emulator
