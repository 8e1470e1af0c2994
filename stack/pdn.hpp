// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "stack/backoff.hpp"
#include "stack/result.hpp"

/// One packet data network: its states as a table, and when it is to be activated or deactivated.
/// Pure.
namespace cellsock {

enum class pdn_state : std::uint8_t {
  down,        // not active, and nobody took it away
  activating,  // the modem is at it
  up,          // sockets work
  suspended,   // active, but the network carries nothing for the moment: sockets wait
  lost,        // the network took it away
  count_
};

enum class pdn_event : std::uint8_t {
  asked,      // an activation begins
  activated,  // by us or by itself
  refused,    // the activation failed
  released,   // we deactivated it
  ended,      // the network did, or the whole attachment went
  suspended,
  resumed,
  restarted,  // the modem forgot everything
  count_
};

struct pdn_edge {
  pdn_state from;
  pdn_event on;
  pdn_state to;
};

/// Every pair of state and event has its row: what changes nothing says so.
inline constexpr std::array pdn_edges = [] {
  using s = pdn_state;
  using e = pdn_event;
  return std::array{
      pdn_edge{s::down, e::asked, s::activating},
      pdn_edge{s::down, e::activated, s::up},
      pdn_edge{s::down, e::refused, s::down},
      pdn_edge{s::down, e::released, s::down},
      pdn_edge{s::down, e::ended, s::down},
      pdn_edge{s::down, e::suspended, s::down},
      pdn_edge{s::down, e::resumed, s::down},
      pdn_edge{s::down, e::restarted, s::down},

      pdn_edge{s::activating, e::asked, s::activating},
      pdn_edge{s::activating, e::activated, s::up},
      pdn_edge{s::activating, e::refused, s::down},
      pdn_edge{s::activating, e::released, s::down},
      pdn_edge{s::activating, e::ended, s::activating},  // the answer is still to come
      pdn_edge{s::activating, e::suspended, s::activating},
      pdn_edge{s::activating, e::resumed, s::activating},
      pdn_edge{s::activating, e::restarted, s::down},

      pdn_edge{s::up, e::asked, s::up},
      pdn_edge{s::up, e::activated, s::up},
      pdn_edge{s::up, e::refused, s::up},  // of an activation it did not need
      pdn_edge{s::up, e::released, s::down},
      pdn_edge{s::up, e::ended, s::lost},
      pdn_edge{s::up, e::suspended, s::suspended},
      pdn_edge{s::up, e::resumed, s::up},
      pdn_edge{s::up, e::restarted, s::down},

      pdn_edge{s::suspended, e::asked, s::suspended},
      pdn_edge{s::suspended, e::activated, s::up},
      pdn_edge{s::suspended, e::refused, s::suspended},
      pdn_edge{s::suspended, e::released, s::down},
      pdn_edge{s::suspended, e::ended, s::lost},
      pdn_edge{s::suspended, e::suspended, s::suspended},
      pdn_edge{s::suspended, e::resumed, s::up},
      pdn_edge{s::suspended, e::restarted, s::down},

      pdn_edge{s::lost, e::asked, s::activating},
      pdn_edge{s::lost, e::activated, s::up},
      pdn_edge{s::lost, e::refused, s::lost},
      pdn_edge{s::lost, e::released, s::down},
      pdn_edge{s::lost, e::ended, s::lost},
      pdn_edge{s::lost, e::suspended, s::lost},
      pdn_edge{s::lost, e::resumed, s::up},
      pdn_edge{s::lost, e::restarted, s::down},
  };
}();

[[nodiscard]] constexpr pdn_state step(pdn_state from, pdn_event on) {
  for (const auto& edge : pdn_edges)
    if (edge.from == from && edge.on == on) return edge.to;
  return from;  // not reached: the table is complete
}

constexpr bool pdn_edges_complete() {
  constexpr auto states = static_cast<std::size_t>(pdn_state::count_);
  constexpr auto events = static_cast<std::size_t>(pdn_event::count_);
  if (pdn_edges.size() != states * events) return false;
  for (std::size_t i = 0; i < pdn_edges.size(); ++i)
    if (pdn_edges[i].from != static_cast<pdn_state>(i / events) ||
        pdn_edges[i].on != static_cast<pdn_event>(i % events))
      return false;
  return true;
}
static_assert(pdn_edges_complete(), "one row for each state and event, in their order");

[[nodiscard]] std::string_view name(pdn_state state) noexcept;

/// When it is activated without a person asking.
enum class pdn_activation : std::uint8_t {
  at_start,  // and again whenever it went
  on_use,    // while sockets use it, and for a while after
};

struct pdn_policy {
  pdn_activation activate = pdn_activation::on_use;
  std::chrono::seconds linger{30};  // after its last socket
};

/// Of activations that fail: from this to this. An operator counts attempts, and a person waits.
inline constexpr auto pdn_retry_first = std::chrono::seconds(5);
inline constexpr auto pdn_retry_bound = std::chrono::minutes(15);
/// Up for so long, it is a network that works: its loss is no failed activation.
inline constexpr auto pdn_stable_after = std::chrono::minutes(1);

class pdn_life {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class step : std::uint8_t { none, activate, deactivate };

  explicit pdn_life(pdn_policy policy = {}) : policy_(policy) {}

  /// `why`: of `refused` and `ended`, for a person.
  void happened(pdn_event event, time_point now, failure why = {errc::none, {}});
  /// The network says more of what is wrong.
  void explained(failure why) { trouble_ = std::move(why); }
  /// Whether any socket uses it.
  void used(bool in_use, time_point now);
  /// A person wants it up or down, whatever the policy says. At once: also within a back-off.
  void order(bool up);

  [[nodiscard]] pdn_state state() const noexcept { return state_; }
  /// Sockets work or wait.
  [[nodiscard]] bool active() const noexcept {
    return state_ == pdn_state::up || state_ == pdn_state::suspended;
  }
  /// What to do now.
  [[nodiscard]] step due(time_point now) const;
  /// When `due` may say something else without anything happening; empty: never.
  [[nodiscard]] std::optional<time_point> next() const;
  /// Why it is not active; of code none if nothing is known to be wrong.
  [[nodiscard]] const failure& trouble() const noexcept { return trouble_; }
  /// Empty: an activation may be tried for a socket now, or it needs none. Else why not.
  [[nodiscard]] std::optional<failure> refusal(time_point now) const;

private:
  [[nodiscard]] bool wanted(time_point now) const;

  pdn_policy policy_;
  pdn_state state_ = pdn_state::down;
  std::optional<bool> ordered_ = {};
  bool in_use_ = false;
  std::optional<time_point> idle_since_ = {};  // up, and no socket uses it
  std::optional<time_point> up_since_ = {};
  backoff retry_{pdn_retry_first, pdn_retry_bound};
  failure trouble_{errc::none};
};

}  // namespace cellsock
