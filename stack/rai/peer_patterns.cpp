// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/peer_patterns.hpp"

#include <algorithm>
#include <array>

namespace cellsock {
namespace {

/// Services whose servers answer a datagram with one: a single exchange is proof enough. CoAP's may
/// answer later, apart from the acknowledgement; then the exchange shows it.
constexpr std::array<std::uint16_t, 3> request_reply_ports{53 /*DNS*/, 123 /*NTP*/, 5683 /*CoAP*/};

constexpr unsigned same_needed = 3;
/// Three lost replies in a row look like silence too.
constexpr unsigned silent_needed = 5;
/// A peer that answered once may do so again: its silence has to be long.
constexpr unsigned silent_needed_after_answer = 10;
constexpr unsigned surprises_max = 8;

std::string key_of(transport kind, const endpoint& peer) {
  return (kind == transport::stream ? "t" : "u") + to_string(peer);
}

unsigned needed(const endpoint& peer, transport kind, unsigned surprises) {
  const bool known = kind == transport::datagram &&
                     std::find(request_reply_ports.begin(), request_reply_ports.end(), peer.port) !=
                         request_reply_ports.end();
  return (known ? 1 : same_needed) + same_needed * surprises;
}

}  // namespace

peer_patterns::record& peer_patterns::record_of(transport kind, const endpoint& peer) {
  auto key = key_of(kind, peer);
  if (const auto known = peers_.find(key); known != peers_.end()) {
    used_.splice(used_.begin(), used_, known->second.used);
    return known->second;
  }
  if (!peers_.empty() && peers_.size() >= peers_max_) {
    peers_.erase(used_.back());
    used_.pop_back();
  }
  used_.push_front(key);
  auto& fresh = peers_[std::move(key)];
  fresh.used = used_.begin();
  return fresh;
}

void peer_patterns::surprise(record& r) {
  r.surprises = std::min(r.surprises + 1, surprises_max);
  r.once = r.silent = r.answered = 0;
}

void peer_patterns::learn(transport kind, const endpoint& peer, const rai_exchange& seen) {
  if (seen.requests == 0) return;
  auto& r = record_of(kind, peer);
  const bool once = kind == transport::datagram && seen.replies == seen.requests;
  if (seen.replies == 0) {
    // A reply that was lost on its way says nothing against one reply each; it just proves nothing.
    if (r.once == 0 && r.answered > 0) surprise(r);
    ++r.silent;
    return;
  }
  if (r.silent > 0 && !r.ever_answered) surprise(r);
  r.ever_answered = true;
  r.silent = 0;
  if (once) {
    ++r.once;
  } else {
    if (r.once > 0) surprise(r);
    r.once = 0;
  }
  ++r.answered;
  r.longest_gap = std::max(r.longest_gap, seen.longest_gap);
}

void peer_patterns::contradict(transport kind, const endpoint& peer) {
  auto& r = record_of(kind, peer);
  r.ever_answered = true;
  surprise(r);
}

peer_patterns::guess peer_patterns::guess_of(transport kind, const endpoint& peer) const {
  const auto known = peers_.find(key_of(kind, peer));
  if (known == peers_.end()) return {};
  const auto& r = known->second;
  const auto enough = needed(peer, kind, r.surprises);
  if (r.once >= enough && r.silent == 0) return {peer_manner::one_reply, {}};
  const auto silence = r.ever_answered ? silent_needed_after_answer : silent_needed;
  if (r.silent >= silence + same_needed * r.surprises) return {peer_manner::silent, {}};
  const std::chrono::milliseconds quiet =
      std::max<std::chrono::milliseconds>(limits::rai_settle, 2 * r.longest_gap);
  if (r.answered >= same_needed * (1 + r.surprises) && r.silent == 0 &&
      quiet <= limits::rai_quiet_max)
    return {peer_manner::answers, quiet};
  return {};
}

}  // namespace cellsock
