// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/uicc.hpp"

#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

TEST_CASE("a card without a PIN is ready as soon as it has power") {
  uicc card(true, "", "12345678");
  CHECK(card.now() == uicc::state::off);
  card.power(true);
  CHECK(card.now() == uicc::state::ready);
  CHECK(card.insert(false));
  CHECK_FALSE(card.insert(false));
  CHECK(card.now() == uicc::state::absent);
}

TEST_CASE("PIN, PUK, and the end of the card") {
  uicc card(true, "1234", "12345678");
  card.power(true);
  CHECK(card.now() == uicc::state::pin_wanted);
  CHECK_FALSE(card.enter_pin("0000"));
  CHECK(card.enter_pin("1234"));
  CHECK(card.now() == uicc::state::ready);
  card.restart();
  CHECK(card.now() == uicc::state::pin_wanted);
  for (int i = 0; i < uicc::pin_tries; ++i) CHECK_FALSE(card.enter_pin("0000"));
  CHECK(card.now() == uicc::state::puk_wanted);
  CHECK_FALSE(card.enter_pin("1234"));
  CHECK_FALSE(card.enter_puk("00000000", "4321"));
  CHECK(card.enter_puk("12345678", "4321"));
  CHECK(card.now() == uicc::state::ready);
  card.power(false);
  card.power(true);
  CHECK_FALSE(card.enter_pin("1234"));
  CHECK(card.enter_pin("4321"));
  card.restart();
  for (int i = 0; i < uicc::pin_tries; ++i) (void)card.enter_pin("0000");
  for (int i = 0; i < uicc::puk_tries; ++i) CHECK_FALSE(card.enter_puk("00000000", "4321"));
  CHECK(card.now() == uicc::state::blocked);
  CHECK_FALSE(card.enter_puk("12345678", "4321"));
}

TEST_CASE("a modem whose SIM wants a PIN registers when it has it") {
  modem_config config;
  config.pin = "1234";
  emulator_bench t(config);
  (void)t.until("Ready\r\n");
  for (const char* command : {"AT+CMEE=1", "AT+CEREG=1", "AT%XSIM=1"}) (void)t.ask(command);
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s) == "\r\n%XSIM: 0,1\r\n\r\n+CEREG: 90\r\n");
  CHECK(t.ask("AT+CPIN?") == "\r\n+CPIN: \"SIM PIN\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CIMI") == "\r\n+CME ERROR: 11\r\n");
  CHECK(t.ask("AT+CPIN=\"9999\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(t.ask("AT+CPIN=\"1234\"") == "\r\nOK\r\n");
  CHECK(t.listen(1s) == "\r\n%XSIM: 1\r\n\r\n+CEREG: 2\r\n\r\n+CEREG: 1\r\n");
  // Flight mode that keeps the card asks for none again, the other does.
  (void)t.ask("AT+CFUN=44");
  (void)t.ask("AT+CFUN=1");
  t.run(1s);
  CHECK(t.ask("AT+CPIN?").find("READY") != std::string::npos);
  (void)t.ask("AT+CFUN=4");
  (void)t.ask("AT+CFUN=1");
  t.run(1s);
  CHECK(t.ask("AT+CPIN?").find("SIM PIN") != std::string::npos);
  for (int i = 0; i < 3; ++i) CHECK(t.ask("AT+CPIN=\"0000\"") == "\r\n+CME ERROR: 16\r\n");
  t.run(10ms);
  CHECK(t.ask("AT+CPIN?").find("SIM PUK") != std::string::npos);
  CHECK(t.ask("AT+CIMI") == "\r\n+CME ERROR: 12\r\n");
  CHECK(t.ask("AT+CPIN=\"1234\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(t.ask("AT+CPIN=\"12345678\",\"7777\"") == "\r\nOK\r\n");
  t.run(1s);
  t.output.clear();
  CHECK(t.ask("AT+CEREG?") == "\r\n+CEREG: 1,1\r\n\r\nOK\r\n");
}

TEST_CASE("the card alone can be switched off and on") {
  emulator_bench t;
  t.bring_up();
  for (const char* command : {"AT+CEREG=1", "AT%XSIM=1"}) (void)t.ask(command);
  CHECK(t.ask("AT+CFUN=40") == "\r\nOK\r\n");
  CHECK(t.listen(100ms) == "\r\n%XSIM: 0\r\n\r\n+CEREG: 90\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CFUN=41") == "\r\nOK\r\n");
  CHECK(t.listen(1s) == "\r\n%XSIM: 1\r\n\r\n+CEREG: 2\r\n\r\n+CEREG: 1\r\n");
}
