// SPDX-License-Identifier: Apache-2.0
#include "actors/watch_queue.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

namespace {

events::shared_event event(std::size_t size, std::string_view name = "started") {
  return std::make_shared<const events::event>(
      events::event{.name = name, .payload = std::string(size, 'x')});
}

}  // namespace

TEST_CASE("a watch queue keeps order") {
  watch_queue queue(100000);
  CHECK_FALSE(queue.pop());
  queue.push(event(1, "started"));
  queue.push(event(1, "stopped"));
  CHECK(queue.pop()->what->name == "started");
  const auto second = queue.pop();
  CHECK(second->what->name == "stopped");
  CHECK(second->missed == 0);
  CHECK(queue.empty());
}

TEST_CASE("a full watch queue drops the oldest, and the next one says how many") {
  const auto each = event(1000)->bytes();
  watch_queue queue(each * 3);
  for (int i = 0; i < 10; ++i) queue.push(event(1000));
  const auto first = queue.pop();
  REQUIRE(first);
  CHECK(first->missed == 7);
  CHECK(queue.pop()->missed == 0);
  for (int i = 0; i < 4; ++i) queue.push(event(1000));
  CHECK(queue.pop()->missed == 2);
}

TEST_CASE("an event larger than the whole queue is still told") {
  watch_queue queue(100);
  queue.push(event(10));
  queue.push(event(5000));
  const auto only = queue.pop();
  REQUIRE(only);
  CHECK(only->what->payload.size() == 5000);
  CHECK(only->missed == 1);
  CHECK(queue.empty());
}
