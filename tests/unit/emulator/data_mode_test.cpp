// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "modem_bridge/emulator/data_mode.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

/// Feeds until the terminator; returns how many bytes were taken, or 0 if it never came.
std::size_t feed(data_mode& mode, std::string_view typed) {
  for (std::size_t i = 0; i < typed.size(); ++i)
    if (mode.put(static_cast<std::byte>(typed[i]))) return i + 1;
  return 0;
}

std::string buffered(data_mode& mode) {
  std::string out;
  for (const std::byte b : mode.take(100000)) out.push_back(static_cast<char>(b));
  return out;
}

}  // namespace

TEST_CASE("three pluses end data mode wherever they stand") {
  data_mode mode;
  mode.enter();
  CHECK(feed(mode, "ab+++") == 5);
  CHECK(buffered(mode) == "ab");
  mode.enter();
  CHECK(feed(mode, "+++") == 3);
  CHECK(buffered(mode).empty());
}

TEST_CASE("fewer are payload once something else follows") {
  data_mode mode;
  mode.enter();
  CHECK(feed(mode, "a+b++c") == 0);
  CHECK(buffered(mode) == "a+b++c");
}

TEST_CASE("of four pluses the first three end it; a payload's own last plus is lost that way") {
  data_mode mode;
  mode.enter();
  CHECK(feed(mode, "a++++") == 4);
  CHECK(buffered(mode) == "a");
}

TEST_CASE("a partial match is withheld, and silence releases it only behind other bytes") {
  data_mode mode;
  mode.enter();
  feed(mode, "+");
  mode.touched(time_point(1s), 32ms);
  CHECK_FALSE(mode.silence());   // kept for ever
  CHECK(feed(mode, "++") == 2);  // and still counts towards the terminator
  mode.enter();
  feed(mode, "x++");
  CHECK(mode.buffered_bytes() == 1);
  mode.touched(time_point(1s), 32ms);
  REQUIRE(mode.silence());
  CHECK(*mode.silence() == time_point(1032ms));
  mode.release_withheld();
  CHECK(buffered(mode) == "x++");
  CHECK(feed(mode, "+++") == 3);
}

TEST_CASE("the discarding state only looks for the terminator") {
  data_mode mode;
  mode.enter();
  feed(mode, "abc");
  mode.fail(-139);
  CHECK(mode.current() == data_mode::state::discard);
  CHECK(feed(mode, "x++y+++") == 7);
  CHECK(mode.buffered_bytes() == 0);
  CHECK(mode.cause() == -139);
  mode.enter();
  CHECK(mode.cause() == 0);
}

TEST_CASE("the smallest time limit, in the firmware's integers") {
  CHECK(data_mode::limit_ms_min(115200, 256) == 32);
  CHECK(data_mode::limit_ms_min(1000000, 256) == 12);
  CHECK(data_mode::limit_ms_min(115200, 532) == 56);
  CHECK(data_mode::limit_ms_min(115200, 2048) == 187);
}
