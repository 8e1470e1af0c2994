// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/uart_port.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

/// A pty whose far end plays the modem.
struct line {
  line() {
    char name[128] = {};
    REQUIRE(::openpty(&modem, &keep, name, nullptr, nullptr) == 0);
    path = name;
    REQUIRE(::fcntl(modem, F_SETFL, O_NONBLOCK) == 0);
    // Only the port holds the near end, as with a real device.
    ::close(keep);
  }
  ~line() { hang_up(); }
  line(const line&) = delete;
  line& operator=(const line&) = delete;

  void hang_up() {
    if (modem >= 0) ::close(modem);
    modem = -1;
  }
  std::string read() const {
    char buffer[65536];
    const auto got = ::read(modem, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }
  void write(std::string_view text) const {
    REQUIRE(::write(modem, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  int modem = -1;
  int keep = -1;
  std::string path;
};

struct owner final : port_events {
  void port_opened() override {
    ++opened;
    CHECK_FALSE(inside);
  }
  void port_received(std::span<const std::byte> bytes) override {
    CHECK_FALSE(inside);
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void port_drained() override {
    CHECK_FALSE(inside);
    ++drained;
  }
  void port_lines(const modem_lines&) override {}
  void port_closed(const failure& why) override {
    CHECK_FALSE(inside);
    closed = why;
  }
  int opened = 0;
  int drained = 0;
  std::string received;
  std::optional<failure> closed;
  bool inside = false;  // a call of the port is on the stack
};

template <class Condition>
bool run_until(asio::io_context& loop, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.restart();
    loop.run_one_for(20ms);
  }
  return true;
}

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("bytes go both ways, whatever they are") {
  line far;
  asio::io_context loop;
  owner events;
  uart_port port(loop, {far.path, 115200, true});
  events.inside = true;
  port.open(events);
  events.inside = false;
  REQUIRE(run_until(loop, [&] { return events.opened == 1; }));
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  events.inside = true;
  port.write(bytes(all));
  events.inside = false;
  std::string arrived;
  REQUIRE(run_until(loop, [&] { return (arrived += far.read()).size() == all.size(); }));
  CHECK(arrived == all);
  REQUIRE(run_until(loop, [&] { return events.drained == 1; }));
  CHECK(port.queued_bytes() == 0);
  far.write(all);
  REQUIRE(run_until(loop, [&] { return events.received.size() == all.size(); }));
  CHECK(events.received == all);
}

TEST_CASE("a modem that does not read holds nothing up") {
  line far;
  asio::io_context loop;
  owner events;
  uart_port port(loop, {far.path, 1000000, false});
  port.open(events);
  REQUIRE(run_until(loop, [&] { return events.opened == 1; }));
  std::string much;
  for (int i = 0; i < 400000; ++i) much += static_cast<char>('a' + i % 26);
  // In pieces, while earlier ones are still under way: short writes are certain on a pty.
  for (std::size_t at = 0; at < much.size(); at += 10000)
    port.write(bytes(std::string_view(much).substr(at, 10000)));
  loop.restart();
  loop.run_one_for(20ms);
  CHECK(port.queued_bytes() > 0);
  CHECK(events.drained == 0);
  std::string arrived;
  REQUIRE(run_until(loop, [&] { return (arrived += far.read()).size() == much.size(); }));
  CHECK(arrived == much);
  REQUIRE(run_until(loop, [&] { return events.drained >= 1; }));
}

TEST_CASE("the line is raw, at the rate asked for, and no terminal of ours") {
  line far;
  asio::io_context loop;
  owner events;
  uart_port port(loop, {far.path, 1000000, true});
  port.open(events);
  REQUIRE(run_until(loop, [&] { return events.opened == 1; }));
  CHECK(port.baud() == 1000000);
  termios settings{};
  REQUIRE(::tcgetattr(far.modem, &settings) == 0);
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
  CHECK((settings.c_oflag & OPOST) == 0);
  CHECK((settings.c_iflag & (ICRNL | IXON)) == 0);
  CHECK((settings.c_cflag & CSIZE) == CS8);
  CHECK((settings.c_cflag & HUPCL) == 0);
}

TEST_CASE("a device has one owner") {
  line far;
  asio::io_context loop;
  owner first;
  owner second;
  uart_port port(loop, {far.path, 115200, true});
  port.open(first);
  REQUIRE(run_until(loop, [&] { return first.opened == 1; }));
  uart_port other(loop, {far.path, 115200, true});
  other.open(second);
  CHECK_FALSE(second.closed);
  REQUIRE(run_until(loop, [&] { return second.closed.has_value(); }));
  CHECK(second.closed->code == errc::port_busy);
  CHECK(second.closed->detail.find("another program") != std::string::npos);
  CHECK(second.opened == 0);
  // The owner never noticed; once it lets go, the next may have it.
  far.write("still here");
  REQUIRE(run_until(loop, [&] { return first.received == "still here"; }));
  port.close();
  owner third;
  other.open(third);
  REQUIRE(run_until(loop, [&] { return third.opened == 1; }));
}

TEST_CASE("no device, or no serial device") {
  asio::io_context loop;
  owner events;
  uart_port missing(loop, {"/dev/cellsock-no-such-device", 115200, true});
  missing.open(events);
  REQUIRE(run_until(loop, [&] { return events.closed.has_value(); }));
  CHECK(events.closed->code == errc::port_missing);
  owner others;
  uart_port wrong(loop, {"/dev/null", 115200, true});
  wrong.open(others);
  REQUIRE(run_until(loop, [&] { return others.closed.has_value(); }));
  CHECK(others.closed->code == errc::port_failed);
  CHECK(others.closed->detail.find("not a serial device") != std::string::npos);
}

TEST_CASE("a hang-up is told once, and the port can be opened again") {
  asio::io_context loop;
  owner events;
  std::optional<line> far(std::in_place);
  uart_port port(loop, {far->path, 115200, true});
  port.open(events);
  REQUIRE(run_until(loop, [&] { return events.opened == 1; }));
  far->hang_up();
  REQUIRE(run_until(loop, [&] { return events.closed.has_value(); }));
  CHECK(events.closed->code == errc::port_failed);
  CHECK(events.closed->detail.find("hang-up") != std::string::npos);
  events.closed.reset();
  port.write(bytes("into the void"));
  CHECK(port.queued_bytes() == 0);
  loop.restart();
  loop.run_one_for(20ms);
  CHECK_FALSE(events.closed);
}

TEST_CASE("a closed port says nothing more") {
  line far;
  asio::io_context loop;
  owner events;
  {
    uart_port port(loop, {far.path, 115200, true});
    port.open(events);
    REQUIRE(run_until(loop, [&] { return events.opened == 1; }));
    far.write("unread");
    port.write(bytes("unsent"));
    port.close();
    port.close();
  }
  loop.restart();
  loop.run_for(50ms);
  CHECK(events.received.empty());
  CHECK(events.drained == 0);
  CHECK_FALSE(events.closed);
}
