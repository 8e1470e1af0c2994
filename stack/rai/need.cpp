// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/need.hpp"

#include <algorithm>

namespace cellsock {
namespace {

using namespace std::chrono_literals;

/// A request without a reply for so long was not answered.
constexpr auto unanswered_after = 10s;

}  // namespace

rai_hint rai_need::guess(const endpoint& to, const peer_patterns& peers) const {
  // A stream's packets are acknowledged, and its reply has no end that a packet shows.
  if (!may_guess() || kind_ == transport::stream) return rai_hint::none;
  switch (peers.guess_of(kind_, to).manner) {
    case peer_manner::one_reply: return rai_hint::one_response;
    case peer_manner::silent: return rai_hint::last;
    default: return rai_hint::none;
  }
}

peer_patterns::guess rai_need::guess_of_peer(const peer_patterns& peers) const {
  if (!may_guess() || !to_) return {};
  return peers.guess_of(kind_, *to_);
}

void rai_need::wait(rai_wait what, time_point until) noexcept {
  waits_ = what;
  until_ = until;
  if (what != rai_wait::replies) owed_ = 0;
}

void rai_need::sends(rai_hint hint, bool guessed, const endpoint& to, peer_patterns& peers,
                     time_point now) {
  if (hint != rai_hint::none && !guessed) spoke_ = true;
  begin_exchange(to, peers, now);
  switch (hint) {
    case rai_hint::no_data: break;  // goes with no chunk
    case rai_hint::last:
      // A reply to an earlier datagram is still wanted, and a guess is no answer to a doubt.
      if (guessed && waits_ != rai_wait::nothing && waits_ != rai_wait::replies)
        wait(rai_wait::anything, now + limits::rai_unknown_max);
      else if (waits_ != rai_wait::replies)
        wait(rai_wait::nothing, now);
      break;
    case rai_hint::one_response:
      if (guessed && waits_ != rai_wait::nothing && waits_ != rai_wait::replies) {
        wait(rai_wait::anything, now + limits::rai_unknown_max);
        break;
      }
      waits_ = rai_wait::replies;
      until_ = now + limits::rai_reply_max;
      ++owed_;
      break;
    case rai_hint::ongoing:
    case rai_hint::wait_more: wait(rai_wait::kept, now + limits::rai_keep_max); break;
    case rai_hint::none:
      if (waits_ == rai_wait::kept)
        until_ = now + limits::rai_keep_max;
      else if (kind_ == transport::stream && guess_of_peer(peers).manner == peer_manner::silent)
        wait(rai_wait::settling, now + 2 * limits::rai_settle);  // acknowledgements
      else
        wait(rai_wait::anything, now + limits::rai_unknown_max);
      break;
    case rai_hint::count_: break;
  }
}

void rai_need::not_sent() noexcept {
  if (exchange_.requests > 0) --exchange_.requests;
  if (waits_ == rai_wait::replies && --owed_ == 0) waits_ = rai_wait::nothing;
}

void rai_need::stands(time_point now) noexcept {
  wait(rai_wait::anything, now + limits::rai_unknown_max);
}

void rai_need::done() noexcept {
  spoke_ = true;
  owed_ = 0;
  waits_ = rai_wait::nothing;
}

bool rai_need::receives(peer_patterns& peers, time_point now) {
  const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(now - moved_);
  if (exchange_.requests > 0) {
    ++exchange_.replies;
    exchange_.longest_gap = std::max(exchange_.longest_gap, gap);
  }
  moved_ = now;
  const auto manner = guess_of_peer(peers);
  switch (waits_) {
    case rai_wait::replies:
      if (kind_ == transport::stream) {
        wait(rai_wait::settling, now + limits::rai_settle);
        return false;
      }
      if (--owed_ > 0) return false;
      waits_ = rai_wait::nothing;
      return true;
    case rai_wait::settling:
      until_ = now + std::max<std::chrono::milliseconds>(manner.quiet, limits::rai_settle);
      return false;
    case rai_wait::anything:
      if (manner.manner == peer_manner::answers)
        wait(rai_wait::settling, now + manner.quiet);
      else
        until_ = now + limits::rai_unknown_max;
      return false;
    case rai_wait::kept: until_ = now + limits::rai_keep_max; return false;
    case rai_wait::nothing:
      // More than its program wanted, by its own word; or more than was guessed.
      if (spoke_) return false;
      if (exchange_.requests > 0 && to_) peers.contradict(kind_, *to_);
      exchange_ = {};
      wait(rai_wait::anything, now + limits::rai_unknown_max);
      return false;
  }
  return false;
}

bool rai_need::expires(peer_patterns& peers, time_point now) {
  if (waits_ == rai_wait::nothing || now < until_) return false;
  learn(peers, now);
  wait(rai_wait::nothing, now);
  return true;
}

void rai_need::closes(peer_patterns& peers, time_point now) {
  learn(peers, now);
}

void rai_need::begin_exchange(const endpoint& to, peer_patterns& peers, time_point now) {
  const bool answered = exchange_.replies > 0 && exchange_.replies >= exchange_.requests;
  const bool given_up = now - began_ >= unanswered_after;
  if (!to_ || *to_ != to || answered || given_up) {
    learn(peers, now);
    began_ = now;
    to_ = to;
  }
  // A stream's request is its bytes, in however many chunks.
  if (kind_ == transport::datagram || exchange_.requests == 0) ++exchange_.requests;
  moved_ = now;
}

void rai_need::learn(peer_patterns& peers, time_point now) {
  const bool tells = exchange_.replies > 0 || now - began_ >= unanswered_after;
  if (to_ && exchange_.requests > 0 && tells) peers.learn(kind_, *to_, exchange_);
  exchange_ = {};
}

}  // namespace cellsock
