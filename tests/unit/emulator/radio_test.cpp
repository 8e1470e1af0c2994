// SPDX-License-Identifier: Apache-2.0
// The radio connection as a host meets it: power saving, release assistance, registration.
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

modem_config in_a_cell(dialect firmware) {
  modem_config config = config_of(firmware);
  config.rrc_setup = 200ms;
  config.names.emplace("a.test", *cellsock::parse_address("192.0.2.1"));
  return config;
}

/// Registered and idle, `+CSCON` subscribed, release assistance on.
struct camping : emulator_bench {
  explicit camping(dialect firmware, modem_config config)
      : emulator_bench(std::move(config)), sm(firmware >= dialect::sm_1) {
    network.echo_datagrams(at("192.0.2.1:7"));
    network.serve(at("192.0.2.1:7"), memory_network::behaviour::echo);
    (void)until("Ready\r\n");
    (void)ask("AT+CMEE=1");
    if (!sm) CHECK(ask("AT%REL14FEAT=0,1,0,0,0") == "\r\nOK\r\n");
    CHECK(ask("AT%RAI=1") == "\r\nOK\r\n");
    (void)ask("AT+CFUN=1");
    run(30s);
    (void)ask("AT+CSCON=1");
    (void)ask("AT#XSOCKET=1,2,0");
    output.clear();
  }
  explicit camping(dialect firmware) : camping(firmware, in_a_cell(firmware)) {}

  /// Port 7 sends it back.
  std::string send(const std::string& port = "7") {
    return ask((sm ? "AT#XSENDTO=0,0,0,\"192.0.2.1\"," : "AT#XSENDTO=\"192.0.2.1\",") + port +
               ",\"ping\"");
  }
  void quiet(duration length) {
    run(length);
    output.clear();
  }
  std::string option(int value) {
    return ask((sm ? "AT#XSOCKETOPT=0,1,61," : "AT#XSOCKETOPT=1,61,") + std::to_string(value));
  }
  [[nodiscard]] rrc_model::transition last() const { return modem.radio_trace().back(); }

  bool sm;
};

}  // namespace

TEST_CASE("what is sent in idle leaves behind the set-up, and its answer comes behind it") {
  camping t(dialect::slm_3_1);
  const auto before = t.now;
  CHECK(t.send().ends_with("OK\r\n"));
  t.run(100ms);
  CHECK(t.network.sent_datagrams().empty());
  CHECK(t.until("+CSCON: 1\r\n") == "\r\n+CSCON: 1\r\n");
  CHECK(t.now - before > 200ms);
  CHECK(t.network.sent_datagrams().size() == 1);
  CHECK(t.last().why == rrc_model::cause::uplink);
  CHECK(t.last().handle == 0);
  CHECK(t.ask("AT#XRECV=1").find("\r\nping\r\nOK") != std::string::npos);
  CHECK(t.until("+CSCON: 0\r\n") == "\r\n+CSCON: 0\r\n");
  CHECK(t.last().why == rrc_model::cause::inactivity);
  CHECK(t.last().tail == 10s);
  CHECK(t.last().up == 4);
  CHECK(t.last().down == 4);
}

TEST_CASE("option 61: each value does what it says, in both syntaxes") {
  struct row {
    int value;
    duration tail;
    rrc_model::cause why;
  };
  for (const dialect firmware : {dialect::slm_3_1, dialect::sm_2})
    for (const auto& [value, tail, why] :
         {row{2, 500ms, rrc_model::cause::hint}, row{3, 500ms, rrc_model::cause::hint},
          row{4, 10s, rrc_model::cause::inactivity}, row{5, 10s, rrc_model::cause::inactivity}}) {
      modem_config config = in_a_cell(firmware);
      config.network_delay = 100ms;
      camping t(firmware, config);
      CHECK(t.option(value) == "\r\nOK\r\n");
      (void)t.send(value == 2 ? "8" : "7");
      t.quiet(30s);
      CHECK(t.last().why == why);
      CHECK(t.last().tail == tail);
      if (value != 2) continue;
      // An answer that nobody expected takes the release back.
      (void)t.option(2);
      (void)t.send();
      t.quiet(30s);
      CHECK(t.last().why == rrc_model::cause::inactivity);
    }
}

TEST_CASE("no more data, said after the last packet") {
  camping t(dialect::sm_2);
  (void)t.send();
  t.quiet(1s);
  CHECK(t.option(1) == "\r\nOK\r\n");
  t.quiet(1s);
  CHECK(t.last().why == rrc_model::cause::hint);
  CHECK(t.option(0) == "\r\nERROR\r\n");
  CHECK(t.option(6) == "\r\nERROR\r\n");
}

TEST_CASE("before NCS 2.8 every hint is an option of its own") {
  modem_config config = in_a_cell(dialect::slm_2_7);
  camping t(dialect::slm_2_7, config);
  CHECK(t.option(2) == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,52") == "\r\nOK\r\n");
  (void)t.send();
  t.quiet(2s);
  CHECK(t.last().why == rrc_model::cause::hint);
  (void)t.send();
  t.quiet(1s);
  CHECK(t.ask("AT#XSOCKETOPT=1,50,1") == "\r\nOK\r\n");
  t.run(1s);
  CHECK(t.last().why == rrc_model::cause::hint);
}

TEST_CASE("without its switches, or in another cell, a hint does nothing") {
  camping cell_off(dialect::sm_2);
  CHECK(cell_off.control("cell rai off") == "ok");
  camping modem_off(dialect::sm_2);
  CHECK(modem_off.ask("AT%RAI=0") == "\r\nOK\r\n");
  for (camping* t : {&cell_off, &modem_off}) {
    (void)t->send();
    t->run(1s);
    (void)t->option(1);
    t->run(30s);
    CHECK(t->last().why == rrc_model::cause::inactivity);
  }
  // The older chip needs the feature as well.
  emulator_bench old(in_a_cell(dialect::slm_3_1));
  old.bring_up();
  (void)old.ask("AT%RAI=1");
  (void)old.ask("AT#XSOCKET=1,2,0");
  (void)old.ask("AT#XSOCKETOPT=1,61,1");
  old.run(30s);
  CHECK(old.modem.radio_trace().back().why == rrc_model::cause::inactivity);
}

TEST_CASE("the newer chip tells whether the cell honours hints") {
  camping t(dialect::sm_2);
  CHECK(t.ask("AT%RAI=2") == "\r\nOK\r\n");
  CHECK(t.listen(200ms) == "\r\n%RAI: \"0012BEEF\",\"26201\",1,0\r\n");
  CHECK(t.control("cell rai off") == "ok");
  CHECK(t.listen(200ms) == "\r\n%RAI: \"0012BEEF\",\"26201\",0,0\r\n");
}

TEST_CASE("a question for a name wakes the radio and has a tail") {
  camping t(dialect::sm_2);
  const auto before = t.now;
  CHECK(t.ask("AT#XGETADDRINFO=\"a.test\"").ends_with("OK\r\n"));
  CHECK(t.now - before > 200ms);
  t.run(30s);
  CHECK(t.modem.radio_trace()[2].why == rrc_model::cause::lookup);
  CHECK(t.last().tail == 10s);
  CHECK(t.last().up > 0);
  // A literal asks nobody.
  const std::size_t changes = t.modem.radio_trace().size();
  CHECK(t.ask("AT#XGETADDRINFO=\"192.0.2.1\"").ends_with("OK\r\n"));
  CHECK(t.modem.radio_trace().size() == changes);
}

TEST_CASE("a connection costs packets at its start and at its end") {
  camping t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,0");
  const auto before = t.now;
  CHECK(t.ask("AT#XCONNECT=1,\"192.0.2.1\",7").ends_with("OK\r\n"));
  CHECK(t.now - before > 200ms);
  t.run(30s);
  CHECK(t.last().to == rrc_model::state::idle);
  (void)t.ask("AT#XCLOSE=1");
  t.run(300ms);
  CHECK(t.last().to == rrc_model::state::connected);
}

TEST_CASE("power saving mode: granted times, sleep, and what comes meanwhile waits") {
  camping t(dialect::sm_2);
  (void)t.ask("AT+CEREG=5");
  CHECK(t.ask("AT+CPSMS?") == "\r\n+CPSMS: 0,,,\"10101010\",\"00100001\"\r\n\r\nOK\r\n");
  // One hour, four seconds.
  CHECK(t.ask("AT+CPSMS=1,\"\",\"\",\"00100001\",\"00000010\"") == "\r\nOK\r\n");
  CHECK(t.listen(200ms) == "\r\n+CEREG: 1,\"002F\",\"0012BEEF\",7,,,\"00000010\",\"00100001\"\r\n");
  CHECK(t.ask("AT+CEREG?") ==
        "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7,,,\"00000010\",\"00100001\"\r\n\r\nOK\r\n");
  (void)t.send();
  t.run(30s);
  CHECK(t.last().to == rrc_model::state::asleep);
  (void)t.ask("AT#XRECV=0,0,64,1");
  t.network.push_datagram(emulator_bench::at("192.0.2.1:7"), std::as_bytes(std::span("wake", 4)));
  t.poke();
  t.run(10min);
  CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\nERROR\r\n");
  // The periodic update brings it.
  t.run(1h);
  CHECK(t.ask("AT#XRECV=0,0,64,1").find("wake") != std::string::npos);
  const std::string radio = t.control("radio");
  CHECK(radio.starts_with("{\"connected_s\":"));
  const auto asleep = radio.find("\"psm_s\":");
  REQUIRE(asleep != std::string::npos);
  CHECK(std::stod(radio.substr(asleep + 8)) > 3600);
  CHECK(t.control("radio-trace 1").find("\"to\":\"psm\",\"cause\":\"t3324\"") != std::string::npos);
}

TEST_CASE("extended reception: granted, announced, and felt by what comes down") {
  camping t(dialect::sm_2);
  CHECK(t.ask("AT%XPTW=4,\"0011\"") == "\r\nOK\r\n");
  CHECK(t.ask("AT%XPTW?") == "\r\n%XPTW: 4,\"0011\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CEDRXS=2,4,\"0010\"") == "\r\nOK\r\n");
  CHECK(t.listen(200ms) == "\r\n+CEDRXP: 4,\"0010\",\"0010\",\"0011\"\r\n");
  CHECK(t.ask("AT+CEDRXS?") == "\r\n+CEDRXS: 4,\"0010\"\r\n\r\nOK\r\n");
  (void)t.send();
  (void)t.ask("AT#XRECV=0,0,0,5");
  (void)t.until("+CSCON: 0\r\n");
  t.run(1s);
  const auto before = t.now;
  t.network.push_datagram(emulator_bench::at("192.0.2.1:7"), std::as_bytes(std::span("late", 4)));
  t.poke();
  (void)t.until("+CSCON: 1\r\n");
  CHECK(t.now - before > 18s);
  CHECK(t.now - before < 21s);
  CHECK(t.ask("AT#XRECV=0,0,0,5").find("late") != std::string::npos);
  CHECK(t.ask("AT+CEDRXS=0") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CEDRXS?") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CEDRXS=1") == "\r\n+CME ERROR: 50\r\n");
}

TEST_CASE("out of coverage sockets stay and what they send waits") {
  camping t(dialect::sm_2);
  (void)t.ask("AT+CEREG=1");
  (void)t.ask("AT+CGEREP=1");
  for (const auto& [verb, line] : {std::pair{"registration searching", "+CEREG: 2"},
                                   std::pair{"registration none", "+CEREG: 4"}}) {
    const std::size_t sent = t.network.sent_datagrams().size();
    CHECK(t.control(verb) == "ok");
    CHECK(t.until("+CEREG: ").ends_with("+CEREG: "));
    CHECK(t.listen(100ms).starts_with(std::string(line).substr(8)));
    CHECK(t.send().ends_with("OK\r\n"));
    t.run(5s);
    CHECK(t.network.sent_datagrams().size() == sent);
    CHECK(t.ask("AT#XGETADDRINFO=\"a.test\"").find("EAI_AGAIN") != std::string::npos);
    CHECK(t.control("registration roaming") == "ok");
    CHECK(t.listen(1s).find("+CEREG: 5\r\n") != std::string::npos);
    CHECK(t.network.sent_datagrams().size() == sent + 1);
    t.run(1s);
    t.output.clear();
  }
}

TEST_CASE("denied, with its cause; emergency only; detached; and taken again") {
  camping t(dialect::sm_2);
  (void)t.ask("AT+CEREG=5");
  (void)t.ask("AT+CGEREP=1");
  (void)t.ask("AT+CSCON=0");
  CHECK(t.control("registration denied 11") == "ok");
  CHECK(t.listen(200ms) ==
        "\r\n+CGEV: NW DETACH\r\n\r\n+CGEV: ME PDN DEACT 0\r\n"
        "\r\n+CEREG: 3,\"002F\",\"0012BEEF\",7,0,11\r\n");
  CHECK(t.ask("AT+CEREG?") == "\r\n+CEREG: 5,3,\"002F\",\"0012BEEF\",7,0,11\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\n+CME ERROR: 30\r\n");
  CHECK(t.control("registration home") == "ok");
  CHECK(t.listen(1s).find("+CGEV: ME PDN ACT 0\r\n") != std::string::npos);
  CHECK(t.control("registration emergency") == "ok");
  CHECK(t.listen(200ms).ends_with("\r\n+CEREG: 8,\"002F\",\"0012BEEF\",7\r\n"));
  CHECK(t.control("registration home") == "ok");
  t.run(1s);
  t.output.clear();
  CHECK(t.control("detach me") == "ok");
  CHECK(t.listen(200ms) ==
        "\r\n+CGEV: ME DETACH\r\n\r\n+CGEV: ME PDN DEACT 0\r\n\r\n+CEREG: 0\r\n");
  // It stays out over an attempt of the modem's own.
  (void)t.ask("AT+CFUN=4");
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1h).ends_with("\r\n+CEREG: 2,\"002F\",\"0012BEEF\",7\r\n"));
  CHECK(t.control("register") == "ok");
  CHECK(t.listen(1s).find("+CGEV: ME PDN ACT 0\r\n") != std::string::npos);
  for (const char* bad : {"registration",
                          "registration denied",
                          "registration denied 0",
                          "registration denied 256",
                          "registration home 1",
                          "detach",
                          "detach x",
                          "cell",
                          "cell rai",
                          "cell rai maybe",
                          "cell inactivity",
                          "cell setup -1",
                          "cell auth",
                          "cell auth required x",
                          "apn",
                          "apn x",
                          "apn x refuse",
                          "apn x refuse 0",
                          "pdn lose",
                          "pdn lose 11",
                          "pdn lose 0 x",
                          "pdn return",
                          "pdn suspend",
                          "radio 1",
                          "radio-trace x",
                          "sim maybe"})
    CHECK_MESSAGE(t.modem.control(bad, t.now).is == control_reply::outcome::misused, bad);
}

TEST_CASE("system mode: only while LTE is off, and it decides the access technology") {
  emulator_bench t;
  (void)t.until("Ready\r\n");
  (void)t.ask("AT+CMEE=1");
  (void)t.ask("AT+CEREG=2");
  CHECK(t.ask("AT%XSYSTEMMODE=0,0,0,0") == "\r\n+CME ERROR: 50\r\n");
  CHECK(t.ask("AT%XSYSTEMMODE=0,1,0,0") == "\r\nOK\r\n");
  CHECK(t.ask("AT%XSYSTEMMODE?") == "\r\n%XSYSTEMMODE: 0,1,0,0\r\n\r\nOK\r\n");
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s).ends_with("\r\n+CEREG: 1,\"002F\",\"0012BEEF\",9\r\n"));
  CHECK(t.ask("AT+COPS?") == "\r\n+COPS: 0,2,\"26201\",9\r\n\r\nOK\r\n");
  CHECK(t.ask("AT%XSYSTEMMODE=1,0,0,0") == "\r\n+CME ERROR: 3\r\n");
  (void)t.ask("AT+CFUN=4");
  t.run(100ms);
  t.output.clear();
  // Satellites alone: there is nothing to register with.
  CHECK(t.ask("AT%XSYSTEMMODE=0,0,1,0") == "\r\nOK\r\n");
  t.output.clear();
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s).empty());
}

TEST_CASE("settings survive a restart once CFUN=0 stored them; subscriptions never") {
  emulator_bench t;
  t.bring_up();
  (void)t.ask("AT+CEREG=5");
  (void)t.ask("AT%RAI=1");
  t.control("reset");
  (void)t.until("Ready\r\n");
  CHECK(t.ask("AT%RAI?") == "\r\n%RAI: 0\r\n\r\nOK\r\n");
  (void)t.ask("AT%RAI=1");
  (void)t.ask("AT+CPSMS=1,,,\"00100001\",\"00000010\"");
  (void)t.ask("AT+CEREG=5");
  (void)t.ask("AT+CFUN=0");
  t.control("reset");
  (void)t.until("Ready\r\n");
  CHECK(t.ask("AT%RAI?") == "\r\n%RAI: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CPSMS?") == "\r\n+CPSMS: 1,,,\"00100001\",\"00000010\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CEREG?") == "\r\n+CEREG: 0,0\r\n\r\nOK\r\n");
  // The application's own reset switches the modem off in order.
  (void)t.ask("AT%RAI=0");
  (void)t.ask("AT#XRESET");
  (void)t.until("Ready\r\n");
  CHECK(t.ask("AT%RAI?") == "\r\n%RAI: 0\r\n\r\nOK\r\n");
}

TEST_CASE("restarts in a row without CFUN=0 keep the modem off the network for half an hour") {
  modem_config config;
  config.reset_loop_limit = 3;
  for (const bool in_order : {false, true}) {
    emulator_bench t(config);
    for (int i = 0; i < 3; ++i) {
      (void)t.until("Ready\r\n");
      (void)t.ask("AT+CFUN=1");
      t.run(1s);
      if (in_order) (void)t.ask("AT+CFUN=0");
      t.control("reset");
      t.output.clear();
    }
    (void)t.until("Ready\r\n");
    (void)t.ask("AT%MDMEV=1");
    (void)t.ask("AT+CEREG=1");
    (void)t.ask("AT+CFUN=1");
    const std::string said = t.listen(25min);
    if (in_order) {
      CHECK(said.ends_with("+CEREG: 1\r\n"));
      continue;
    }
    CHECK(said == "\r\n%MDMEV: RESET LOOP\r\n");
    // Switching off and on does not help; waiting does.
    (void)t.ask("AT+CFUN=4");
    (void)t.ask("AT+CFUN=1");
    CHECK(t.listen(4min) == "\r\n%MDMEV: RESET LOOP\r\n");
    CHECK(t.listen(5min).ends_with("+CEREG: 1\r\n"));
  }
}

TEST_CASE("another operator by hand: none answers") {
  emulator_bench t;
  t.bring_up();
  (void)t.ask("AT+CEREG=1");
  CHECK(t.ask("AT+COPS=1,0,\"Somebody\"") == "\r\nERROR\r\n");
  CHECK(t.ask("AT+COPS=1,2,\"99999\"") == "\r\nOK\r\n");
  CHECK(t.listen(1min) == "\r\n+CEREG: 2\r\n");
  CHECK(t.ask("AT+COPS?") == "\r\n+COPS: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+COPS=0") == "\r\nOK\r\n");
  CHECK(t.listen(1s) == "\r\n+CEREG: 1\r\n");
}
