// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/scheduler.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace cellsock;

namespace {

std::string run(scheduler& turns, int count) {
  std::string made;
  for (int i = 0; i < count; ++i) {
    const auto chosen = turns.next();
    if (!chosen) return made + ".";
    made += chosen->what == direction::send ? "s" : "r";
    made += std::to_string(number(chosen->id)) + " ";
  }
  return made;
}

}  // namespace

TEST_CASE("sockets take turns, and a socket's two directions do") {
  scheduler turns;
  CHECK_FALSE(turns.next());
  for (const std::uint32_t id : {1U, 2U, 3U}) turns.ready(socket_id{id}, direction::send, true);
  CHECK(run(turns, 6) == "s1 s2 s3 s1 s2 s3 ");
  turns.ready(socket_id{2}, direction::receive, true);
  CHECK(run(turns, 6) == "s1 r2 s3 s1 s2 s3 ");
  turns.ready(socket_id{1}, direction::send, false);
  turns.ready(socket_id{3}, direction::send, false);
  CHECK(run(turns, 4) == "r2 s2 r2 s2 ");
  turns.forget(socket_id{2});
  CHECK_FALSE(turns.next());
}

TEST_CASE("who comes late queues behind; who is not ready costs nothing") {
  scheduler turns;
  turns.ready(socket_id{1}, direction::send, true);
  (void)turns.next();
  turns.ready(socket_id{2}, direction::receive, true);
  CHECK(run(turns, 2) == "s1 r2 ");
  turns.ready(socket_id{1}, direction::send, false);
  turns.ready(socket_id{2}, direction::receive, false);
  CHECK(run(turns, 1) == ".");
  turns.ready(socket_id{2}, direction::receive, true);
  CHECK(run(turns, 1) == "r2 ");
}
