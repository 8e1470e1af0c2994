// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/memory_port.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace cellsock;

namespace {

struct later_queue {
  std::deque<std::function<void()>> calls;
  defer post() {
    return [this](std::function<void()> call) { calls.push_back(std::move(call)); };
  }
  void run() {
    while (!calls.empty()) {
      auto call = std::move(calls.front());
      calls.pop_front();
      call();
    }
  }
};

struct owner final : port_events {
  void port_opened() override { log += "o"; }
  void port_received(std::span<const std::byte> bytes) override {
    log += "r" + std::to_string(bytes.size());
  }
  void port_drained() override { log += "d"; }
  void port_lines(const modem_lines&) override {}
  void port_closed(const failure& why) override { log += "c:" + std::string(name(why.code)); }
  std::string log;
};

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("events come later, never from inside a call") {
  later_queue loop;
  memory_port port(loop.post(), 115200);
  owner events;
  port.open(events);
  CHECK(events.log.empty());
  loop.run();
  CHECK(events.log == "o");
  port.write(bytes("hello"));
  CHECK(port.queued_bytes() == 5);
  CHECK(port.line().take_written().size() == 5);
  port.line().inject(bytes("abc"));
  CHECK(events.log == "o");
  loop.run();
  CHECK(events.log == "odr3");
  CHECK(port.baud() == 115200);
}

TEST_CASE("a limit makes reads and writes short") {
  later_queue loop;
  memory_port port(loop.post());
  owner events;
  port.open(events);
  port.line().limit(2);
  loop.run();
  port.write(bytes("hello"));
  CHECK(port.line().take_written().size() == 2);
  CHECK(port.line().take_written().size() == 2);
  loop.run();
  CHECK(events.log == "o");  // not drained yet
  CHECK(port.line().take_written().size() == 1);
  port.line().inject(bytes("abc"));
  loop.run();
  CHECK(events.log == "odr2r1");
}

TEST_CASE("the far end sees that something was written") {
  later_queue loop;
  memory_port port(loop.post());
  owner events;
  std::string seen;
  port.line().on_written([&] {
    for (const auto b : port.line().take_written()) seen += static_cast<char>(b);
  });
  port.open(events);
  port.write(bytes("AT\r\n"));
  loop.run();
  CHECK(seen == "AT\r\n");
  CHECK(events.log == "od");
}

TEST_CASE("failing to open, hanging up, closing") {
  later_queue loop;
  memory_port port(loop.post());
  owner events;
  port.line().fail_open(fail(errc::port_missing));
  port.open(events);
  loop.run();
  CHECK(events.log == "c:port-missing");
  CHECK_FALSE(port.line().is_open());
  port.open(events);
  loop.run();
  port.line().hang_up(fail(errc::port_failed));
  loop.run();
  CHECK(events.log == "c:port-missingoc:port-failed");
  port.open(events);
  port.line().inject(bytes("late"));
  port.close();
  loop.run();
  CHECK(events.log == "c:port-missingoc:port-failed");
  port.write(bytes("nothing"));
  CHECK(port.line().take_written().empty());
}
