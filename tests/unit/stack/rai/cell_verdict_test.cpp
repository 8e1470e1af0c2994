// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/cell_verdict.hpp"

#include <doctest/doctest.h>

#include "stack/limits.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE(
    "a cell that heeds no hint is told none, but rarely, and another cell is another matter") {
  const cell_verdict::time_point start{1000s};
  cell_verdict cell;
  for (int i = 0; i < 3; ++i) {
    CHECK(cell.worth(rai_hint::last, start));
    cell.ignored(rai_hint::last, start);
  }
  CHECK_FALSE(cell.worth(rai_hint::last, start + 1s));
  CHECK(cell.worth(rai_hint::no_data, start + 1s));  // each kind by itself
  CHECK(cell.worth(rai_hint::last, start + limits::rai_retry));
  SUBCASE("tried again, in vain") {
    cell.ignored(rai_hint::last, start + limits::rai_retry);
    CHECK_FALSE(cell.worth(rai_hint::last, start + limits::rai_retry + 1s));
    CHECK(cell.of(rai_hint::last).ignored == 4);
  }
  SUBCASE("tried again, and heeded") {
    cell.heeded(rai_hint::last);
    CHECK(cell.worth(rai_hint::last, start + limits::rai_retry + 1s));
    CHECK(cell.of(rai_hint::last).heeded == 1);
  }
  SUBCASE("another cell") {
    cell.forget();
    CHECK(cell.worth(rai_hint::last, start + 1s));
    CHECK(cell.of(rai_hint::last).ignored == 0);
  }
}

TEST_CASE("one that is now and then late is heeded all the same") {
  const cell_verdict::time_point start{1000s};
  cell_verdict cell;
  for (int i = 0; i < 100; ++i) {
    cell.ignored(rai_hint::last, start);
    cell.ignored(rai_hint::last, start);
    cell.heeded(rai_hint::last);
    CHECK(cell.worth(rai_hint::last, start));
  }
}
