// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <optional>

#include "stack/link_status.hpp"

/// The life of a link as one table. What is not in it cannot happen (and is ignored, and tested).
namespace cellsock {

enum class link_event {
  opened,      // the port carries bytes
  synced,      // something answers AT
  identified,  // its dialect is spoken here
  configured,  // bring-up went through
  attached,    // registered, with an address
  detached,    // registration or address lost
  restarted,   // the modem came up anew by itself
  failed,      // no use of this port as it is
  closed,      // the port ended
};

struct link_edge {
  link_state from;
  link_event on;
  link_state to;
};

inline constexpr std::array link_edges{
    link_edge{link_state::closed, link_event::opened, link_state::syncing},
    link_edge{link_state::opening, link_event::opened, link_state::syncing},
    link_edge{link_state::lost, link_event::opened, link_state::syncing},

    link_edge{link_state::syncing, link_event::synced, link_state::identifying},
    link_edge{link_state::identifying, link_event::identified, link_state::configuring},
    link_edge{link_state::configuring, link_event::configured, link_state::searching},
    link_edge{link_state::searching, link_event::attached, link_state::ready},
    link_edge{link_state::ready, link_event::detached, link_state::searching},

    link_edge{link_state::identifying, link_event::restarted, link_state::syncing},
    link_edge{link_state::configuring, link_event::restarted, link_state::syncing},
    link_edge{link_state::searching, link_event::restarted, link_state::syncing},
    link_edge{link_state::ready, link_event::restarted, link_state::syncing},

    link_edge{link_state::syncing, link_event::failed, link_state::lost},
    link_edge{link_state::identifying, link_event::failed, link_state::lost},
    link_edge{link_state::configuring, link_event::failed, link_state::lost},
    link_edge{link_state::searching, link_event::failed, link_state::lost},
    link_edge{link_state::ready, link_event::failed, link_state::lost},

    link_edge{link_state::opening, link_event::closed, link_state::closed},
    link_edge{link_state::syncing, link_event::closed, link_state::closed},
    link_edge{link_state::identifying, link_event::closed, link_state::closed},
    link_edge{link_state::configuring, link_event::closed, link_state::closed},
    link_edge{link_state::searching, link_event::closed, link_state::closed},
    link_edge{link_state::ready, link_event::closed, link_state::closed},
    link_edge{link_state::lost, link_event::closed, link_state::lost},
};

[[nodiscard]] constexpr std::optional<link_state> step(link_state from, link_event on) {
  for (const auto& edge : link_edges)
    if (edge.from == from && edge.on == on) return edge.to;
  return std::nullopt;
}
static_assert(!step(link_state::closed, link_event::attached));

}  // namespace cellsock
