// SPDX-License-Identifier: Apache-2.0
#include "stack/pdn.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

using event = pdn_event;
using step_of = pdn_life::step;
const pdn_life::time_point t0{1000s};
const failure refused_by_network = fail(errc::pdn_down, "ESM 27");

pdn_life up_since_start(pdn_policy policy) {
  pdn_life pdn(policy);
  pdn.happened(event::asked, t0);
  pdn.happened(event::activated, t0);
  return pdn;
}

}  // namespace

TEST_CASE("states have names, and an activation ends one way or the other") {
  for (int i = 0; i < static_cast<int>(pdn_state::count_); ++i)
    CHECK_FALSE(name(static_cast<pdn_state>(i)).empty());
  static_assert(step(pdn_state::down, event::asked) == pdn_state::activating);
  static_assert(step(pdn_state::activating, event::refused) == pdn_state::down);
  static_assert(step(pdn_state::up, event::ended) == pdn_state::lost);
  static_assert(step(pdn_state::lost, event::activated) == pdn_state::up);
}

TEST_CASE("at start: activated at once, and again when it went") {
  pdn_life pdn({pdn_activation::at_start, 30s});
  CHECK(pdn.due(t0) == step_of::activate);
  pdn.happened(event::asked, t0);
  CHECK(pdn.due(t0) == step_of::none);
  pdn.happened(event::activated, t0);
  CHECK(pdn.active());
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  // Long enough up: at once.
  pdn.happened(event::ended, t0 + 1h, refused_by_network);
  CHECK(pdn.state() == pdn_state::lost);
  CHECK(pdn.due(t0 + 1h) == step_of::activate);
  pdn.happened(event::asked, t0 + 1h);
  pdn.happened(event::activated, t0 + 1h);
  // Gone as soon as it came: later.
  pdn.happened(event::ended, t0 + 1h + 1s, refused_by_network);
  CHECK(pdn.due(t0 + 1h + 1s) == step_of::none);
  CHECK(pdn.next() == t0 + 1h + 1s + pdn_retry_first);
  CHECK(pdn.due(*pdn.next()) == step_of::activate);
}

TEST_CASE("on use: while a socket uses it, and the linger after") {
  pdn_life pdn({pdn_activation::on_use, 30s});
  CHECK(pdn.due(t0) == step_of::none);
  CHECK_FALSE(pdn.next());
  pdn.used(true, t0);
  CHECK(pdn.due(t0) == step_of::activate);
  pdn.happened(event::asked, t0);
  pdn.happened(event::activated, t0);
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  CHECK_FALSE(pdn.next());
  pdn.used(false, t0 + 1h);
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  CHECK(pdn.next() == t0 + 1h + 30s);
  // Somebody comes back in time.
  pdn.used(true, t0 + 1h + 20s);
  pdn.used(false, t0 + 1h + 25s);
  CHECK(pdn.due(t0 + 1h + 40s) == step_of::none);
  CHECK(pdn.due(t0 + 1h + 55s) == step_of::deactivate);
  pdn.happened(event::released, t0 + 1h + 55s);
  CHECK(pdn.state() == pdn_state::down);
  CHECK(pdn.due(t0 + 2h) == step_of::none);
}

TEST_CASE("one that came up by itself is not kept longer than its linger") {
  pdn_life pdn({pdn_activation::on_use, 30s});
  pdn.happened(event::activated, t0);
  CHECK(pdn.due(t0 + 29s) == step_of::none);
  CHECK(pdn.due(t0 + 30s) == step_of::deactivate);
}

TEST_CASE("a refused activation is tried again ever later, with a bound") {
  pdn_life pdn({pdn_activation::at_start, 30s});
  auto now = t0;
  auto wait = std::chrono::milliseconds(pdn_retry_first);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(pdn.due(now) == step_of::activate);
    pdn.happened(event::asked, now);
    pdn.happened(event::refused, now, refused_by_network);
    CHECK(pdn.due(now + wait - 1ms) == step_of::none);
    REQUIRE(pdn.refusal(now));
    CHECK(pdn.refusal(now)->code == errc::pdn_down);
    CHECK(pdn.refusal(now)->detail.starts_with("ESM 27 (tried again in "));
    now += wait;
    wait = std::min<std::chrono::milliseconds>(wait * 2, pdn_retry_bound);
  }
  CHECK(wait == pdn_retry_bound);
  pdn.happened(event::restarted, now);
  CHECK(pdn.due(now) == step_of::activate);
  CHECK_FALSE(pdn.refusal(now));
}

TEST_CASE("a person's word goes before the policy") {
  auto pdn = up_since_start({pdn_activation::at_start, 30s});
  pdn.order(false);
  CHECK(pdn.due(t0) == step_of::deactivate);
  pdn.happened(event::released, t0);
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  pdn.used(true, t0 + 1h);
  CHECK(pdn.refusal(t0 + 1h)->code == errc::pdn_down);
  pdn.order(true);
  CHECK(pdn.due(t0 + 1h) == step_of::activate);
  // Also within a back-off.
  pdn.happened(event::asked, t0 + 1h);
  pdn.happened(event::refused, t0 + 1h, refused_by_network);
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  pdn.order(true);
  CHECK(pdn.due(t0 + 1h) == step_of::activate);
}

TEST_CASE("suspended is not lost") {
  auto pdn = up_since_start({pdn_activation::on_use, 30s});
  pdn.used(true, t0);
  pdn.happened(event::suspended, t0);
  CHECK(pdn.state() == pdn_state::suspended);
  CHECK(pdn.active());
  CHECK_FALSE(pdn.refusal(t0));
  CHECK(pdn.due(t0 + 1h) == step_of::none);
  pdn.happened(event::resumed, t0);
  CHECK(pdn.state() == pdn_state::up);
}
