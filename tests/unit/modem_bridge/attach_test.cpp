// SPDX-License-Identifier: Apache-2.0
// How the modem gets onto its network: what is configured, and what a person orders.
#include <doctest/doctest.h>

#include <algorithm>

#include "modem_bridge/engine.hpp"
#include "tests/support/scripted_modem.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

const endpoint peer{{ip_family::v4, {192, 0, 2, 10}}, 7};

engine_config with(attach_settings attach) {
  engine_config config;
  config.attach = std::move(attach);
  return config;
}

std::ptrdiff_t times(const scripted_modem& m, std::string_view begins) {
  return std::count_if(m.sent.begin(), m.sent.end(),
                       [&](const std::string& text) { return text.starts_with(begins); });
}

/// One whose SIM card has a PIN.
struct locked : scripted_modem {
  explicit locked(std::string pin, std::string_view tries = "3")
      : scripted_modem(with({.pin = std::move(pin)})) {
    answer("AT+CPIN?", "\r\n+CPIN: \"SIM PIN\"\r\n\r\nOK\r\n");
    answer("AT+CPINR", "\r\n+CPINR: \"SIM PIN\"," + std::string(tries) + "\r\n\r\nOK\r\n");
    answer("AT+CEREG?", "\r\n+CEREG: 5,0\r\n\r\nOK\r\n");
  }
};

}  // namespace

TEST_CASE("what is as it should be is not written, and the modem stays on its network") {
  scripted_modem m(with({.system = system_mode{true, false, false, 0},
                         .psm = psm_wish{true, 3600s, 10s},
                         .edrx = edrx_wish{true, 82s}}));
  m.answer("AT%XSYSTEMMODE?", "\r\n%XSYSTEMMODE: 1,0,0,0\r\n\r\nOK\r\n");
  m.answer("AT+CPSMS?", "\r\n+CPSMS: 1,,,\"00000110\",\"00000101\"\r\n\r\nOK\r\n");
  m.answer("AT+CEDRXS?", "\r\n+CEDRXS: 4,\"0101\"\r\n+CEDRXS: 5,\"0101\"\r\n\r\nOK\r\n");
  m.boot();
  CHECK(m.driver.status().state == link_state::ready);
  for (const char* command : {"AT%XSYSTEMMODE=", "AT+CPSMS=", "AT+CEDRXS=", "AT+CFUN="})
    CHECK_FALSE(m.was_sent(command));
}

TEST_CASE("what differs is written, with the radio off where it must be, and seldom so") {
  scripted_modem m(with({.system = system_mode{true, true, false, 1},
                         .psm = psm_wish{true, 3600s, 10s},
                         .edrx = edrx_wish{false, {}}}));
  m.answer("AT%XSYSTEMMODE?", "\r\n%XSYSTEMMODE: 1,0,0,0\r\n\r\nOK\r\n");
  m.answer("AT+CPSMS?", "\r\n+CPSMS: 0\r\n\r\nOK\r\n");
  m.answer("AT+CEDRXS?", "\r\n+CEDRXS: 5,\"0101\"\r\n\r\nOK\r\n");
  m.boot();
  const auto place = [&](std::string_view text) {
    return std::find(m.sent.begin(), m.sent.end(), text) - m.sent.begin();
  };
  CHECK(place("AT+CFUN=4") < place("AT%XSYSTEMMODE=1,1,0,1"));
  CHECK(place("AT%XSYSTEMMODE=1,1,0,1") < place("AT+CFUN=1"));
  CHECK(place("AT+CFUN=1") < static_cast<std::ptrdiff_t>(m.sent.size()));
  CHECK(m.was_sent("AT+CPSMS=1,\"\",\"\",\"00000110\",\"00000101\""));
  CHECK_FALSE(m.was_sent("AT+CEDRXS=0,4"));
  CHECK(m.was_sent("AT+CEDRXS=0,5"));
  // A modem that does not keep it is not switched off and on for ever.
  for (int i = 0; i < 5; ++i) {
    m.feed("\r\nReady\r\n");
    m.pass(2s);
  }
  CHECK(times(m, "AT+CFUN=4") == 1);
  m.pass(2min);
  m.feed("\r\nReady\r\n");
  m.pass(2s);
  CHECK(times(m, "AT+CFUN=4") == 2);
}

TEST_CASE("the PIN is entered once, and is shown to nobody") {
  locked m("1234");
  std::string trace;
  m.on_trace = [&](const trace_event& line) { trace += line.text + "\n"; };
  m.boot();
  CHECK(m.was_sent("AT+CPIN=\"1234\""));
  CHECK(trace.find("AT+CPIN=***") != std::string::npos);
  CHECK(trace.find("1234") == std::string::npos);
  CHECK(m.driver.status().trouble.code == errc::not_registered);
  m.answer("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,5,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n");
  m.pass(10s);
  CHECK(m.driver.status().network == registration::roaming);
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("a wrong PIN is not tried again, whatever restarts") {
  locked m("1111");
  m.answer("AT+CPIN=", "\r\n+CME ERROR: 16\r\n");
  m.boot();
  m.pass(5min);
  m.feed("\r\nReady\r\n");
  m.pass(5min);
  CHECK(times(m, "AT+CPIN=") == 1);
  CHECK(m.driver.status().trouble.code == errc::no_sim);
}

TEST_CASE("the last try is left to a person; without a PIN it is asked for") {
  locked last("1234", "1");
  last.boot();
  CHECK_FALSE(last.was_sent("AT+CPIN="));
  CHECK(last.driver.status().trouble.code == errc::no_sim);
  locked none("");
  none.boot();
  CHECK_FALSE(none.was_sent("AT+CPIN="));
  CHECK(none.driver.status().trouble.detail.find("modem.pin_file") != std::string::npos);
  locked mute("1234");
  mute.answer("AT+CPINR", "\r\nERROR\r\n");
  mute.boot();
  CHECK(mute.was_sent("AT+CPIN="));
}

TEST_CASE("a PUK is a person's affair") {
  locked m("1234");
  m.answer("AT+CPIN?", "\r\n+CPIN: \"SIM PUK\"\r\n\r\nOK\r\n");
  m.boot();
  CHECK_FALSE(m.was_sent("AT+CPIN="));
  CHECK(m.driver.status().trouble.detail.find("PUK") != std::string::npos);
}

TEST_CASE("a denied registration says why, as far as the network does") {
  scripted_modem m;
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,3,\"002F\",\"0012BEEF\",7,0,11\r\n\r\nOK\r\n");
  m.boot();
  CHECK(m.driver.status().network == registration::denied);
  CHECK(m.driver.status().trouble.code == errc::registration_denied);
  CHECK(m.driver.status().trouble.detail.find("PLMN not allowed (EMM cause 11)") !=
        std::string::npos);
}

TEST_CASE("what the network grants is shown") {
  scripted_modem m;
  m.boot();
  m.feed("\r\n+CEREG: 1,\"002F\",\"0012BEEF\",7,,,\"00000101\",\"00000110\"\r\n");
  m.feed("\r\n+CEDRXP: 4,\"0101\",\"0100\",\"0001\"\r\n");
  CHECK(m.driver.status().power.active_time == 10s);
  CHECK(m.driver.status().power.tau == 3600s);
  CHECK(m.driver.status().power.edrx == 61440ms);
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("a modem that restrains itself says so until it is registered") {
  scripted_modem m;
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,2\r\n\r\nOK\r\n");
  m.boot();
  m.feed("\r\n%MDMEV: RESET LOOP\r\n");
  CHECK(m.driver.status().trouble.detail.find("reset too often") != std::string::npos);
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n");
  m.pass(10s);
  CHECK(m.driver.status().state == link_state::ready);
  CHECK(m.driver.status().trouble.code == errc::none);
}

TEST_CASE("a person switches the radio off and on") {
  scripted_modem m;
  m.boot();
  m.driver.declare(socket_id{1}, ip_family::v4, transport::stream);
  m.driver.connect(ticket{1}, socket_id{1}, peer, 10s, m.now);
  m.settle();
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,0\r\n\r\nOK\r\n");
  m.driver.set_radio(ticket{2}, radio_mode::flight, m.now);
  m.settle();
  CHECK(m.was_sent("AT+CFUN=4"));
  CHECK(m.count<outcome::ordered>() == 1);
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().why.code == errc::pdn_down);
  CHECK(m.driver.status().network == registration::off);
  CHECK(m.driver.status().trouble.detail.find("cellsock modem on") != std::string::npos);
  // It stays off, also when the modem restarts.
  m.answer("AT+CFUN?", "\r\n+CFUN: 0\r\n\r\nOK\r\n");
  m.feed("\r\nReady\r\n");
  m.pass(1min);
  CHECK_FALSE(m.was_sent("AT+CFUN=1"));
  m.sent.clear();
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n");
  m.driver.set_radio(ticket{3}, radio_mode::on, m.now);
  m.pass(5s);
  CHECK(m.count<outcome::ordered>() == 2);
  CHECK(m.was_sent("AT+CEREG=5"));
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("an order that the modem refuses, or hears no more, fails") {
  scripted_modem m;
  m.boot();
  m.answer("AT+CFUN=0", "\r\nERROR\r\n");
  m.driver.set_radio(ticket{1}, radio_mode::off, m.now);
  m.settle();
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK(m.all<outcome::failed>().back().why.code == errc::modem_error);
  m.answers_left = 0;
  m.driver.set_radio(ticket{2}, radio_mode::flight, m.now);
  m.pass(2min);
  CHECK(m.count<outcome::failed>() == 2);
  m.driver.set_radio(ticket{3}, radio_mode::on, m.now);
  m.settle();
  CHECK(m.count<outcome::failed>() == 3);
  CHECK(m.all<outcome::failed>().back().why.code == errc::link_down);
}

TEST_CASE("a radio that a person switched off is off, whatever the modem says of its SIM card") {
  scripted_modem m;
  m.boot();
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,0\r\n\r\nOK\r\n");
  m.answer("AT+CPIN?", "\r\n+CME ERROR: 10\r\n");
  m.driver.set_radio(ticket{1}, radio_mode::flight, m.now);
  m.feed("\r\n%XSIM: 0\r\n");
  m.pass(10s);
  CHECK(m.driver.status().network == registration::off);
  CHECK(m.driver.status().trouble.detail.find("cellsock modem on") != std::string::npos);
  // One that restarts with its radio on is switched off again.
  m.sent.clear();
  m.feed("\r\nReady\r\n");
  m.pass(5s);
  CHECK(m.was_sent("AT+CFUN=4"));
  CHECK(m.driver.status().network == registration::off);
}
