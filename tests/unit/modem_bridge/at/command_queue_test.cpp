// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/command_queue.hpp"

#include <doctest/doctest.h>

#include "modem_bridge/modem_limits.hpp"

using namespace cellsock;
using namespace cellsock::at;
using namespace std::chrono_literals;

namespace {

struct bench {
  command_queue queue{115200};
  time_point now{100s};

  void feed(std::string_view text) { queue.feed(std::as_bytes(std::span(text)), now); }
  std::optional<command_queue::event> next() { return queue.next(now); }
  void pass(std::chrono::milliseconds time) {
    now += time;
    queue.expire(now);
  }
  std::string output() {
    const auto bytes = queue.take_output();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

}  // namespace

TEST_CASE("one command, its lines, its end") {
  bench b;
  b.queue.start({"AT+CGPADDR=0", "+CGPADDR:", 5s}, b.now);
  CHECK(b.output() == "AT+CGPADDR=0\r\n");
  CHECK(b.queue.busy());
  b.feed("\r\n#XAPOLL: 0,1\r\n\r\n+CGPADDR: 0,\"10.0.0.1\"\r\n\r\nOK\r\n");
  auto urc = b.next();
  REQUIRE(urc);
  CHECK(std::get<command_queue::unsolicited>(*urc).line == "#XAPOLL: 0,1");
  auto done = b.next();
  REQUIRE(done);
  const auto& reply = std::get<at::reply>(*done);
  CHECK(reply.ok());
  CHECK(reply.lines == std::vector<std::string>{"+CGPADDR: 0,\"10.0.0.1\""});
  CHECK_FALSE(b.queue.busy());
}

TEST_CASE("the deadline counts from the last byte on the line") {
  bench b;
  b.queue.start({"AT", "", 5s}, b.now);
  // Four bytes at 115200 baud.
  CHECK(*b.queue.deadline() - b.now > 5s + 346us);
  CHECK(*b.queue.deadline() - b.now < 5s + 348us);
  // Held back by flow control for two seconds.
  (void)b.output();
  b.now += 2s;
  b.queue.drained_to_kernel(b.now);
  CHECK(*b.queue.deadline() > b.now + 4999ms);
}

TEST_CASE("a late answer is waited for, and taken by nobody") {
  bench b;
  b.queue.start({"AT#XCONNECT=\"192.0.2.1\",7", "#XCONNECT:", 5s}, b.now);
  (void)b.output();
  b.pass(5100ms);
  auto event = b.next();
  REQUIRE(event);
  CHECK(std::get<at::reply>(*event).end == ending::timed_out);
  CHECK(b.queue.poisoned());
  CHECK(b.queue.busy());
  b.feed("\r\n#XCONNECT: 1\r\n\r\n#XAPOLL: 0,4\r\n\r\nOK\r\n");
  auto urc = b.next();
  REQUIRE(urc);
  CHECK(std::get<command_queue::unsolicited>(*urc).line == "#XAPOLL: 0,4");
  auto late = b.next();
  REQUIRE(late);
  CHECK(std::holds_alternative<command_queue::drained>(*late));
  CHECK_FALSE(b.queue.busy());
}

TEST_CASE("the wait for a late answer is bounded") {
  bench b;
  b.queue.start({"AT", "", 5s}, b.now);
  b.pass(5100ms);
  (void)b.next();
  b.pass(modem_limits::drain_max - 1ms);
  CHECK_FALSE(b.next());
  b.pass(1ms);
  auto event = b.next();
  REQUIRE(event);
  CHECK(std::holds_alternative<command_queue::stuck>(*event));
}

TEST_CASE("a header that lies about its count is damage") {
  for (const std::string_view header :
       {"#XRECV: 2049", "#XRECV: 0", "#XRECV: -1", "#XRECV: x", "#XRECV: 99999999999999999999"}) {
    CAPTURE(header);
    bench b;
    b.queue.start({"AT#XRECV=1,64", "#XRECV:", 6s, false, true}, b.now);
    b.feed("\r\n" + std::string(header) + "\r\n");
    auto event = b.next();
    REQUIRE(event);
    CHECK(std::get<at::reply>(*event).end == ending::damaged);
  }
}

TEST_CASE("a payload that never comes ends in a resync, whatever it looks like") {
  bench b;
  b.queue.start({"AT#XRECV=1,64", "#XRECV:", 6s, false, true}, b.now);
  b.feed("\r\n#XRECV: 100\r\n\r\nOK\r\n");
  CHECK_FALSE(b.next());
  b.pass(6100ms);
  auto first = b.next();
  REQUIRE(first);
  CHECK(std::get<at::reply>(*first).end == ending::timed_out);
  auto second = b.next();
  REQUIRE(second);
  CHECK(std::holds_alternative<command_queue::stuck>(*second));
}

TEST_CASE("data mode ends with its own line") {
  bench b;
  b.queue.write("payload", b.now);
  b.queue.write("+++", b.now);
  b.queue.await_data_mode_end(35s, b.now);
  CHECK(b.output() == "payload+++");
  b.feed("\r\nOK\r\n\r\n#XDATAMODE: -139\r\n");
  auto stray = b.next();
  REQUIRE(stray);
  CHECK(std::get<command_queue::unsolicited>(*stray).line == "OK");
  auto over = b.next();
  REQUIRE(over);
  CHECK(std::get<at::reply>(*over).code == -139);
}

TEST_CASE("a response that never ends is cut") {
  bench b;
  b.queue.start({"AT+X", "", 5s, true}, b.now);
  for (std::size_t i = 0; i < modem_limits::response_lines_max + 10; ++i) b.feed("line\r\n");
  b.feed("OK\r\n");
  auto event = b.next();
  REQUIRE(event);
  CHECK(std::get<at::reply>(*event).lines.size() == modem_limits::response_lines_max);
}
