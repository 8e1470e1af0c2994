// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/scheduler.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace cellsock;

namespace {

constexpr std::size_t chunk = 4096;
constexpr socket_id a{1}, b{2}, c{3};

/// Takes turns and charges each with `cost` of its payload, as the engine does.
struct line {
  scheduler turns{chunk};
  std::size_t overhead = 40;
  std::map<socket_id, std::size_t> used;

  /// "s1" a regular send of socket 1, "+r2" a fetch of socket 2 ahead of others, "." nobody.
  std::string run(int count, std::size_t fetched = 2048) {
    std::string made;
    for (int i = 0; i < count; ++i) {
      const auto taken = turns.next();
      if (!taken) return made + ".";
      const bool sends = taken->what == direction::send;
      const std::size_t payload = sends ? taken->bytes_max : fetched;
      turns.charge(*taken, payload, payload + overhead);
      used[taken->id] += payload + overhead;
      made += (taken->ahead ? "+" : "") + std::string(sends ? "s" : "r") +
              std::to_string(number(taken->id)) + " ";
    }
    return made;
  }
};

}  // namespace

TEST_CASE("bulk takes turns of a chunk each") {
  line l;
  CHECK(l.run(1) == ".");
  for (const auto id : {a, b, c}) l.turns.to_send(id, 100'000);
  CHECK(l.run(6) == "s1 s2 s3 s1 s2 s3 ");
  l.turns.to_send(b, 0);
  CHECK(l.run(4) == "s1 s3 s1 s3 ");
  l.turns.forget(a);
  l.turns.forget(c);
  CHECK(l.run(1) == ".");
}

TEST_CASE("who fetches keeps the line for a chunk: one select for two reads") {
  line l;
  for (const auto id : {a, b}) l.turns.to_fetch(id, true);
  (void)l.run(2);  // now it is known that neither fetches little
  CHECK(l.run(6) == "r1 r2 r1 r1 r2 r2 ");
}

TEST_CASE("a socket that sends and fetches alternates, and gets no more than the others") {
  line l;
  l.turns.to_send(a, 100'000);
  l.turns.to_fetch(a, true);
  l.turns.to_send(b, 100'000);
  (void)l.run(200, 4096);
  const auto first = static_cast<double>(l.used[a]), second = static_cast<double>(l.used[b]);
  CHECK(first / second > 0.95);
  CHECK(first / second < 1.05);
}

TEST_CASE("a small send passes bulk, once") {
  line l;
  for (const auto id : {a, b}) l.turns.to_send(id, 100'000);
  CHECK(l.run(1) == "s1 ");
  l.turns.to_send(c, scheduler::small_bytes);
  const auto taken = l.turns.next();
  REQUIRE(taken);
  CHECK(*taken == turn{c, direction::send, true, scheduler::small_bytes});
  l.turns.to_send(c, 0);
  CHECK(l.run(3) == "s2 s1 s2 ");
}

TEST_CASE("while somebody is in conversation, bulk goes in half chunks") {
  line l;
  l.turns.to_send(a, 100'000);
  CHECK(l.turns.next()->bytes_max == chunk);
  l.turns.to_send(b, 100);
  CHECK(l.run(1) == "+s2 ");
  l.turns.to_send(b, 0);
  std::size_t halves = 0;
  for (; l.turns.next()->bytes_max == chunk / 2; ++halves) CHECK(l.run(1) == "s1 ");
  CHECK(halves == 8);
  CHECK(l.turns.next()->bytes_max == chunk);
}

TEST_CASE("an answer is due until it was fetched, or took too long") {
  line l;
  l.turns.to_send(a, 100'000);
  l.turns.to_send(b, 100);
  CHECK_FALSE(l.turns.answer_due());
  CHECK(l.run(1) == "+s2 ");
  l.turns.to_send(b, 0);
  CHECK(l.turns.answer_due());
  l.turns.to_fetch(b, true);
  CHECK(l.run(1, 100) == "+r2 ");
  CHECK_FALSE(l.turns.answer_due());
  l.turns.to_fetch(b, false);
  l.turns.to_send(b, 100);
  CHECK(l.run(1) == "+s2 ");
  l.turns.to_send(b, 0);
  CHECK(l.run(7) == "s1 s1 s1 s1 s1 s1 s1 ");
  CHECK(l.turns.answer_due());
  (void)l.run(1);
  CHECK_FALSE(l.turns.answer_due());
}

TEST_CASE("who is alone may grow") {
  line l;
  l.turns.to_send(a, 1);
  CHECK(l.run(1) == "s1 ");
}

TEST_CASE("one byte more than small waits its turn") {
  line l;
  for (const auto id : {a, b}) l.turns.to_send(id, 100'000);
  (void)l.run(1);
  l.turns.to_send(c, scheduler::small_bytes + 1);
  CHECK(l.run(3) == "s2 s3 s1 ");
}

TEST_CASE("small sends pass bulk within a bound, and pay for it") {
  line l;
  l.turns.to_send(a, 100'000);
  l.turns.to_send(b, 100);  // again and again, for ever
  std::size_t in_a_row = 0, most = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto made = l.run(1);
    in_a_row = made == "s1 " ? 0 : in_a_row + 1;
    most = std::max(most, in_a_row);
  }
  CHECK(most <= 2 * chunk / 100);
  const auto bulk = static_cast<double>(l.used[a]), small = static_cast<double>(l.used[b]);
  CHECK(small / bulk < 1.1);  // its fair share and no more
}

TEST_CASE("small ones take turns among themselves") {
  line l;
  l.turns.to_send(a, 100'000);
  (void)l.run(1);
  l.turns.to_send(b, 10);
  l.turns.to_send(c, 10);
  CHECK(l.run(4) == "+s2 +s3 +s2 +s3 ");
}

TEST_CASE("a fetch passes bulk as long as little comes") {
  line l;
  l.turns.to_send(a, 100'000);
  (void)l.run(1);
  l.turns.to_fetch(b, true);
  CHECK(l.run(2, 100) == "+r2 +r2 ");
  CHECK(l.run(1, 2048) == "+r2 ");  // that was not little
  CHECK(l.run(1, 100) == "r2 ");    // its credit; and little again
  CHECK(l.run(1, 100) == "+r2 ");
}

TEST_CASE("what costs more gets fewer turns") {
  line l;
  for (const auto id : {a, b}) l.turns.to_send(id, 100'000);
  std::map<socket_id, int> count;
  for (int i = 0; i < 300; ++i) {
    const auto taken = l.turns.next();
    l.turns.charge(*taken, chunk, taken->id == a ? 3 * chunk : chunk);
    ++count[taken->id];
  }
  CHECK(count[b] >= 3 * count[a] - 3);
  CHECK(count[b] <= 3 * count[a] + 3);
}

TEST_CASE("nobody waits for ever because of one absurd charge") {
  line l;
  for (const auto id : {a, b}) l.turns.to_send(id, 100'000);
  l.turns.charge(*l.turns.next(), chunk, SIZE_MAX / 4);
  CHECK(l.run(40).find("s1") != std::string::npos);
}

TEST_CASE("an idle line forgives") {
  line l;
  l.turns.to_send(a, 100);
  (void)l.run(1000);
  l.turns.to_send(a, 0);
  CHECK(l.run(1) == ".");
  l.turns.to_send(b, 100'000);
  (void)l.run(1);
  l.turns.to_send(a, 100);
  CHECK(l.run(1) == "+s1 ");
}
