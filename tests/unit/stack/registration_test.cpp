// SPDX-License-Identifier: Apache-2.0
#include "stack/registration.hpp"

#include <doctest/doctest.h>

#include "stack/reject_causes.hpp"

using namespace cellsock;
using event = registration_event;

TEST_CASE("without a SIM card nothing but the card or a network counts") {
  auto now = step(registration::home, event::sim_failed);
  CHECK(now == registration::no_sim);
  for (const auto said : {event::idle, event::searching, event::denied, event::no_coverage,
                          event::emergency_only, event::unclear})
    CHECK(step(now, said) == registration::no_sim);
  CHECK(step(now, event::home) == registration::home);
  now = step(now, event::sim_ready);
  CHECK(now == registration::unknown);
  CHECK(step(now, event::searching) == registration::searching);
}

TEST_CASE("a card that is ready changes nothing else") {
  for (const auto state : {registration::home, registration::searching, registration::denied})
    CHECK(step(state, event::sim_ready) == state);
}

TEST_CASE("off and a restart end everything") {
  for (int i = 0; i < static_cast<int>(registration::count_); ++i) {
    CHECK(step(static_cast<registration>(i), event::radio_off) == registration::off);
    CHECK(step(static_cast<registration>(i), event::restarted) == registration::unknown);
  }
}

TEST_CASE("causes have a name and say what to do") {
  CHECK(cause_text(emm_causes, "EMM", 11) ==
        "PLMN not allowed (EMM cause 11); no roaming agreement with this network");
  CHECK(cause_text(esm_causes, "ESM", 26) == "insufficient resources (ESM cause 26)");
  CHECK(cause_text(esm_causes, "ESM", 200) == "ESM cause 200");
}
