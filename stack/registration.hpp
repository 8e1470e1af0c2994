// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "stack/link_status.hpp"

/// What becomes of the registration by what the modem says, as a table. Pure.
namespace cellsock {

enum class registration_event : std::uint8_t {
  idle,  // the modem does not search
  searching,
  home,
  roaming,
  denied,
  no_coverage,
  emergency_only,
  unclear,     // a status that nobody has defined
  sim_failed,  // gone, locked, or broken
  sim_ready,
  radio_off,  // by a person, or at the modem's start
  restarted,
  count_
};

struct registration_edge {
  std::optional<registration> from;  // empty: whichever no row before it names
  registration_event on;
  std::optional<registration> to;  // empty: stays
};

inline constexpr std::array registration_edges = [] {
  using s = registration;
  using e = registration_event;
  constexpr std::optional<registration> any, same;
  return std::array{
      // Without a SIM card a modem says many things; until the card is back they all mean that.
      registration_edge{s::no_sim, e::idle, same},
      registration_edge{s::no_sim, e::searching, same},
      registration_edge{s::no_sim, e::denied, same},
      registration_edge{s::no_sim, e::no_coverage, same},
      registration_edge{s::no_sim, e::emergency_only, same},
      registration_edge{s::no_sim, e::unclear, same},
      registration_edge{s::no_sim, e::sim_ready, s::unknown},
      registration_edge{any, e::sim_ready, same},
      registration_edge{any, e::sim_failed, s::no_sim},

      registration_edge{any, e::idle, s::off},
      registration_edge{any, e::searching, s::searching},
      registration_edge{any, e::home, s::home},
      registration_edge{any, e::roaming, s::roaming},
      registration_edge{any, e::denied, s::denied},
      registration_edge{any, e::no_coverage, s::no_coverage},
      registration_edge{any, e::emergency_only, s::emergency_only},
      registration_edge{any, e::unclear, s::unknown},
      registration_edge{any, e::radio_off, s::off},
      registration_edge{any, e::restarted, s::unknown},
  };
}();

constexpr std::optional<registration_edge> edge_of(registration from, registration_event on) {
  for (const auto& edge : registration_edges)
    if (edge.on == on && (!edge.from || *edge.from == from)) return edge;
  return std::nullopt;
}

[[nodiscard]] constexpr registration step(registration from, registration_event on) {
  const auto edge = edge_of(from, on);
  return edge ? edge->to.value_or(from) : from;
}

constexpr bool registration_edges_complete() {
  for (int from = 0; from < static_cast<int>(registration::count_); ++from)
    for (int on = 0; on < static_cast<int>(registration_event::count_); ++on)
      if (!edge_of(static_cast<registration>(from), static_cast<registration_event>(on)))
        return false;
  return true;
}
static_assert(registration_edges_complete(), "every state knows what to make of every event");

}  // namespace cellsock
