// SPDX-License-Identifier: Apache-2.0
// How bytes, connections and datagrams move between the sockets and the network behind the radio.
#include <utility>

#include "modem_bridge/emulator/ip_stack.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::size_t read_bytes = 2048;
/// Rounds and datagrams worked off at one time: a flood from outside must not stop the clock.
constexpr int rounds_max = 64;
constexpr int datagrams_per_round = 32;
constexpr auto flood_pause = std::chrono::milliseconds(1);

bool passed(const std::optional<time_point>& due, time_point now) {
  return due && *due <= now;
}

}  // namespace

void ip_stack::settle(time_point now) {
  flooded_until_.reset();
  for (int round = 0; round < rounds_max; ++round)
    if (!pump(now)) return;
  flooded_until_ = now + flood_pause;
}

bool ip_stack::pump(time_point now) {
  bool moved = false;
  for (auto it = sockets_.begin(); it != sockets_.end();) {
    const pcb id = it->first;
    socket_state& socket = it->second;
    moved |= pump_air(id, socket, now);
    if (socket.listening) {
      moved |= pump_listener(id, socket, now);
    } else if (socket.datagram) {
      moved |= pump_datagrams(id, socket, now);
    } else {
      moved |= pump_connect(id, socket, now);
      moved |= pump_out(socket, now);
      moved |= pump_in(id, socket, now);
    }
    if (socket.closing && (socket.outbound.empty() || now >= socket.closing_until)) {
      drop(socket, !socket.outbound.empty());
      it = sockets_.erase(it);
      moved = true;
    } else {
      ++it;
    }
  }
  return moved;
}

/// Hands to the radio what it takes now.
bool ip_stack::pump_air(pcb id, socket_state& socket, time_point now) {
  if (socket.outbound.empty() || socket.outbound.back().due || !air_.carries(socket.cid))
    return false;
  for (segment& part : socket.outbound)
    if (!part.due) part.due = air_.leaves(id, part.bytes.size(), now) + delay_;
  return true;
}

bool ip_stack::pump_listener(pcb id, socket_state& socket, time_point now) {
  bool moved = false;
  while (air_.hears(socket.cid)) {
    auto next = network_.accept(*socket.flow);
    if (!next) break;
    (void)air_.arrives(id, 0, now);
    if (socket.pending.size() < accept_backlog_)
      socket.pending.push_back(*next);
    else
      network_.close(next->flow, true);
    moved = true;
  }
  return moved;
}

bool ip_stack::pump_connect(pcb id, socket_state& socket, time_point now) {
  if (socket.at != stage::connecting) return false;
  bool moved = false;
  if (socket.syn_waits && air_.carries(socket.cid)) {
    socket.syn_waits = false;
    socket.syn_due = air_.leaves(id, 0, now) + delay_;
    moved = true;
  }
  const auto settle = [&](stage outcome) {
    socket.outcome = outcome;
    socket.outcome_due = air_.arrives(id, 0, now) + delay_;
    moved = true;
  };
  if (passed(socket.syn_due, now)) {
    socket.syn_due.reset();
    const connect_policy policy = policy_for(*socket.remote);
    if (policy == connect_policy::refuse) {
      settle(stage::failed);
    } else if (policy == connect_policy::normal) {
      auto flow = network_.connect(translation_.outward(socket.cid, *socket.remote),
                                   {socket.local_port, socket.cid});
      if (flow)
        socket.flow = *flow;
      else
        settle(stage::failed);
    }
    moved = true;
  }
  if (socket.flow && !socket.outcome_due) {
    const flow_status now_is = network_.look(*socket.flow);
    if (now_is.stage == flow_stage::open) settle(stage::connected);
    if (now_is.stage == flow_stage::failed) settle(stage::failed);
  }
  if (passed(socket.outcome_due, now)) {
    socket.outcome_due.reset();
    socket.at = socket.outcome;
    if (socket.at == stage::failed) {
      drop(socket, true);
      // A refused socket is as good as new: another connect may be tried on it.
      socket.at = stage::idle;
    }
    moved = true;
  }
  return moved;
}

bool ip_stack::pump_out(socket_state& socket, time_point now) {
  if (socket.at != stage::connected || !socket.flow || send_blocked_) return false;
  bool moved = false;
  while (!socket.outbound.empty() && passed(socket.outbound.front().due, now) &&
         !socket.reset_due) {
    segment& part = socket.outbound.front();
    auto taken = network_.send(*socket.flow, std::span(part.bytes).subspan(part.used));
    if (!taken) {
      socket.reset_due = now + delay_;
      socket.outbound.clear();
      socket.outbound_bytes = 0;
      return true;
    }
    if (*taken == 0) break;
    moved = true;
    part.used += *taken;
    socket.outbound_bytes -= *taken;
    if (part.used == part.bytes.size()) socket.outbound.pop_front();
  }
  return moved;
}

bool ip_stack::pump_in(pcb id, socket_state& socket, time_point now) {
  if (socket.at != stage::connected || !socket.flow || !air_.hears(socket.cid)) return false;
  bool moved = false;
  while (!socket.fin_due && !socket.reset_due && socket.inbound_bytes < stream_buffer_bytes) {
    std::vector<std::byte> bytes(read_bytes);
    auto got = network_.receive(*socket.flow, bytes);
    if (!got) {
      socket.reset_due = air_.arrives(id, 0, now) + delay_;
      moved = true;
    } else if (got->bytes > 0) {
      bytes.resize(got->bytes);
      socket.inbound_bytes += got->bytes;
      socket.inbound.push_back({air_.arrives(id, got->bytes, now) + delay_, std::move(bytes)});
      moved = true;
    } else if (got->ended) {
      socket.fin_due = air_.arrives(id, 0, now) + delay_;
      moved = true;
    } else {
      break;
    }
  }
  return moved;
}

bool ip_stack::answered_inside(pcb id, socket_state& socket, const segment& part, time_point now) {
  std::optional<std::vector<std::byte>> answer;
  if (!resident_ || !resident_(socket.cid, part.peer, part.bytes, answer)) return false;
  if (answer) arrive(id, socket, {part.peer, std::move(*answer)}, now);
  return true;
}

void ip_stack::arrive(pcb id, socket_state& socket, arrived_datagram&& got, time_point now) {
  const time_point due = air_.arrives(id, got.payload.size(), now) + delay_;
  const bool foreign = socket.at == stage::connected && socket.remote != got.peer;
  if (foreign || socket.inbound.size() >= datagrams_queued_max) return;
  socket.inbound.push_back({due, std::move(got.payload), 0, got.peer});
}

bool ip_stack::pump_datagrams(pcb id, socket_state& socket, time_point now) {
  if (!socket.flow) return false;
  bool moved = false;
  while (!send_blocked_ && !socket.outbound.empty() && passed(socket.outbound.front().due, now)) {
    const segment& part = socket.outbound.front();
    // UDP: nobody would hear of it.
    if (!answered_inside(id, socket, part, now))
      (void)network_.send_to(*socket.flow, translation_.outward(socket.cid, part.peer), part.bytes);
    socket.outbound.pop_front();
    moved = true;
  }
  for (int n = 0; n < datagrams_per_round && air_.hears(socket.cid); ++n) {
    auto got = network_.receive_from(*socket.flow);
    if (!got) break;
    moved = true;
    got->peer = translation_.inward(socket.cid, got->peer);
    arrive(id, socket, std::move(*got), now);
  }
  return moved;
}

}  // namespace cellsock::emulator
