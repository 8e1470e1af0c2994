// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "modem_bridge/emulator/downlink.hpp"
#include "modem_bridge/emulator/uplink.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

const time_point zero{1h};

std::vector<std::byte> bytes(std::size_t n) {
  return std::vector<std::byte>(n, std::byte{'x'});
}

std::size_t drain(uplink& up, time_point now) {
  std::size_t n = 0;
  for (; up.has_input(); ++n) up.take(now);
  return n;
}

}  // namespace

TEST_CASE("ten bits per byte, without drift") {
  line_clock clock(115200);
  clock.restart(zero);
  // 11,520 bytes are exactly one second however many steps lead there.
  for (int i = 0; i < 11520; ++i) clock.pass(1);
  CHECK(clock.after(0) == zero + 1s);
  for (int i = 0; i < 115200 * 3; ++i) clock.pass(1);
  CHECK(clock.after(0) == zero + 31s);
  CHECK(clock.due(clock.after(5)) == 5);
  CHECK(clock.due(clock.after(5) - 1ns) == 4);
}

TEST_CASE("a byte that is due fits exactly, at every rate") {
  for (const unsigned baud : {300U, 9600U, 115200U, 921600U, 1000000U, 3000000U}) {
    line_clock clock(baud);
    clock.restart(zero);
    for (std::size_t n = 1; n < 5000; n += 7) {
      CHECK(clock.due(clock.after(n)) == n);
      CHECK(clock.due(clock.after(n) - 1ns) == n - 1);
    }
  }
}

TEST_CASE("a long silence does not overflow the arithmetic") {
  line_clock clock(1000000);
  clock.restart(zero);
  CHECK(clock.due(zero + 24h * 365) == 360000000);
}

TEST_CASE("the firmware gets bytes after 2 ms of silence") {
  uplink up(1000000, true, 2ms);
  up.feed(bytes(10), zero);
  REQUIRE(up.next_event());
  CHECK(*up.next_event() == zero + 100us + 2ms);
  up.run(zero + 2099us);
  CHECK_FALSE(up.has_input());
  up.run(zero + 2100us);
  CHECK(drain(up, zero + 2100us) == 10);
  CHECK_FALSE(up.next_event());
}

TEST_CASE("or when a buffer of 256 is full") {
  uplink up(1000000, true, 2ms);
  up.feed(bytes(300), zero);
  CHECK(*up.next_event() == zero + 2560us);
  up.run(zero + 2560us);
  CHECK(drain(up, zero + 2560us) == 256);
  CHECK(*up.next_event() == zero + 3000us + 2ms);
}

TEST_CASE("an idle hand-over leaves the buffer where it is") {
  uplink up(1000000, true, 2ms);
  up.feed(bytes(200), zero);
  up.run(zero + 5ms);
  CHECK(drain(up, zero + 5ms) == 200);
  up.feed(bytes(100), zero + 5ms);
  CHECK(*up.next_event() == zero + 5ms + 560us);  // 56 bytes fill it
}

TEST_CASE("with flow control three unread buffers stop the wire, and nothing is lost") {
  uplink up(1000000, true, 2ms);
  up.feed(bytes(1000), zero);
  up.run(zero + 1s);
  CHECK(up.holding_host());
  CHECK(up.room(zero + 1s, zero + 1s) == 0);
  CHECK_FALSE(up.next_room(zero + 1s));
  CHECK(drain(up, zero + 1s) == 768);
  CHECK_FALSE(up.holding_host());
  // The rest crosses the wire from now, not in the past.
  up.run(zero + 1s + 2319us);
  CHECK_FALSE(up.has_input());
  up.run(zero + 1s + 2320us + 2ms);
  CHECK(drain(up, zero + 2s) == 232);
  CHECK(up.dropped_bytes() == 0);
}

TEST_CASE("without flow control the same bytes are lost and counted") {
  uplink up(1000000, false, 2ms);
  up.feed(bytes(1000), zero);
  up.run(zero + 1s);
  CHECK_FALSE(up.holding_host());
  CHECK(drain(up, zero + 1s) == 768);
  CHECK(up.dropped_bytes() == 232);
  up.feed(bytes(10), zero + 1s);
  up.run(zero + 1s + 2100us);
  CHECK(drain(up, zero + 1s + 2100us) == 10);
}

TEST_CASE("a reader that comes late loses no line time") {
  uplink up(1000000, true, 2ms);
  const std::size_t room = up.room(zero, zero);
  CHECK(room == 200);  // two milliseconds
  up.feed(bytes(room), zero);
  // Half a second late; the bytes were waiting since the last full read.
  const time_point late = zero + 500ms;
  const std::size_t more = up.room(late, zero);
  CHECK(more == 4096);
  up.feed(bytes(more), zero);
  CHECK(*up.next_event() == zero + 2560us);
}

TEST_CASE("a reader that found nothing starts the line anew") {
  uplink up(1000000, true, 2ms);
  up.feed(bytes(100), zero);
  up.run(zero + 10ms);
  drain(up, zero + 10ms);
  up.feed(bytes(10), zero + 10ms);
  CHECK(*up.next_event() == zero + 10ms + 100us + 2ms);
}

TEST_CASE("slow lines have room too") {
  uplink up(300, true, 2ms);
  CHECK(up.room(zero, zero) >= 2);
}

TEST_CASE("the wire has an end") {
  uplink up(1000000, true, 2ms);
  CHECK(up.feed(bytes(70000), zero) == 65536);
  CHECK(up.feed(bytes(1), zero) == 0);
}

TEST_CASE("output leaves at the line rate, the last byte exactly on time") {
  downlink down(1000000);
  down.write(bytes(250), zero);
  CHECK(down.next_event() == zero + 1ms);
  down.run(zero + 1ms);
  CHECK(down.take().size() == 100);
  down.run(zero + 1ms + 999us);
  CHECK(down.take().size() == 99);
  down.run(zero + 2500us - 1ns);
  CHECK(down.take().size() == 50);
  CHECK(*down.next_event() == zero + 2500us);
  down.run(zero + 2500us);
  CHECK(down.take().size() == 1);
  CHECK_FALSE(down.next_event());
}

TEST_CASE("late service of the output loses no line time") {
  downlink down(1000000);
  down.write(bytes(1000), zero);
  down.run(zero + 7ms);
  CHECK(down.take().size() == 700);
  down.run(zero + 10ms);
  CHECK(down.take().size() == 300);
}

TEST_CASE("the writer blocks on a full ring") {
  downlink down(1000000);
  down.write(bytes(256), zero);
  CHECK_FALSE(down.writer_blocked());
  down.write(bytes(1), zero);
  CHECK(down.writer_blocked());
}

TEST_CASE("a host that is not ready stops the line") {
  downlink down(1000000);
  down.write(bytes(100), zero);
  down.run(zero + 500us);
  CHECK(down.take().size() == 50);
  down.set_host_ready(false, zero + 500us);
  CHECK_FALSE(down.next_event());
  down.run(zero + 1s);
  CHECK(down.take().empty());
  down.set_host_ready(true, zero + 1s);
  down.run(zero + 1s + 100us);
  CHECK(down.take().size() == 10);
}
