// SPDX-License-Identifier: Apache-2.0
// Every port keeps the one contract of port.hpp, whatever is behind it.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "tests/support/far_end.hpp"

using namespace cellsock;
using namespace cellsock::test;
using namespace std::chrono_literals;

namespace {

struct owner final : port_events {
  void port_opened() override {
    CHECK_FALSE(inside);
    CHECK_FALSE(closed);
    ++opened;
  }
  void port_received(std::span<const std::byte> bytes) override {
    CHECK_FALSE(inside);
    CHECK_FALSE(bytes.empty());
    CHECK_FALSE(closed);
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void port_drained() override {
    CHECK_FALSE(inside);
    CHECK_FALSE(closed);
    ++drained;
  }
  void port_closed(const failure& why) override {
    CHECK_FALSE(inside);
    CHECK_FALSE(closed);
    closed = why;
  }
  void port_lines(const modem_lines&) override { CHECK_FALSE(inside); }
  int opened = 0;
  int drained = 0;
  std::string received;
  std::optional<failure> closed;
  bool inside = false;  // a call of the port is on the stack
};

/// A port, its owner and its far end, on one loop.
template <class Far>
struct bench {
  bench() : port(far.make(loop)) { std::signal(SIGPIPE, SIG_IGN); }
  ~bench() {
    port->close();
    // Whoever still runs (a child that is to end) is waited for by the loop, not by a clock.
    loop.restart();
    loop.run_for(5s);
  }
  template <class Call>
  void call(Call what) {
    events.inside = true;
    what();
    events.inside = false;
  }
  template <class Condition>
  bool until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop.restart();
      loop.run_one_for(20ms);
    }
    return true;
  }
  void open() {
    const int before = events.opened;
    events.closed.reset();
    call([&] { port->open(events); });
    REQUIRE(until([&] { return events.opened > before || events.closed; }));
    REQUIRE_MESSAGE(!events.closed, events.closed.value_or(failure{}).detail);
  }
  void write(std::string_view text) {
    call([&] { port->write(std::as_bytes(std::span(text))); });
  }
  std::string arrive(std::size_t size) {
    std::string all;
    until([&] { return (all += far.read()).size() >= size; });
    return all;
  }
  void send(std::string_view text) {
    REQUIRE(until([&] {
      text.remove_prefix(far.write(text));
      return text.empty();
    }));
  }

  Far far;
  asio::io_context loop;
  owner events;
  port_ptr port;
};

std::string every_byte() {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  return all;
}

}  // namespace

#define ALL_PORTS memory_end, pty_end, unix_end, tcp_end, child_end

TEST_CASE_TEMPLATE("contract: opens once, and bytes go both ways, whatever they are", Far,
                   ALL_PORTS) {
  bench<Far> b;
  b.write("too early");
  CHECK(b.port->queued_bytes() == 0);
  b.open();
  CHECK(b.events.opened == 1);
  b.write(every_byte());
  CHECK(b.arrive(256) == every_byte());
  CHECK(b.until([&] { return b.events.drained == 1; }));
  CHECK(b.port->queued_bytes() == 0);
  b.send(every_byte());
  REQUIRE(b.until([&] { return b.events.received.size() == 256; }));
  CHECK(b.events.received == every_byte());
}

TEST_CASE_TEMPLATE("contract: a far end that does not read holds nothing up and loses nothing", Far,
                   ALL_PORTS) {
  bench<Far> b;
  b.open();
  std::string much;
  for (int i = 0; i < 900000; ++i) much += static_cast<char>('a' + i % 26);
  for (std::size_t at = 0; at < much.size(); at += 10000)
    b.write(std::string_view(much).substr(at, 10000));
  b.loop.restart();
  b.loop.run_one_for(20ms);
  CHECK(b.port->queued_bytes() > 0);
  CHECK(b.events.drained == 0);
  b.send("meanwhile");
  REQUIRE(b.until([&] { return b.events.received == "meanwhile"; }));
  CHECK(b.arrive(much.size()) == much);
  CHECK(b.until([&] { return b.events.drained >= 1; }));
  CHECK_FALSE(b.events.closed);
}

TEST_CASE_TEMPLATE("contract: a hang-up is told once, with a reason, and the port opens again", Far,
                   ALL_PORTS) {
  bench<Far> b;
  b.open();
  b.send("x");  // it stands
  REQUIRE(b.until([&] { return b.events.received == "x"; }));
  b.far.hang_up();
  REQUIRE(b.until([&] { return b.events.closed.has_value(); }));
  CHECK(b.events.closed->code == errc::port_failed);
  CHECK_FALSE(b.events.closed->detail.empty());
  b.write("into the void");
  CHECK(b.port->queued_bytes() == 0);
  b.far.renew();
  b.open();
  CHECK(b.events.opened == 2);
  b.write("again");
  CHECK(b.arrive(5) == "again");
}

TEST_CASE_TEMPLATE("contract: a closed port says nothing more", Far, ALL_PORTS) {
  bench<Far> b;
  b.open();
  b.write("unsent");
  b.call([&] {
    b.port->close();
    b.port->close();
  });
  CHECK(b.port->queued_bytes() == 0);
  (void)b.far.write("unread");
  b.loop.restart();
  b.loop.run_for(50ms);
  CHECK(b.events.received.empty());
  CHECK(b.events.drained == 0);
  CHECK_FALSE(b.events.closed);
  CHECK_FALSE(b.port->lines());
}

TEST_CASE_TEMPLATE("contract: closed while it opens, it says nothing at all", Far, ALL_PORTS) {
  bench<Far> b;
  b.call([&] {
    b.port->open(b.events);
    b.port->close();
  });
  b.loop.restart();
  b.loop.run_for(50ms);
  CHECK(b.events.opened == 0);
  CHECK_FALSE(b.events.closed);
}

TEST_CASE_TEMPLATE("contract: where there are no lines, DTR moves nothing", Far, ALL_PORTS) {
  bench<Far> b;
  b.open();
  CHECK_FALSE(b.port->lines());
  b.call([&] { b.port->set_dtr(false); });
  b.write("still");
  CHECK(b.arrive(5) == "still");
}

TEST_CASE_TEMPLATE("contract: a changed rate is reported until the port opens again", Far,
                   ALL_PORTS) {
  bench<Far> b;
  b.open();
  const auto first = b.port->baud();
  b.call([&] { b.port->set_baud(921600); });
  CHECK(b.port->baud() == 921600);
  b.write("fast");
  CHECK(b.arrive(4) == "fast");
  b.port->close();
  b.far.hang_up();
  b.far.renew();
  b.open();
  CHECK(b.port->baud() == first);
}
