// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/counted_receive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cellsock::at;
using verdict = counted_parse::verdict;

namespace {

const std::string tail = "\r\nOK\r\n";
const std::string notice = "\r\n#XAPOLL: 3,17\r\n";

/// What the parser makes of `window` when it comes in pieces of one byte and then falls silent.
counted_parse settle(const std::string& window, std::size_t bytes, bool* early = nullptr) {
  for (std::size_t size = 0; size <= window.size(); ++size) {
    const auto parse = parse_counted(std::string_view(window).substr(0, size), bytes, false);
    if (parse.outcome == verdict::accepted || parse.outcome == verdict::damaged) {
      if (early != nullptr) *early = size < window.size();
      return parse;
    }
  }
  return parse_counted(window, bytes, true);
}

std::string payload_of(const std::string& window, const counted_parse& parse, std::size_t bytes) {
  return window.substr(parse.payload_at, bytes);
}

const std::vector<std::string> payloads{
    "x",
    "hello",
    "\r\n",
    "\r\n\r\n",
    "abc\r\n",
    "\r\nabc",
    "OK",
    "\r\nOK\r\n",
    "a\r\nOK\r\n",
    "\r\nOK\r\nb",
    "\r\nERROR\r\n",
    "\r\n#XRECV: 5\r\nhello\r\nOK\r\n",
    "\r\n#XAPOLL: 0,1\r\n",
    "#XAPOLL: 0,1\r\n",
    "\r\n#XAPOLL: 0,1\r\nhello",
    "hello\r\n#XAPOLL: 0,1\r\n",
    "\r\n#XAPOLL: 0,1\r\n\r\n#XAPOLL: 1,1\r\n",
    "\r\n#XAP",
    std::string("\0\r\n\xff", 4),
};

}  // namespace

TEST_CASE("an undisturbed receive is always taken as it is") {
  for (const auto& payload : payloads) {
    CAPTURE(payload);
    const std::string window = payload + tail;
    const auto parse = settle(window, payload.size());
    REQUIRE(parse.outcome == verdict::accepted);
    CHECK(parse.payload_at == 0);
    CHECK(parse.consumed == window.size());
    CHECK_FALSE(parse.repaired(payload.size()));
    CHECK(parse.notices.empty());
  }
}

TEST_CASE("what follows a receive at once does not change it") {
  for (const auto& payload : payloads)
    for (const std::string& after :
         {notice, std::string("\r\n+CEREG: 1\r\n"), std::string("\r\n")}) {
      CAPTURE(payload);
      CAPTURE(after);
      const auto parse = settle(payload + tail + after, payload.size());
      // Bytes that keep another reading open are settled by silence, never by a guess.
      REQUIRE(parse.outcome == verdict::accepted);
      CHECK(parse.payload_at == 0);
      CHECK(parse.consumed == payload.size() + tail.size());
    }
}

TEST_CASE("one notice anywhere is taken out, or the stream is damaged; never wrong bytes") {
  // Where the two halves of a notice may stand: before the payload, after it, after the OK.
  enum place { before, behind, later, none };
  int repaired = 0;
  for (const auto& payload : payloads)
    for (const place first : {before, behind, none})
      for (const place second : {before, behind, later}) {
        if (first == none && second == later) continue;
        if (first == behind && second == before) continue;
        const std::string head = "\r\n";
        const std::string text = "#XAPOLL: 3,17\r\n";
        std::string window;
        if (first == before) window += head;
        if (second == before) window += text;
        window += payload;
        if (first == behind) window += head;
        if (second == behind) window += text;
        window += tail;
        CAPTURE(payload);
        CAPTURE(window);
        const auto parse = settle(window, payload.size());
        if (parse.outcome == verdict::accepted && parse.repaired(payload.size())) ++repaired;
        if (parse.outcome == verdict::accepted)
          CHECK(payload_of(window, parse, payload.size()) == payload);
        else
          CHECK(parse.outcome == verdict::damaged);
      }
  CHECK(repaired > 60);
}

TEST_CASE("plain payloads survive every placement of up to three notices") {
  const std::string payload = "0123456789";
  for (int in_front = 0; in_front <= 3; ++in_front)
    for (int behind = 0; in_front + behind <= 3; ++behind) {
      std::string window;
      for (int i = 0; i < in_front; ++i) window += notice;
      window += payload;
      for (int i = 0; i < behind; ++i) window += notice;
      window += tail;
      const auto parse = settle(window, payload.size());
      REQUIRE(parse.outcome == verdict::accepted);
      CHECK(payload_of(window, parse, payload.size()) == payload);
      CHECK(parse.consumed == window.size());
      REQUIRE(parse.notices.size() == static_cast<std::size_t>(in_front + behind));
      for (const auto& [at, length] : parse.notices)
        CHECK(window.substr(at, length) == "#XAPOLL: 3,17");
    }
}

TEST_CASE("two readings of the same bytes are no reading") {
  // CR LF of a notice before the payload, or after it? Both fit.
  const std::string window = "\r\nabcd\r\n" + tail;
  CHECK(settle(window, 6).outcome == verdict::damaged);
}

TEST_CASE("a payload that hides a shifted reading waits for silence") {
  const std::string payload = "\r\n#XAPOLL: 0,1\r\nabcd";
  const std::string window = payload + tail;
  CHECK(parse_counted(window, payload.size(), false).outcome == verdict::need_quiet);
  CHECK(parse_counted(window, payload.size(), true).outcome == verdict::accepted);
  // The shifted reading itself: notice, then a payload that ends in what looks like the result.
  const std::string other = "abcd\r\nOK\r\nefghij";
  const std::string shifted = "\r\n#XAPOLL: 0,1\r\n" + other + tail;
  const auto parse = settle(shifted, other.size());
  CHECK(parse.outcome != verdict::need_more);
  if (parse.outcome == verdict::accepted) CHECK(payload_of(shifted, parse, other.size()) == other);
}

TEST_CASE("a lost or an extra byte is noticed as soon as the count is full") {
  const std::string payload = "0123456789";
  for (std::size_t at = 0; at < payload.size(); ++at) {
    std::string lost = payload;
    lost.erase(at, 1);
    CHECK(settle(lost + tail, payload.size()).outcome == verdict::damaged);
    std::string extra = payload;
    extra.insert(at, "?");
    CHECK(settle(extra + tail, payload.size()).outcome == verdict::damaged);
  }
}

TEST_CASE("fewer bytes than counted is not an answer yet") {
  CHECK(parse_counted("", 5, false).outcome == verdict::need_more);
  CHECK(parse_counted("hello", 5, true).outcome == verdict::need_more);
  CHECK(parse_counted("hello\r\nO", 5, true).outcome == verdict::need_more);
}

TEST_CASE("a flood of notices has an end") {
  std::string window;
  for (int i = 0; i < 200; ++i) window += notice;
  window += "x" + tail;
  CHECK(settle(window, 1).outcome == verdict::damaged);
}
