// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/rrc_model.hpp"

#include <doctest/doctest.h>

#include "modem_bridge/emulator/power_saving.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using state = rrc_model::state;
using cause = rrc_model::cause;

namespace {

struct radio {
  explicit radio(cell_timing timing = {.setup = 200ms}) : model(timing, start) {
    model.allow_hints(true);
    model.attach(start);
  }
  [[nodiscard]] time_point at(duration after) const { return start + after; }
  duration up(duration when, release_hint hint = release_hint::none, std::size_t bytes = 10) {
    return model.uplink({cause::uplink, 0, bytes, hint}, at(when)) - start;
  }
  duration down(duration when) {
    return model.downlink({cause::downlink, 0, 20}, at(when)) - start;
  }
  state state_at(duration when) {
    model.run(at(when));
    return model.now();
  }
  [[nodiscard]] const rrc_model::transition& last() const { return model.transitions().back(); }

  time_point start{1h};
  rrc_model model;
};

}  // namespace

TEST_CASE("attached, silent for the inactivity time, released") {
  radio t;
  CHECK(t.state_at(9999ms) == state::connected);
  CHECK(t.state_at(10s) == state::idle);
  CHECK(t.last().why == cause::inactivity);
  CHECK(t.last().at == 10s);
  // Signalling is nobody's tail.
  CHECK(t.last().tail == 0s);
  const auto sums = t.model.sums(t.at(12s));
  CHECK(sums.connected == 10s);
  CHECK(sums.idle == 2s);
  CHECK(sums.tail == 0s);
  CHECK(sums.setups == 1);
}

TEST_CASE("what is sent in idle waits for the set-up; the rest does not") {
  radio t;
  (void)t.state_at(20s);
  CHECK(t.up(20s) == 20200ms);
  CHECK(t.model.now() == state::idle);
  // A second one takes the same set-up.
  CHECK(t.up(20100ms) == 20200ms);
  CHECK(t.state_at(20200ms) == state::connected);
  CHECK(t.last().at == 20200ms);
  CHECK(t.last().why == cause::uplink);
  CHECK(t.up(21s) == 21s);
  CHECK(t.down(25s) == 25s);
  CHECK(t.state_at(34999ms) == state::connected);
  CHECK(t.state_at(35s) == state::idle);
  CHECK(t.last().up == 30);
  CHECK(t.last().down == 20);
  CHECK(t.last().tail == 10s);
  CHECK(t.model.sums(t.at(35s)).tail == 10s);
}

TEST_CASE("no more data: released soon, unless something follows") {
  radio t;
  (void)t.up(1s);
  t.model.hint(release_hint::no_data, t.at(1s));
  CHECK(t.state_at(1499ms) == state::connected);
  CHECK(t.state_at(1500ms) == state::idle);
  CHECK(t.last().why == cause::hint);
  CHECK(t.last().tail == 500ms);
  CHECK(t.model.sums(t.at(2s)).early_releases == 1);

  radio u;
  (void)u.up(1s);
  u.model.hint(release_hint::no_data, u.at(1s));
  (void)u.up(1200ms);
  CHECK(u.state_at(11s) == state::connected);
  CHECK(u.state_at(11200ms) == state::idle);
}

TEST_CASE("the last packet: released behind it, set-up included") {
  radio t;
  (void)t.state_at(20s);
  CHECK(t.up(20s, release_hint::last) == 20200ms);
  CHECK(t.state_at(20600ms) == state::connected);
  CHECK(t.state_at(20700ms) == state::idle);
  CHECK(t.last().why == cause::hint);
}

TEST_CASE("one response: released behind the answer, however late") {
  radio t;
  (void)t.up(1s, release_hint::one_response);
  CHECK(t.state_at(5s) == state::connected);
  CHECK(t.down(6s) == 6s);
  CHECK(t.state_at(6499ms) == state::connected);
  CHECK(t.state_at(6500ms) == state::idle);
  CHECK(t.last().why == cause::hint);
  // None comes: the inactivity timer.
  radio u;
  (void)u.up(1s, release_hint::one_response);
  CHECK(u.state_at(11s) == state::idle);
  CHECK(u.last().why == cause::inactivity);
}

TEST_CASE("ongoing and wait for more take a release back") {
  for (const release_hint what : {release_hint::ongoing, release_hint::wait_more}) {
    radio t;
    (void)t.up(1s, release_hint::last);
    t.model.hint(what, t.at(1200ms));
    CHECK(t.state_at(10999ms) == state::connected);
    CHECK(t.state_at(11s) == state::idle);
  }
}

TEST_CASE("hints need a cell that honours them, and a modem that passes them on") {
  radio deaf({.setup = 200ms, .honours_hints = false});
  (void)deaf.up(1s, release_hint::last);
  CHECK(deaf.state_at(10999ms) == state::connected);
  radio mute;
  mute.model.allow_hints(false);
  (void)mute.up(1s, release_hint::last);
  CHECK(mute.state_at(10999ms) == state::connected);
  CHECK(mute.state_at(11s) == state::idle);
  CHECK(mute.model.sums(mute.at(11s)).early_releases == 0);
}

TEST_CASE("power saving: asleep after the active time, awake for an update or its own packet") {
  radio t;
  t.model.set_power_saving(4s, 60s);
  CHECK(t.state_at(13999ms) == state::idle);
  CHECK(t.model.reachable());
  CHECK(t.state_at(14s) == state::asleep);
  CHECK_FALSE(t.model.reachable());
  CHECK(t.state_at(69999ms) == state::asleep);
  // The update is counted from the last connection, and is over soon.
  CHECK(t.state_at(70200ms) == state::connected);
  CHECK(t.last().why == cause::update);
  CHECK(t.state_at(70700ms) == state::idle);
  CHECK(t.last().why == cause::inactivity);
  CHECK(t.state_at(74700ms) == state::asleep);
  CHECK(t.up(80s) == 80200ms);
  CHECK(t.state_at(80200ms) == state::connected);
  const auto sums = t.model.sums(t.at(80200ms));
  CHECK(sums.asleep == (70200ms - 14s) + (80200ms - 74700ms));
  CHECK(sums.setups == 3);
}

TEST_CASE("a packet during an update's connection keeps it") {
  radio t;
  t.model.set_power_saving(4s, 60s);
  (void)t.state_at(70200ms);
  (void)t.up(70300ms);
  CHECK(t.state_at(80299ms) == state::connected);
  CHECK(t.state_at(80300ms) == state::idle);
}

TEST_CASE("an update at every moment would never end, so there is none") {
  radio t({.setup = 0ms, .early_release = 0ms});
  t.model.set_power_saving(0s, 0s);
  CHECK(t.state_at(24h) == state::asleep);
}

TEST_CASE("extended reception: a page waits for the next occasion") {
  radio t;
  t.model.set_reception_cycle(20480ms);
  (void)t.state_at(10s);  // idle since then
  CHECK(t.down(15s) == 10s + 20480ms + 200ms);
  // Its own packet does not wait, and brings what waited.
  CHECK(t.up(16s) == 16200ms);
  CHECK(t.state_at(16200ms) == state::connected);
}

TEST_CASE("detached: nothing is released, nothing wakes") {
  radio t;
  t.model.set_power_saving(4s, 60s);
  t.model.detach(t.at(1s));
  CHECK(t.last().why == cause::detach);
  CHECK(t.state_at(24h) == state::off);
  CHECK_FALSE(t.model.next_event());
  CHECK(t.up(25h) == 25h);
  CHECK(t.model.transitions().size() == 2);
}

TEST_CASE("the trace as JSON") {
  radio t;
  (void)t.up(1s);
  (void)t.state_at(11s);
  CHECK(to_json(t.model.transitions().front()) ==
        "{\"n\":1,\"t\":0.000000,\"from\":\"off\",\"to\":\"connected\",\"cause\":\"attach\","
        "\"lasted_s\":0.000000}");
  CHECK(to_json(t.last()) ==
        "{\"n\":2,\"t\":11.000000,\"from\":\"connected\",\"to\":\"idle\",\"cause\":\"inactivity\","
        "\"lasted_s\":11.000000,\"up\":10,\"down\":0,\"tail_s\":10.000000}");
  CHECK(to_json(t.model.sums(t.at(11500ms))) ==
        "{\"connected_s\":11.000000,\"idle_s\":0.500000,\"psm_s\":0.000000,\"setups\":1,"
        "\"tail_s\":10.000000,\"rai_releases\":0,\"up\":10,\"down\":0}");
}

TEST_CASE("the times that bit strings name") {
  using namespace power_saving;
  CHECK(periodic_update("00000001") == 10min);
  CHECK(periodic_update("00100010") == 2h);
  CHECK(periodic_update("01000001") == 10h);
  CHECK(periodic_update("01100011") == 6s);
  CHECK(periodic_update("10000010") == 1min);
  CHECK(periodic_update("10101010") == 10min);
  CHECK(periodic_update("11000001") == 320h);
  CHECK_FALSE(periodic_update("11100000"));
  CHECK(active_time("00000101") == 10s);
  CHECK(active_time("00100001") == 1min);
  CHECK(active_time("01000010") == 12min);
  CHECK_FALSE(active_time(deactivated));
  CHECK(reception_cycle("0000") == 5120ms);
  CHECK(reception_cycle("0010") == 20480ms);
  CHECK(reception_cycle("1111") == 10485760ms);
  CHECK_FALSE(reception_cycle("111"));
}
