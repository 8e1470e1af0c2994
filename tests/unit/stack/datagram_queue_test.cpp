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

TEST_CASE("held, nothing ages; then it is as fresh as new; the bound holds all the same") {
  datagram_queue<int> queue(2, 2s);
  const datagram_queue<int>::time_point start{};
  queue.push(1, start);
  queue.hold(true, start);
  queue.push(2, start + 50s);
  queue.push(3, start + 50s);
  CHECK(queue.dropped() == 1);
  queue.hold(false, start + 60s);
  CHECK(*queue.pop(start + 62s) == 2);
  CHECK_FALSE(queue.pop(start + 62001ms));
  CHECK(queue.dropped() == 2);
}

TEST_CASE("what is not wanted any more is counted") {
  datagram_queue<int> queue(3, 2s);
  queue.push(1, {});
  queue.push(2, {});
  queue.drop_all();
  CHECK(queue.empty());
  CHECK(queue.dropped() == 2);
}
