// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/arbiter.hpp"

#include <algorithm>

namespace cellsock {

// ---- sockets ----

rai_arbiter::member* rai_arbiter::find(socket_id id) {
  const auto known = members_.find(id);
  return known == members_.end() ? nullptr : &known->second;
}

void rai_arbiter::opened(socket_id id, transport kind, bool guesses) {
  members_.insert_or_assign(id, member{.need = rai_need(kind, guesses && automatic_)});
}

void rai_arbiter::joined(socket_id id, const endpoint& peer) {
  if (auto* m = find(id)) m->peer = peer;
}

void rai_arbiter::parted(socket_id id) {
  if (auto* m = find(id)) m->peer.reset();
}

void rai_arbiter::closed(socket_id id, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return;
  m->need.closes(peers_, now);
  const bool guesses = m->need.guesses();
  members_.erase(id);
  if (guesses) want_release(rai_reason::closed, id, false, now + limits::rai_settle, now);
}

// ---- what they do ----

rai_word rai_arbiter::connecting(socket_id id, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return {};
  m->connecting = true;
  return keep_for_control(now);
}

void rai_arbiter::connect_ended(socket_id id, bool stands, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return;
  m->connecting = false;
  if (stands) m->need.stands(now);
}

void rai_arbiter::queued(socket_id id) {
  if (auto* m = find(id)) m->queued = true;
}

void rai_arbiter::nothing_queued(socket_id id) {
  if (auto* m = find(id)) m->queued = false;
}

rai_word rai_arbiter::before_chunk(socket_id id, rai_hint said, bool empties,
                                   const std::optional<endpoint>& to, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return {.tell = said, .wanted = said, .through = id};
  m->queued = !empties;
  m->in_flight = true;
  traffic(id);
  const auto peer = to ? to : m->peer;
  const bool by_program = said != rai_hint::none;
  const auto wanted = by_program || !peer || !empties ? said : m->need.guess(*peer, peers_);
  // A program's word overrides what was assumed of its socket; a guess does not, nor does it
  // answer for replies that are still to come.
  const bool awaited =
      m->need.waits() == rai_wait::replies || (!by_program && m->need.waits() != rai_wait::nothing);
  m->need.sends(wanted, !by_program, peer.value_or(endpoint{}), peers_, now);
  if (!row_of(wanted).releases) {
    // Kept by its own word, or by an answer to an earlier hint.
    if (by_program) {
      disarm(now);
      return {wanted, wanted, rai_reason::program_said, id, {}};
    }
    return m->need.waits() == rai_wait::nothing ? rai_word{} : keep(id, now);
  }
  auto obstacle = this->obstacle(id);
  if (!obstacle && m->queued) obstacle = rai_word{.why = rai_reason::bytes_queued, .because = id};
  if (!obstacle && awaited) obstacle = rai_word{.why = rai_reason::reply_awaited, .because = id};
  // A release that is on its way does not wait for a reply to what is sent now.
  if (!obstacle && armed_ && wanted == rai_hint::one_response)
    obstacle = rai_word{.why = rai_reason::keep_for_other};
  const auto reason = by_program                 ? rai_reason::program_said
                      : wanted == rai_hint::last ? rai_reason::silent_peer
                                                 : rai_reason::one_reply_peer;
  if (!obstacle && !by_program && !verdict_.worth(wanted, now))
    obstacle = rai_word{.why = rai_reason::not_heeded};
  if (!obstacle) {
    arm(wanted, id, by_program, std::nullopt);
    return {wanted, wanted, reason, id, {}};
  }
  auto word = keep(id, now);
  want_release(by_program ? rai_reason::now_true : reason, id, by_program, now, now);
  word.wanted = wanted;
  word.why = obstacle->why;
  word.because = obstacle->because;
  return word;
}

void rai_arbiter::sent(socket_id id, bool left, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return;
  m->in_flight = false;
  if (!left) m->need.not_sent();
  // Its own word of that may be lost behind a payload.
  if (left && connected_) connected_ = true;
  if (armed_ && armed_->who == id && armed_->hint == rai_hint::last && !armed_->since)
    armed_->since = now;
}

void rai_arbiter::received(socket_id id, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return;
  const bool its_reply = armed_ && armed_->who == id && armed_->hint == rai_hint::one_response;
  if (!its_reply) traffic(id);
  const bool ended = m->need.receives(peers_, now);
  if (its_reply) {
    if (!armed_->since) armed_->since = now;
  } else if (ended && m->need.may_guess()) {
    want_release(rai_reason::replied, id, false, now, now);
  }
}

rai_word rai_arbiter::no_data(socket_id id, time_point now) {
  auto* m = find(id);
  if (m == nullptr) return {};
  m->need.done();
  rai_word word{.wanted = rai_hint::no_data, .why = rai_reason::program_said, .through = id};
  if (const auto in_the_way = obstacle(std::nullopt)) {
    want_release(rai_reason::now_true, id, true, now, now);
    word.why = in_the_way->why;
    word.because = in_the_way->because;
    return word;
  }
  arm(rai_hint::no_data, id, true, now);
  word.tell = rai_hint::no_data;
  return word;
}

rai_word rai_arbiter::lookup_begins(time_point now) {
  ++lookups_;
  return keep_for_control(now);
}

void rai_arbiter::lookup_ends(bool guesses, time_point now) {
  if (lookups_ > 0) --lookups_;
  if (armed_) armed_->clean = false;
  if (guesses && automatic_)
    want_release(rai_reason::name_known, socket_id{}, false, now + limits::rai_lookup_settle, now);
}

// ---- what was told ----

void rai_arbiter::arm(rai_hint hint, socket_id who, bool by_program,
                      std::optional<time_point> since) {
  armed_ = armed_hint{hint, who, by_program, true, since};
  wish_.reset();  // it comes true by this
}

void rai_arbiter::disarm(time_point now) {
  if (!armed_) return;
  const auto was = *armed_;
  armed_.reset();
  want_release(was.by_program ? rai_reason::now_true : rai_reason::replied, was.who, was.by_program,
               now, now);
}

rai_word rai_arbiter::keep(socket_id through, time_point now) {
  if (!armed_) return {.through = through};
  disarm(now);
  return {rai_hint::ongoing, rai_hint::none, rai_reason::keep_for_other, through, {}};
}

rai_word rai_arbiter::keep_for_control(time_point now) {
  if (!armed_) return {};
  armed_->clean = false;
  const auto preferred = armed_->who;
  auto word = keep(preferred, now);
  if (!members_.contains(preferred)) word.through = voice(preferred);
  return word;
}

void rai_arbiter::traffic(socket_id of) {
  if (armed_ && (armed_->who != of || armed_->since)) armed_->clean = false;
}

void rai_arbiter::want_release(rai_reason why, socket_id who, bool by_program,
                               time_point not_before, time_point now) {
  // One radio, one wish: whoever comes to it later may have to wait longer.
  const auto until = std::max(not_before, now) + limits::rai_withheld_max;
  if (!wish_) {
    wish_ = wish{why, who, by_program, not_before, until};
    return;
  }
  wish_->not_before = std::max(wish_->not_before, not_before);
  wish_->until = std::max(wish_->until, until);
  if (wish_->by_program && !by_program) return;
  wish_->why = why;
  wish_->who = who;
  wish_->by_program = by_program;
}

// ---- the radio ----

void rai_arbiter::radio(bool connected, time_point now) {
  connected_ = connected;
  if (connected) return;
  wish_.reset();
  // The news is a little old: it may be of a release before what was told last.
  if (!armed_ || !armed_->since || now - *armed_->since < limits::rai_notice_lag) return;
  if (now - *armed_->since <= limits::rai_heeded_within) verdict_.heeded(armed_->hint);
  armed_.reset();
}

/// The radio is still connected long after it should have been released.
void rai_arbiter::judge(time_point now) {
  if (!armed_ || !armed_->since || now - *armed_->since <= limits::rai_heeded_within) return;
  if (connected_.value_or(false) && armed_->clean) verdict_.ignored(armed_->hint, now);
  armed_.reset();
}

void rai_arbiter::refused(rai_hint hint, time_point now) {
  verdict_.ignored(hint, now);
  if (armed_ && armed_->hint == hint) armed_.reset();
}

bool rai_arbiter::stale(const armed_hint& armed) const {
  if (armed.hint != rai_hint::one_response || armed.since) return false;
  const auto owner = members_.find(armed.who);
  return owner == members_.end() || owner->second.need.waits() != rai_wait::replies;
}

void rai_arbiter::untold() {
  armed_.reset();
}

std::optional<rai_word> rai_arbiter::obstacle(std::optional<socket_id> except) const {
  if (lookups_ > 0) return rai_word{.why = rai_reason::name_asked};
  for (const auto& [id, m] : members_) {
    if (except && id == *except) continue;
    if (m.queued || m.in_flight) return rai_word{.why = rai_reason::bytes_queued, .because = id};
    if (m.need.waits() == rai_wait::kept)
      return rai_word{.why = rai_reason::kept_by_program, .because = id};
    if (m.connecting || m.need.waits() != rai_wait::nothing)
      return rai_word{.why = rai_reason::reply_awaited, .because = id};
  }
  return std::nullopt;
}

std::optional<socket_id> rai_arbiter::voice(socket_id preferred) const {
  const auto wanted = members_.find(preferred);
  if (wanted != members_.end() && wanted->second.peer) return preferred;
  for (const auto& [id, m] : members_)
    if (m.peer && !m.connecting) return id;
  return std::nullopt;
}

std::vector<rai_word> rai_arbiter::due(time_point now) {
  std::vector<rai_word> words;
  for (auto& [id, m] : members_)
    if (m.need.expires(peers_, now) && m.need.may_guess())
      want_release(rai_reason::quiet, id, false, now, now);
  judge(now);
  if (!wish_ || now < wish_->not_before) return words;
  const auto w = *wish_;
  if (now >= w.until) {
    wish_.reset();
    words.push_back({.wanted = rai_hint::no_data, .why = rai_reason::too_late});
    return words;
  }
  if (!connected_.value_or(true)) {
    wish_.reset();  // released by itself
    return words;
  }
  if ((armed_ && !stale(*armed_)) || obstacle(std::nullopt)) return words;
  wish_.reset();
  if (!w.by_program && !verdict_.worth(rai_hint::no_data, now)) {
    words.push_back({.wanted = rai_hint::no_data, .why = rai_reason::not_heeded});
    return words;
  }
  arm(rai_hint::no_data, w.who, w.by_program, now);
  words.push_back({rai_hint::no_data, rai_hint::no_data, w.why, voice(w.who), {}});
  return words;
}

std::optional<rai_arbiter::time_point> rai_arbiter::wake(time_point now) const {
  std::optional<time_point> next;
  const auto sooner = [&next](time_point at) { next = next ? std::min(*next, at) : at; };
  for (const auto& [id, m] : members_)
    if (m.need.waits() != rai_wait::nothing) sooner(m.need.until());
  if (armed_ && armed_->since)
    sooner(*armed_->since + limits::rai_heeded_within + std::chrono::milliseconds(1));
  // Once its time has come only what happens can free it, or its end.
  if (wish_) sooner(wish_->not_before > now ? wish_->not_before : wish_->until);
  return next;
}

}  // namespace cellsock
