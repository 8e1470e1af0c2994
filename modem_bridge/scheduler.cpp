// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace cellsock {
namespace {

// One turn costs a few quanta at most; more debt than this is a mistake somewhere, and nobody is
// to wait for ever because of it.
constexpr std::int64_t debt_rounds_max = 16;

// Chunks of bulk after the last small turn until nobody is taken to be in conversation any more.
constexpr std::uint64_t conversation_rounds = 4;

}  // namespace

std::vector<scheduler::member>::iterator scheduler::find(socket_id id) {
  return std::find_if(ring_.begin(), ring_.end(), [&](const member& m) { return m.id == id; });
}

void scheduler::change(socket_id id, auto&& what) {
  auto found = find(id);
  if (found == ring_.end()) {
    ring_.push_back({id});
    found = std::prev(ring_.end());
  }
  const bool was_ready = found->ready();
  what(*found);
  if (!was_ready && found->ready()) found->ready_at = ++clock_;
}

void scheduler::to_send(socket_id id, std::size_t waiting) {
  change(id, [waiting](member& m) { m.sends = waiting; });
}

void scheduler::to_fetch(socket_id id, bool waiting) {
  change(id, [waiting](member& m) { m.fetches = waiting; });
}

void scheduler::forget(socket_id id) {
  const auto found = find(id);
  if (found == ring_.end()) return;
  ring_.erase(found);
}

void scheduler::visit_over() {
  auto& m = ring_.front();
  m.granted = false;
  // Credit is not saved up while idle; debt is paid off, a quantum per round, idle or not.
  if (!m.ready()) m.credit = std::min<std::int64_t>(m.credit, 0);
  std::rotate(ring_.begin(), std::next(ring_.begin()), ring_.end());
}

bool scheduler::nobody_ready() const {
  return std::none_of(ring_.begin(), ring_.end(), [](const member& m) { return m.ready(); });
}

std::optional<turn> scheduler::next_small() {
  member* chosen = nullptr;
  bool bulk_waits = false;
  std::size_t waiting = 0;
  for (auto& m : ring_) {
    if (!m.ready()) continue;
    ++waiting;
    // Who owes more than a round has to wait its turn however small its pieces are.
    if (!m.small() || m.credit < -quantum()) {
      bulk_waits = true;
      continue;
    }
    if (chosen == nullptr || m.ready_at < chosen->ready_at) chosen = &m;
  }
  if (chosen == nullptr || (bulk_waits && passed_ahead_ >= quantum_)) return std::nullopt;
  const bool can_send = chosen->sends > 0 && chosen->sends <= small_bytes;
  const bool can_fetch = chosen->fetches && chosen->fetches_small;
  const bool sends = can_send && (!can_fetch || chosen->last == direction::receive);
  chosen->last = sends ? direction::send : direction::receive;
  chosen->ready_at = ++clock_;  // behind the other small ones
  if (waiting == 1) return turn{chosen->id, chosen->last, false, piece()};
  return turn{chosen->id, chosen->last, true, small_bytes};
}

std::size_t scheduler::piece() const {
  return since_small_ < conversation_rounds * quantum_ ? quantum_ / 2 : quantum_;
}

turn scheduler::regular(member& chosen) const {
  const bool both = chosen.sends > 0 && chosen.fetches;
  const bool sends = both ? chosen.last == direction::receive : chosen.sends > 0;
  chosen.last = sends ? direction::send : direction::receive;
  return {chosen.id, chosen.last, false, piece()};
}

std::optional<turn> scheduler::next() {
  if (nobody_ready()) {
    // Nobody waits, so nobody is owed anything.
    for (auto& m : ring_) m.credit = 0;
    passed_ahead_ = 0;
    return std::nullopt;
  }
  if (auto small = next_small()) return small;
  passed_ahead_ = 0;
  // Ends: somebody is ready, and each visit brings its credit nearer to being positive.
  for (;;) {
    auto& m = ring_.front();
    if (!std::exchange(m.granted, true)) m.credit += quantum();
    if (m.ready() && m.credit > 0) return regular(m);
    visit_over();
  }
}

bool scheduler::answer_due() const {
  return since_small_ < conversation_rounds * quantum_ &&
         std::any_of(ring_.begin(), ring_.end(), [](const member& m) { return m.asked; });
}

void scheduler::charge(const turn& taken, std::size_t payload, std::size_t line_bytes) {
  const auto found = find(taken.id);
  if (found == ring_.end()) return;  // closed meanwhile
  found->credit =
      std::max(found->credit - static_cast<std::int64_t>(line_bytes), -debt_rounds_max * quantum());
  if (taken.what == direction::receive && payload > 0)
    found->fetches_small = payload <= small_bytes;
  if (taken.what == direction::receive) found->asked = false;
  if (taken.ahead) {
    found->asked |= taken.what == direction::send;
    passed_ahead_ += line_bytes;
    since_small_ = 0;
  } else if (since_small_ != UINT64_MAX) {
    since_small_ += line_bytes;
  }
}

}  // namespace cellsock
