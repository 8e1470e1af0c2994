// SPDX-License-Identifier: Apache-2.0
#include "stack/admission.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

using namespace cellsock;

TEST_CASE("admission: who holds what") {
  admission sockets;
  sockets.add(socket_id{1}, 1000, true);
  sockets.add(socket_id{2}, 1000, false);
  sockets.add(socket_id{3}, 0, true);
  CHECK(sockets.size() == 3);
  CHECK(sockets.holders() == 2);
  CHECK(sockets.of_user(1000) == 2);
  CHECK(sockets.holds(socket_id{1}));
  CHECK_FALSE(sockets.holds(socket_id{2}));

  sockets.release(socket_id{1});
  sockets.release(socket_id{1});
  CHECK(sockets.holders() == 1);
  CHECK(sockets.of_user(1000) == 2);
  sockets.remove(socket_id{3});
  sockets.remove(socket_id{3});
  CHECK(sockets.holders() == 0);
  CHECK(sockets.of_user(0) == 0);
  CHECK(sockets.size() == 2);
  sockets.release(socket_id{99});
  CHECK_FALSE(sockets.holds(socket_id{99}));
}

TEST_CASE("admission: any order of events counts as a list would") {
  struct one {
    socket_id id;
    admission::user who;
    bool holds;
  };
  std::mt19937 random(7);
  admission sockets;
  std::vector<one> list;
  for (std::uint32_t turn = 0; turn < 5000; ++turn) {
    const auto what = random() % 3;
    if (what == 0 || list.empty()) {
      list.push_back(
          {socket_id{turn}, static_cast<admission::user>(random() % 4), random() % 2 == 0});
      sockets.add(list.back().id, list.back().who, list.back().holds);
    } else {
      const auto at = list.begin() + static_cast<std::ptrdiff_t>(random() % list.size());
      if (what == 1) {
        at->holds = false;
        sockets.release(at->id);
      } else {
        sockets.remove(at->id);
        list.erase(at);
      }
    }
    const auto count = [&](auto which) {
      return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), which));
    };
    REQUIRE(sockets.size() == list.size());
    REQUIRE(sockets.holders() == count([](const one& o) { return o.holds; }));
    for (admission::user who = 0; who < 4; ++who)
      REQUIRE(sockets.of_user(who) == count([&](const one& o) { return o.who == who; }));
  }
}
