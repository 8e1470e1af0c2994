// SPDX-License-Identifier: Apache-2.0
#include "stack/datagram_queue.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE("the oldest goes when there are too many, and is counted") {
  datagram_queue<int> queue(3, 2s);
  const datagram_queue<int>::time_point start{};
  for (int i = 0; i < 5; ++i) queue.push(i, start);
  CHECK(queue.size() == 3);
  CHECK(queue.dropped() == 2);
  CHECK(*queue.pop(start) == 2);
}

TEST_CASE("the stale goes: just under the age stays, just over does not") {
  datagram_queue<int> queue(16, 2s);
  const datagram_queue<int>::time_point start{};
  queue.push(1, start);
  queue.push(2, start + 1s);
  CHECK(*queue.pop(start + 2s) == 1);
  CHECK_FALSE(queue.pop(start + 3001ms));
  CHECK(queue.dropped() == 1);
}
