// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

/// Booted, everything subscribed, radio still off.
struct subscribed : emulator_bench {
  explicit subscribed(modem_config config = {}) : emulator_bench(std::move(config)) {
    (void)until("Ready\r\n");
    for (const char* command :
         {"AT+CMEE=1", "AT+CEREG=5", "AT+CGEREP=1", "AT+CSCON=1", "AT%MDMEV=1", "AT%XSIM=1"})
      (void)ask(command);
  }
  void registered() {
    (void)ask("AT+CFUN=1");
    (void)until("+CGEV: IPV6 0\r\n");
    run(10ms);
  }
};

}  // namespace

TEST_CASE("registration: search, found, RRC, attached, context, in this order and this time") {
  modem_config config;
  config.registration_time = 10s;
  config.roaming = true;
  subscribed t(config);
  const auto start = t.now;
  CHECK(t.ask("AT+CFUN=1") == "\r\nOK\r\n");
  CHECK(t.listen(1s) ==
        "\r\n%XSIM: 1\r\n\r\n+CEREG: 2,\"002F\",\"0012BEEF\",7\r\n\r\n%MDMEV: SEARCH STATUS 1\r\n");
  CHECK(t.ask("AT+CEREG?") == "\r\n+CEREG: 5,2\r\n\r\nOK\r\n");
  CHECK(t.until("2\r\n") == "\r\n%MDMEV: SEARCH STATUS 2\r\n");
  CHECK(t.until("+CSCON: 1\r\n") == "\r\n+CSCON: 1\r\n");
  CHECK(t.ask("AT+CGPADDR=0") == "\r\n+CGPADDR: 0\r\n\r\nOK\r\n");
  CHECK(t.until("\"\r\n") ==
        "\r\n+CEREG: 5,\"002F\",\"0012BEEF\",7,,,\"11100000\",\"11100000\"\r\n");
  CHECK(t.until("ACT 0\r\n") == "\r\n+CGEV: ME PDN ACT 0\r\n");
  CHECK(t.now - start > 10s);
  CHECK(t.now - start < 10100ms);
}

TEST_CASE("URC levels of the registration") {
  for (const auto& [level, expected] :
       {std::pair{"0", ""}, std::pair{"1", "\r\n+CEREG: 2\r\n\r\n+CEREG: 1\r\n"},
        std::pair{"2",
                  "\r\n+CEREG: 2,\"002F\",\"0012BEEF\",7\r\n"
                  "\r\n+CEREG: 1,\"002F\",\"0012BEEF\",7\r\n"}}) {
    emulator_bench t;
    (void)t.until("Ready\r\n");
    (void)t.ask(std::string("AT+CEREG=") + level);
    (void)t.ask("AT+CFUN=1");
    CHECK(t.listen(1s) == expected);
  }
}

TEST_CASE("the RRC connection is released after silence and comes back with traffic") {
  subscribed t;
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  t.registered();
  CHECK(t.listen(11s) == "\r\n+CSCON: 0\r\n");
  CHECK(t.ask("AT+CSCON?") == "\r\n+CSCON: 1,0\r\n\r\nOK\r\n");
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",7").ends_with("OK\r\n"));
  CHECK(t.listen(1s) == "\r\n+CSCON: 1\r\n");
}

TEST_CASE("flight mode takes the context, the sockets and the registration") {
  subscribed t;
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  t.registered();
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",7");
  CHECK(t.ask("AT+CFUN=4") == "\r\nOK\r\n");
  CHECK(t.listen(100ms) ==
        "\r\n+CGEV: ME PDN DEACT 0\r\n\r\n+CGEV: ME DETACH\r\n\r\n+CSCON: 0\r\n\r\n+CEREG: 0\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 4\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"x\"") == "\r\n#XSEND: 0\r\n\r\nERROR\r\n");
  CHECK(t.network.peer(emulator_bench::at("192.0.2.1:7"))->closed());
  CHECK(t.ask("AT#XSOCKET=0") == "\r\n#XSOCKET: 0,\"closed\"\r\n\r\nOK\r\n");
}

TEST_CASE("power off takes its time and clears subscriptions") {
  modem_config config;
  config.power_off_time = 1500ms;
  subscribed t(config);
  t.registered();
  const auto start = t.now;
  CHECK(t.ask("AT+CFUN=0") == "\r\nOK\r\n");
  CHECK(t.now - start > 1500ms);
  CHECK(t.listen(1s).empty());
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s).empty());
  CHECK(t.ask("AT+CEREG?") == "\r\n+CEREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE(
    "the network ends the context: its sockets are dead, others can be made when it returns") {
  subscribed t;
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  t.registered();
  (void)t.ask("AT#XAPOLL=1,1");
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",7");
  CHECK(t.control("pdn down") == "ok");
  CHECK(t.listen(50ms) == "\r\n+CGEV: NW PDN DEACT 0\r\n\r\n#XAPOLL: 0,8\r\n");
  CHECK(t.control("pdn down") == "that context is not active");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nERROR\r\n");
  (void)t.ask("AT#XSOCKET=0");
  CHECK(t.ask("AT#XSOCKET=1,1,0").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",7") == "\r\nERROR\r\n");
  CHECK(t.control("pdn up") == "ok");
  CHECK(t.listen(50ms) == "\r\n+CGEV: ME PDN ACT 0\r\n\r\n+CGEV: IPV6 0\r\n");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",7").ends_with("OK\r\n"));
}

TEST_CASE("a connect under way when the context dies ends at once") {
  emulator_bench t;
  t.network.serve(emulator_bench::at("192.0.2.1:9"), memory_network::behaviour::black_hole);
  t.bring_up();
  (void)t.ask("AT#XSOCKET=1,1,0");
  t.type("AT#XCONNECT=\"192.0.2.1\",9\r\n");
  CHECK(t.listen(1s).empty());
  t.control("pdn down");
  CHECK(t.listen(20ms) == "\r\nERROR\r\n");
}

TEST_CASE("deregistered and taken again") {
  subscribed t;
  t.registered();
  CHECK(t.control("deregister") == "ok");
  CHECK(t.listen(100ms) ==
        "\r\n+CGEV: NW DETACH\r\n\r\n+CGEV: ME PDN DEACT 0\r\n\r\n+CSCON: 0\r\n"
        "\r\n+CEREG: 2,\"002F\",\"0012BEEF\",7\r\n");
  CHECK(t.control("pdn up") == "not registered: `register` first");
  CHECK(t.listen(1h).empty());
  CHECK(t.control("register") == "ok");
  CHECK(t.listen(1s).ends_with("\r\n+CGEV: ME PDN ACT 0\r\n\r\n+CGEV: IPV6 0\r\n"));
}

TEST_CASE("without a SIM") {
  modem_config config;
  config.sim_present = false;
  subscribed t(config);
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s) == "\r\n%XSIM: 0\r\n\r\n+CEREG: 90\r\n");
  for (const char* command : {"AT+CPIN?", "AT+CIMI", "AT%XICCID"})
    CHECK(t.ask(command) == "\r\n+CME ERROR: 10\r\n");
  (void)t.ask("AT+CMEE=0");
  CHECK(t.ask("AT+CPIN?") == "\r\nERROR\r\n");
  CHECK(t.control("sim") == "ok");
  CHECK(t.listen(1s).ends_with("\r\n+CGEV: ME PDN ACT 0\r\n\r\n+CGEV: IPV6 0\r\n"));
  CHECK(t.ask("AT+CPIN?") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  CHECK(t.control("no-sim") == "ok");
  CHECK(t.listen(100ms).ends_with("\r\n+CEREG: 90\r\n"));
}

TEST_CASE("notifications are lost in data mode and wait while a command blocks") {
  subscribed t;
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::scripted);
  t.registered();
  (void)t.ask("AT#XSOCKET=1,2,0");
  (void)t.ask("AT#XSENDTO=\"192.0.2.1\",7");
  t.control("pdn down");
  CHECK(t.listen(100ms).empty());
  t.type("+++");
  CHECK(t.listen(100ms) == "\r\n#XDATAMODE: 0\r\n");
  t.control("pdn up");
  (void)t.listen(100ms);
  (void)t.ask("AT+CGDCONT=1,\"IP\",\"b\"");
  (void)t.ask("AT+CGACT=1,1");
  (void)t.listen(100ms);
  (void)t.ask("AT#XSOCKET=1,2,0");
  t.type("AT#XRECV=1\r\n");
  t.run(500ms);
  t.control("pdn down 1");
  CHECK(t.listen(400ms).empty());
  CHECK(t.listen(300ms) == "\r\nERROR\r\n\r\n+CGEV: NW PDN DEACT 1\r\n");
}

TEST_CASE("native commands and their errors") {
  subscribed t;
  t.registered();
  const std::pair<const char*, const char*> rows[] = {
      {"AT+CGMI", "\r\nNordic Semiconductor ASA\r\n\r\nOK\r\n"},
      {"AT+CGMM", "\r\nnRF9160-SICA\r\n\r\nOK\r\n"},
      {"AT+CGMR", "\r\nmfw_nrf9160_1.3.7\r\n\r\nOK\r\n"},
      {"AT+CGSN", "\r\n352656100367872\r\n\r\nOK\r\n"},
      {"AT+CGSN=1", "\r\n+CGSN: \"352656100367872\"\r\n\r\nOK\r\n"},
      {"AT%HWVERSION", "\r\n%HWVERSION: nRF9160 SICA B0A\r\n\r\nOK\r\n"},
      {"AT%SHORTSWVER", "\r\n%SHORTSWVER: nrf9160_1.3.7\r\n\r\nOK\r\n"},
      {"AT+CIMI", "\r\n262011234567890\r\n\r\nOK\r\n"},
      {"AT+COPS?", "\r\n+COPS: 0,2,\"26201\",7\r\n\r\nOK\r\n"},
      {"AT+CGACT?", "\r\n+CGACT: 0,1\r\n\r\nOK\r\n"},
      {"AT+CGDCONT?",
       "\r\n+CGDCONT: 0,\"IPV4V6\",\"iot.example\",\"10.160.1.2 2001:db8:160:1::2\",0,0\r\n"
       "\r\nOK\r\n"},
      {"AT+CESQ", "\r\n+CESQ: 99,99,255,255,25,64\r\n\r\nOK\r\n"},
      {"AT%XNEWCID?", "\r\n%XNEWCID: 1\r\n\r\nOK\r\n"},
      {"AT%XGETPDNID=0", "\r\n%XGETPDNID: 0\r\n\r\nOK\r\n"},
      {"AT%XSYSTEMMODE?", "\r\n%XSYSTEMMODE: 1,0,0,0\r\n\r\nOK\r\n"},
      {"AT%XTEMP?", "\r\n%XTEMP: 24\r\n\r\nOK\r\n"},
      {"AT%XVBAT", "\r\n%XVBAT: 3804\r\n\r\nOK\r\n"},
      {"AT%XSIM?", "\r\n%XSIM: 1\r\n\r\nOK\r\n"},
      {"AT+CEDRXS=1,4,\"1001\"", "\r\nOK\r\n"},
      {"AT%RAI=1", "\r\nOK\r\n"},
      {"AT+CGAUTH=0,1,\"user\",\"secret\"", "\r\nOK\r\n"},
      {"AT+CNEC=16", "\r\nOK\r\n"},
      {"AT%CESQ=1", "\r\nOK\r\n"},
      // This chip knows 0 and 1 only; the feature set only while LTE is off.
      {"AT%RAI=2", "\r\n+CME ERROR: 50\r\n"},
      {"AT%REL14FEAT=0,1,0,0,0", "\r\n+CME ERROR: 518\r\n"},
      {"AT%XSYSTEMMODE=1,0,0,0", "\r\n+CME ERROR: 3\r\n"},
      {"AT+CGACT=0,0", "\r\n+CME ERROR: 3\r\n"},
      {"AT+CFUN=9", "\r\n+CME ERROR: 50\r\n"},
      {"AT+CEREG=6", "\r\n+CME ERROR: 50\r\n"},
      {"AT%XGETPDNID=5", "\r\n+CME ERROR: 3\r\n"},
      // Unknown ones, and everything of the application, have no code.
      {"AT+NOPE", "\r\nERROR\r\n"},
      {"AT%NOPE=1", "\r\nERROR\r\n"},
      {"AT#XNOPE", "\r\nERROR\r\n"},
      {"AT#XSOCKETSELECT=5", "\r\nERROR\r\n"},
  };
  for (const auto& row : rows) CHECK_MESSAGE(t.ask(row.first) == row.second, row.first);
  CHECK(t.ask("AT%XMONITOR").starts_with("\r\n%XMONITOR: 1,\"Emulated Network\","));
  CHECK(t.ask("AT%CONEVAL").starts_with("\r\n%CONEVAL: 0,1,7,"));
}
