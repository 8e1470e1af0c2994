// SPDX-License-Identifier: Apache-2.0
// The morning of tests/bench/power over the whole daemon; `deploy/bench --only power` runs the day.
#include "tests/support/day_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::day_mode;

TEST_CASE("a morning: hints and guesses remove tails and no reply") {
  const auto day = test::power_day();
  const auto morning = 4h;
  for (const auto* k : {&test::modem_kinds[0], &test::modem_kinds[2]}) {
    CAPTURE(k->what);
    const auto off = test::day_world(*k, day_mode::off, true).run(day, morning);
    const auto said = test::day_world(*k, day_mode::by_programs, true).run(day, morning);
    const auto guessed = test::day_world(*k, day_mode::automatic, true).run(day, morning);
    MESSAGE("tail ", off.tail_s, " s, removed by programs ", test::tail_removed(said, off),
            ", automatically ", test::tail_removed(guessed, off));
    for (const auto& one : {off, said, guessed}) {
      CHECK(one.lost == 0);
      CHECK(one.late == 0);
      CHECK(one.asked > 80);
    }
    CHECK(test::tail_removed(said, off) > 0.5);
    CHECK(test::tail_removed(guessed, off) > 0.5);
  }
}

TEST_CASE("a morning in a cell that heeds no hint: nothing is lost by guessing") {
  const auto day = test::power_day();
  const auto off = test::day_world(test::modem_kinds[0], day_mode::off, false).run(day, 4h);
  const auto guessed =
      test::day_world(test::modem_kinds[0], day_mode::automatic, false).run(day, 4h);
  CHECK(guessed.lost == 0);
  CHECK(guessed.late == 0);
  CHECK(guessed.tail_s <= off.tail_s * 1.02);
}
