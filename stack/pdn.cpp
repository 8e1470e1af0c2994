// SPDX-License-Identifier: Apache-2.0
#include "stack/pdn.hpp"

namespace cellsock {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(pdn_state::count_)> names{
    "down", "activating", "up", "suspended", "lost"};
static_assert(!names.back().empty(), "each value has a name");

}  // namespace

std::string_view name(pdn_state state) noexcept {
  return names[static_cast<std::size_t>(state) % names.size()];
}

void pdn_life::happened(pdn_event event, time_point now, failure why) {
  const bool was_active = active();
  state_ = cellsock::step(state_, event);
  if (active() && !was_active) {
    up_since_ = now;
    trouble_ = {errc::none, {}};
    if (!in_use_) idle_since_ = now;
  }
  switch (event) {
    case pdn_event::refused:
      if (active()) break;
      trouble_ = std::move(why);
      retry_.failed(now);
      break;
    case pdn_event::ended:
      if (!was_active) break;
      trouble_ = std::move(why);
      // One that goes as soon as it came is not asked for again and again.
      if (up_since_ && now - *up_since_ >= pdn_stable_after)
        retry_.succeeded();
      else
        retry_.failed(now);
      break;
    case pdn_event::released: trouble_ = {errc::none, {}}; break;
    case pdn_event::restarted:
      trouble_ = {errc::none, {}};
      retry_.succeeded();
      break;
    default: break;
  }
  if (!active()) up_since_.reset();
}

void pdn_life::used(bool in_use, time_point now) {
  if (in_use)
    idle_since_.reset();
  else if (in_use_)
    idle_since_ = now;
  in_use_ = in_use;
}

void pdn_life::order(bool up) {
  ordered_ = up;
  if (up) retry_.succeeded();
}

bool pdn_life::wanted(time_point now) const {
  if (ordered_) return *ordered_;
  if (policy_.activate == pdn_activation::at_start || in_use_) return true;
  // Lingering keeps what is there; it brings nothing back.
  return active() && idle_since_ && now < *idle_since_ + policy_.linger;
}

pdn_life::step pdn_life::due(time_point now) const {
  if (active()) return wanted(now) ? step::none : step::deactivate;
  const bool idle = state_ == pdn_state::down || state_ == pdn_state::lost;
  return idle && wanted(now) && retry_.may_try(now) ? step::activate : step::none;
}

std::optional<pdn_life::time_point> pdn_life::next() const {
  if (active()) {
    const bool lingers =
        !ordered_ && policy_.activate == pdn_activation::on_use && !in_use_ && idle_since_;
    return lingers ? std::optional(*idle_since_ + policy_.linger) : std::nullopt;
  }
  const bool waits = ordered_.value_or(policy_.activate == pdn_activation::at_start || in_use_);
  return waits && state_ != pdn_state::activating ? std::optional(retry_.until()) : std::nullopt;
}

std::optional<failure> pdn_life::refusal(time_point now) const {
  if (active() || state_ == pdn_state::activating) return std::nullopt;
  if (ordered_ == false)
    return fail(errc::pdn_down,
                "it was taken down (`cellsock pdn down`); `cellsock pdn up` undoes");
  if (retry_.may_try(now)) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::seconds>(retry_.until() - now);
  auto why = trouble_.code == errc::none ? fail(errc::pdn_down, "it went away") : trouble_;
  why.detail += " (tried again in " + std::to_string(left.count()) + " s)";
  return why;
}

}  // namespace cellsock
