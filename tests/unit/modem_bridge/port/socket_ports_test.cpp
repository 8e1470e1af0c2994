// SPDX-License-Identifier: Apache-2.0
// What is a port's own: how it fails to open, and what its child and its lines do.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "modem_bridge/port/child.hpp"
#include "tests/support/far_end.hpp"

using namespace cellsock;
using namespace cellsock::test;
using namespace std::chrono_literals;

namespace {

struct owner final : port_events {
  void port_opened() override { opened = true; }
  void port_received(std::span<const std::byte>) override {}
  void port_drained() override {}
  void port_closed(const failure& why) override { closed = why; }
  void port_lines(const modem_lines& now) override { lines.push_back(now); }
  bool opened = false;
  std::optional<failure> closed;
  std::vector<modem_lines> lines;
};

template <class Condition>
bool run_until(asio::io_context& loop, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.restart();
    loop.run_one_for(20ms);
  }
  return true;
}

failure failure_of(const modem_uri& uri) {
  asio::io_context loop;
  owner events;
  const auto port = make_port(loop, uri);
  port->open(events);
  CHECK_FALSE(events.closed);  // never from inside the call
  CHECK(run_until(loop, [&] { return events.closed.has_value(); }));
  CHECK_FALSE(events.opened);
  return events.closed.value_or(failure{});
}

}  // namespace

TEST_CASE("nobody there: each port says what is missing") {
  const auto no_socket = failure_of(unix_uri{.path = "/nonexistent/modem"});
  CHECK(no_socket.code == errc::port_missing);
  CHECK(no_socket.detail.find("no such socket") != std::string::npos);
  std::uint16_t port = 0;
  {
    tcp_end gone;
    port = gone.port;
  }
  const auto refused = failure_of(tcp_uri{.host = "127.0.0.1", .port = port});
  CHECK(refused.code == errc::port_missing);
  CHECK(refused.detail.find("127.0.0.1:" + std::to_string(port) + ": connection refused") == 0);
  const auto refused6 = failure_of(tcp_uri{.host = "::1", .port = 1});
  CHECK(refused6.detail.find("[::1]:1") == 0);
}

TEST_CASE("a Unix server that is gone leaves its path behind") {
  unix_end far;
  asio::io_context loop;
  const auto port = far.make(loop);
  CHECK(port->baud() == 0);
  far.close_listener();
  const auto why = failure_of(unix_uri{.path = unix_end::path()});
  CHECK(why.code == errc::port_missing);
  CHECK(why.detail.find("nobody listens") != std::string::npos);
}

TEST_CASE("no emulator anywhere: the places are named") {
  const auto all = places_of("nrf91-emulator", "/opt/sbin", "/usr/bin::/bin");
  CHECK(all == std::vector<std::string>{"/opt/sbin/nrf91-emulator",
                                        "/opt/sbin/../bin/nrf91-emulator",
                                        "/opt/sbin/../modem_bridge/emulator/nrf91-emulator",
                                        "/usr/bin/nrf91-emulator", "/bin/nrf91-emulator"});
  CHECK(places_of("x", "/d", "").size() == 3);
  const auto missing = find_program("cellsock-no-such-program");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == errc::port_missing);
  CHECK(missing.error().detail.find("$PATH") != std::string::npos);
}

TEST_CASE("a child's words and its end are told; it is started anew at each open") {
  std::signal(SIGPIPE, SIG_IGN);
  child_end far;
  asio::io_context loop;
  owner events;
  const auto port = far.make(loop);
  port->open(events);
  REQUIRE(run_until(loop, [&] { return far.said == "carrying --baud=1000000\n"; }));
  (void)far.write("x");
  far.hang_up();
  REQUIRE(run_until(loop, [&] { return events.closed.has_value(); }));
  CHECK(events.closed->code == errc::port_failed);
  CHECK(events.closed->detail == "nrf91-emulator exited with status 7: carrying --baud=1000000");
  events.closed.reset();
  port->open(events);
  REQUIRE(run_until(loop, [&] { return far.said.size() > 30; }));
  port->close();
  loop.restart();
  loop.run_for(10s);  // ends by itself once the child has
  CHECK(loop.stopped());
  CHECK_FALSE(events.closed);
}

TEST_CASE("a child that is killed says by what") {
  asio::io_context loop;
  std::string how;
  std::string said;
  const auto started =
      child::run(loop, "/bin/sh", {"-c", "echo one; printf two; kill -9 $$"}, ::dup(0),
                 {[&](std::string_view line) { said += std::string(line) + '|'; },
                  [&](const std::string& text) { how = text; }});
  REQUIRE(started);
  REQUIRE(run_until(loop, [&] { return !how.empty(); }));
  CHECK(how == "was killed by signal 9");
  CHECK(said == "one|");
}

TEST_CASE("the memory port has lines when its modem has") {
  asio::io_context loop;
  owner events;
  memory_end far;
  const auto port = far.make(loop);
  far.line->set_lines(true, false);
  CHECK_FALSE(port->lines());
  port->open(events);
  REQUIRE(run_until(loop, [&] { return events.opened; }));
  CHECK(far.line->dtr());
  CHECK(port->lines() == modem_lines{true, true, false});
  port->set_dtr(false);
  CHECK_FALSE(far.line->dtr());
  far.line->set_lines(true, true);
  REQUIRE(run_until(loop, [&] { return !events.lines.empty(); }));
  CHECK(events.lines == std::vector{modem_lines{false, true, true}});
}
