// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/rrc_model.hpp"

#include <algorithm>
#include <utility>

namespace cellsock::emulator {

void rrc_model::attach(time_point now) {
  run(now);
  activity_ = now;
  if (!connected()) enter(state::connected, cause::attach, no_handle, now);
}

void rrc_model::detach(time_point now) {
  run(now);
  if (state_ != state::off) enter(state::off, cause::detach, no_handle, now);
  setup_.reset();
  update_from_.reset();
}

void rrc_model::signalling(time_point now) {
  run(now);
  if (connected()) activity_ = std::max(activity_, now);
}

time_point rrc_model::connect_at(time_point ready, const packet& what, time_point now) {
  if (connected()) return now;
  if (!setup_ || ready < setup_->due) setup_ = setup{ready, what.why, what.handle};
  const time_point due = setup_->due;
  if (due <= now) step(due);
  return std::max(due, now);
}

void rrc_model::crosses(time_point at, std::uint64_t& counter, std::size_t bytes) {
  activity_ = std::max(activity_, at);
  last_user_ = std::max(last_user_.value_or(at), at);
  counter += bytes;
  early_.reset();
}

time_point rrc_model::uplink(const packet& what, time_point now) {
  run(now);
  if (state_ == state::off) return now;
  const time_point at = connect_at(now + timing_.setup, what, now);
  crosses(at, up_, what.bytes);
  reply_awaited_ = what.hint == release_hint::one_response;
  if (what.hint == release_hint::last || what.hint == release_hint::no_data) plan(at);
  return at;
}

time_point rrc_model::downlink(const packet& what, time_point now) {
  run(now);
  if (state_ == state::off) return now;
  time_point paged = now;
  if (state_ == state::idle && cycle_ && *cycle_ > duration::zero()) {
    const auto cycles = (now - since_ + *cycle_ - duration(1)) / *cycle_;
    paged = since_ + cycles * *cycle_;
  }
  const time_point at = connect_at(paged + timing_.setup, what, now);
  crosses(at, down_, what.bytes);
  if (std::exchange(reply_awaited_, false)) plan(at);
  return at;
}

void rrc_model::hint(release_hint what, time_point now) {
  run(now);
  reply_awaited_ = false;
  early_.reset();
  if (what == release_hint::no_data && (connected() || setup_)) plan(std::max(now, activity_));
}

void rrc_model::plan(time_point from) {
  if (hints_allowed_ && timing_.honours_hints)
    early_ = early_release{from + timing_.early_release, true};
}

void rrc_model::set_power_saving(std::optional<duration> active, std::optional<duration> update) {
  active_ = active;
  // None at all rather than one after the other.
  update_ = update && *update > duration::zero() ? update : std::nullopt;
}

void rrc_model::enter(state next, cause why, int handle, time_point at) {
  transition t{++last_number_, at - start_, state_, next, why, handle, at - since_};
  if (connected()) {
    t.up = std::exchange(up_, 0);
    t.down = std::exchange(down_, 0);
    if (last_user_) t.tail = at - std::max(*last_user_, since_);
    sums_.up += t.up;
    sums_.down += t.down;
    sums_.tail += t.tail;
    sums_.connected += t.length;
    if (why == cause::hint) ++sums_.early_releases;
    last_user_.reset();
    early_.reset();
    reply_awaited_ = false;
    update_from_ = at;
  } else if (state_ == state::idle) {
    sums_.idle += t.length;
  } else if (state_ == state::asleep) {
    sums_.asleep += t.length;
  }
  if (next == state::connected) ++sums_.setups;
  transitions_.push_back(t);
  if (transitions_.size() > transitions_max) transitions_.pop_front();
  state_ = next;
  since_ = at;
}

std::optional<time_point> rrc_model::release_due() const {
  if (!connected()) return {};
  const time_point silent = activity_ + timing_.inactivity;
  return early_ ? std::min(silent, early_->due) : silent;
}

std::optional<time_point> rrc_model::sleep_due() const {
  if (state_ != state::idle || !active_ || setup_) return {};
  return since_ + *active_;
}

std::optional<time_point> rrc_model::update_due() const {
  if (!update_ || !active_ || !update_from_ || setup_) return {};
  if (state_ != state::idle && state_ != state::asleep) return {};
  return *update_from_ + *update_;
}

std::optional<time_point> rrc_model::next_event() const {
  auto next = sooner(release_due(), sooner(sleep_due(), update_due()));
  return setup_ ? sooner(next, setup_->due) : next;
}

/// Whatever is due at `at`, one thing.
void rrc_model::step(time_point at) {
  if (setup_ && setup_->due <= at) {
    const setup done = *std::exchange(setup_, std::nullopt);
    activity_ = std::max(activity_, at);
    enter(state::connected, done.why, done.handle, at);
    if (done.why == cause::update && !last_user_ && !early_)
      early_ = early_release{at + timing_.early_release, false};
  } else if (const auto due = release_due(); due && *due <= at) {
    const bool hinted = early_ && early_->by_hint && early_->due <= at;
    enter(state::idle, hinted ? cause::hint : cause::inactivity, no_handle, at);
  } else if (const auto update = update_due(); update && *update <= at) {
    (void)connect_at(at + timing_.setup, {.why = cause::update}, at);
  } else if (const auto sleep = sleep_due(); sleep && *sleep <= at) {
    enter(state::asleep, cause::active_time, no_handle, at);
  }
}

void rrc_model::run(time_point now) {
  for (auto next = next_event(); next && *next <= now; next = next_event())
    step(std::max(*next, since_));
}

rrc_model::totals rrc_model::sums(time_point now) const {
  totals out = sums_;
  const duration open = std::max(now - since_, duration::zero());
  if (connected()) {
    out.connected += open;
    out.up += up_;
    out.down += down_;
  }
  if (state_ == state::idle) out.idle += open;
  if (state_ == state::asleep) out.asleep += open;
  return out;
}

}  // namespace cellsock::emulator
