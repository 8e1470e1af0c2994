// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/scripted_modem.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

engine_config fast() {
  engine_config config;
  config.fast_baud = 1000000;
  return config;
}

std::vector<unsigned> rates(const scripted_modem& m) {
  std::vector<unsigned> found;
  for (const auto& o : m.all<outcome::set_baud>()) found.push_back(o.baud);
  return found;
}

}  // namespace

TEST_CASE("the line is taken to its fast rate before anything else is set up") {
  scripted_modem m(fast());
  m.be_serial_modem();
  m.boot();
  m.pass(1s);
  CHECK(m.driver.status().state == link_state::ready);
  CHECK(rates(m) == std::vector<unsigned>{1000000});
  const auto at = std::find(m.sent.begin(), m.sent.end(), "AT+IPR=1000000");
  REQUIRE(at != m.sent.end());
  CHECK(*(at + 1) == "AT");
  CHECK(*(at + 2) == "ATE0");
  // After a restart it has its own rate again, and is taken there again.
  m.feed("Ready\r\n");
  m.pass(2s);
  CHECK(m.driver.status().state == link_state::ready);
  CHECK(rates(m) == std::vector<unsigned>{1000000, 115200, 1000000});
}

TEST_CASE("who refuses another rate, or has no way to change it, works at the first one") {
  std::string told;
  engine_config config = fast();
  scripted_modem refusing(config);
  refusing.be_serial_modem();
  refusing.answer("AT+IPR", "\r\nERROR\r\n");
  refusing.boot();
  CHECK(refusing.driver.status().state == link_state::ready);
  CHECK(rates(refusing).empty());

  scripted_modem fixed(config);
  fixed.on_trace = [&](const trace_event& line) {
    if (line.towards == trace_event::direction::note) told += line.text + "\n";
  };
  fixed.boot();
  CHECK(fixed.driver.status().state == link_state::ready);
  CHECK(rates(fixed).empty());
  CHECK_FALSE(fixed.was_sent("AT+IPR"));
  CHECK(told.find("fixed when the firmware is built") != std::string::npos);

  scripted_modem old(config);
  old.answer("AT#XCLAC", "\r\nAT#XSOCKETSELECT\r\nAT#XPOLL\r\nAT#XSLMUART\r\n\r\nOK\r\n");
  old.boot();
  old.pass(1s);
  CHECK(old.was_sent("AT#XSLMUART=1000000"));
  CHECK(old.driver.status().state == link_state::ready);
}

TEST_CASE("a modem that is not heard at the fast rate is gone back for") {
  scripted_modem m(fast());
  m.be_serial_modem();
  m.hears_at = 115200;
  m.boot();
  m.pass(3s);
  CHECK(rates(m) == std::vector<unsigned>{1000000, 115200});
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("a modem left at another rate is found there") {
  scripted_modem m(fast());
  m.be_serial_modem();
  m.hears_at = 460800;
  m.driver.port_opened(m.now);
  m.settle();
  m.answer("AT+IPR", "\r\nERROR\r\n");
  m.pass(30s);
  CHECK(rates(m) == std::vector<unsigned>{1000000, 921600, 460800});
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("a restart that nobody heard at the fast rate is found out") {
  scripted_modem m(fast());
  m.be_serial_modem();
  m.boot();
  m.pass(1s);
  REQUIRE(m.driver.status().state == link_state::ready);
  m.hears_at = 115200;  // its `Ready` was noise here
  m.driver.declare(socket_id{1}, ip_family::v4, transport::stream);
  m.driver.connect(ticket{1}, socket_id{1}, {{ip_family::v4, {192, 0, 2, 10}}, 7}, 10s, m.now);
  m.settle();
  for (int i = 0; i < 1200 && rates(m).size() < 2; ++i) m.pass(50ms);
  m.hears_at = 0;
  m.pass(3s);
  CHECK(rates(m) == std::vector<unsigned>{1000000, 115200, 1000000});
  CHECK(m.count<outcome::failed>() == 1);
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("a port without a line has no rate") {
  engine_config config = fast();
  config.baud = 0;
  scripted_modem m(config);
  m.be_serial_modem();
  m.boot();
  CHECK(m.driver.status().state == link_state::ready);
  CHECK(rates(m).empty());
  CHECK_FALSE(m.was_sent("AT+IPR"));
}
