// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/link_machine.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace cellsock;

TEST_CASE("from each state each event leads to one state at most") {
  std::set<std::pair<int, int>> seen;
  for (const auto& edge : link_edges)
    CHECK(seen.insert({static_cast<int>(edge.from), static_cast<int>(edge.on)}).second);
}

TEST_CASE("the straight way up, and the ways down") {
  auto state = link_state::closed;
  for (const auto event : {link_event::opened, link_event::synced, link_event::identified,
                           link_event::configured, link_event::attached})
    state = *step(state, event);
  CHECK(state == link_state::ready);
  CHECK(step(state, link_event::detached) == link_state::searching);
  CHECK(step(state, link_event::restarted) == link_state::syncing);
  CHECK(step(state, link_event::failed) == link_state::lost);
  CHECK(step(state, link_event::closed) == link_state::closed);
}

TEST_CASE("what cannot happen is ignored") {
  CHECK_FALSE(step(link_state::closed, link_event::attached));
  CHECK_FALSE(step(link_state::syncing, link_event::configured));
  CHECK_FALSE(step(link_state::ready, link_event::opened));
  CHECK_FALSE(step(link_state::lost, link_event::synced));
  CHECK_FALSE(step(link_state::ready, link_event::attached));
}
