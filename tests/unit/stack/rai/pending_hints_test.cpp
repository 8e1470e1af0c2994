// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/pending_hints.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace cellsock;
using h = rai_hint;

TEST_CASE("the option's values are the modem's own, and no others are hints") {
  for (int value = 1; value <= 5; ++value) CHECK(rai_value(rai_hint_of(value)) == value);
  for (const std::int64_t value : {-1LL, 0LL, 6LL, 50LL, 54LL, 61LL})
    CHECK(rai_hint_of(value) == h::none);
  CHECK(name(rai_hint_of(3)) == "one-response");
}

TEST_CASE("a datagram socket's hint goes with one datagram, the next") {
  next_hint next;
  CHECK(next.take() == h::none);
  next.set(h::ongoing);
  next.set(h::last);
  CHECK(next.take() == h::last);
  CHECK(next.take() == h::none);
}

namespace {

struct chunk {
  std::uint64_t begin, bytes;
  bool empties;
  h wanted;
};
struct given {
  h hint;
  std::uint64_t written;
};
struct row {
  const char* what;
  std::vector<given> hints;
  std::vector<chunk> chunks;
};

}  // namespace

TEST_CASE("a stream's hint goes with the bytes behind it") {
  const row rows[]{
      {"one chunk, and empty", {{h::last, 0}}, {{0, 10, true, h::last}, {10, 10, true, h::none}}},
      {"LAST waits for the chunk that empties the channel",
       {{h::last, 0}},
       {{0, 10, false, h::none}, {10, 10, false, h::none}, {20, 5, true, h::last}}},
      {"ONE_RESP too",
       {{h::one_response, 0}},
       {{0, 10, false, h::none}, {10, 1, true, h::one_response}}},
      {"ONGOING goes with the first byte",
       {{h::ongoing, 0}},
       {{0, 10, false, h::ongoing}, {10, 1, true, h::none}}},
      {"what was written before it is not meant",
       {{h::last, 10}},
       {{0, 10, true, h::none}, {10, 1, true, h::last}}},
      {"a chunk that holds bytes of both sides is", {{h::last, 10}}, {{0, 11, true, h::last}}},
      {"the channel first runs empty: what comes later is another matter",
       {{h::last, 4}},
       {{0, 4, true, h::none}, {4, 4, true, h::last}, {8, 4, true, h::none}}},
      {"the newest of two at one place",
       {{h::last, 0}, {h::ongoing, 0}},
       {{0, 4, true, h::ongoing}}},
      {"the newest of two whose bytes go together",
       {{h::ongoing, 0}, {h::last, 4}},
       {{0, 8, true, h::last}}},
      {"each with its own bytes",
       {{h::ongoing, 0}, {h::last, 4}},
       {{0, 4, false, h::ongoing}, {4, 4, true, h::last}}},
      {"overtaken before it came true",
       {{h::last, 0}, {h::ongoing, 8}},
       {{0, 8, false, h::none}, {8, 2, false, h::ongoing}, {10, 2, true, h::none}}},
      {"no bytes at all", {{h::last, 0}}, {{0, 0, true, h::none}}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    stream_hints hints;
    for (const auto& g : r.hints) hints.set(g.hint, g.written);
    for (const auto& c : r.chunks) {
      CAPTURE(c.begin);
      CHECK(hints.take(c.begin, c.bytes, c.empties) == c.wanted);
    }
  }
}

TEST_CASE("hints of a stream that sends nothing are bounded, and the newest stay") {
  stream_hints hints;
  for (std::uint64_t i = 0; i < 1000; ++i) hints.set(i == 999 ? h::last : h::ongoing, i);
  CHECK(hints.take(0, 900, true) == h::none);
  CHECK(hints.take(900, 200, true) == h::last);
  CHECK(hints.empty());
}
