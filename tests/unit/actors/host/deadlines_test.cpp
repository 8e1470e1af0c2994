// SPDX-License-Identifier: Apache-2.0
#include "actors/host/deadlines.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using queue = cellsock::host::deadlines<int>;

TEST_CASE("deadlines: earliest first, each once, those at the same time together") {
  const queue::time_point start{};
  queue waiting;
  CHECK_FALSE(waiting.next());
  waiting.set(1, start + 3s);
  waiting.set(2, start + 1s);
  waiting.set(3, start + 1s);
  CHECK(*waiting.next() == start + 1s);
  CHECK(waiting.take_expired(start + 999ms).empty());
  CHECK(waiting.take_expired(start + 1s) == std::vector<int>{2, 3});
  CHECK(*waiting.next() == start + 3s);
  CHECK(waiting.take_expired(start + 10s) == std::vector<int>{1});
  CHECK_FALSE(waiting.next());
}

TEST_CASE("deadlines: setting again moves, clearing forgets") {
  const queue::time_point start{};
  queue waiting;
  waiting.set(1, start + 1s);
  waiting.set(1, start + 5s);
  CHECK(waiting.take_expired(start + 2s).empty());
  waiting.set(2, start + 6s);
  waiting.clear(1);
  waiting.clear(7);
  CHECK(waiting.take_expired(start + 9s) == std::vector<int>{2});
}
