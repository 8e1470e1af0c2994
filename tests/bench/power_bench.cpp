// SPDX-License-Identifier: Apache-2.0
// The day of tests/bench/power over the whole daemon and an emulated modem, in virtual time, with
// hints off, given by the programs, and guessed; in a cell that heeds them and in one that does
// not. One line of JSON.
#include <cstdio>

#include "tests/support/day_world.hpp"

using namespace cellsock;
using test::day_mode;

TEST_CASE("a day") {
  const auto day = test::power_day();
  const auto run = [&day](day_mode how, bool heeds) {
    return test::day_world(test::modem_kinds[0], how, heeds).run(day, std::chrono::hours(24));
  };
  const auto off = run(day_mode::off, true);
  const auto said = run(day_mode::by_programs, true);
  const auto guessed = run(day_mode::automatic, true);
  const auto deaf_off = run(day_mode::off, false);
  const auto deaf = run(day_mode::automatic, false);
  std::printf(
      "\n{\"tail_off_s\":%.1f,\"tail_removed.explicit\":%.4f,\"tail_removed.auto\":%.4f,"
      "\"replies_lost.auto\":%u,\"replies_late.auto\":%u,\"replies_lost.explicit\":%u,"
      "\"replies_late.explicit\":%u,\"tail_removed.auto_deaf_cell\":%.4f,"
      "\"replies_lost.auto_deaf_cell\":%u,\"replies_late.auto_deaf_cell\":%u}\n",
      off.tail_s, test::tail_removed(said, off), test::tail_removed(guessed, off), guessed.lost,
      guessed.late, said.lost, said.late, test::tail_removed(deaf, deaf_off), deaf.lost, deaf.late);
}
