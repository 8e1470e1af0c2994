// SPDX-License-Identifier: Apache-2.0
// Several packet data contexts, and what becomes of sockets when one is lost.
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// Registered, contexts 0 and 1 up, an echo server outside.
struct two_networks : emulator_bench {
  explicit two_networks(dialect firmware, modem_config config = {})
      : emulator_bench([&] {
          become(config, firmware);
          return config;
        }()) {
    network.serve(at("192.0.2.1:7"), memory_network::behaviour::echo);
    network.serve(at("192.0.2.1:9"), memory_network::behaviour::black_hole);
    network.echo_datagrams(at("192.0.2.1:7"));
    bring_up();
    (void)ask("AT+CMEE=1");
    (void)ask("AT+CGEREP=1");
    (void)ask("AT+CGDCONT=1,\"IP\",\"other.example\"");
    (void)ask("AT+CGACT=1,1");
    run(200ms);
    output.clear();
  }
  std::string pdn_id(int cid) {
    const std::string answer = ask("AT%XGETPDNID=" + std::to_string(cid));
    const auto from = answer.find(": ") + 2;
    return answer.substr(from, answer.find('\r', from) - from);
  }
};

}  // namespace

TEST_CASE("PDN ids are the modem's own, and never a context's number") {
  two_networks t(dialect::slm_3_1);
  CHECK(t.pdn_id(0) == "0");
  CHECK(t.pdn_id(1) == "2");
  // Whatever the order and however often: another one each time, never the context's.
  for (int i = 0; i < 30; ++i) {
    const std::string before = t.pdn_id(1);
    (void)t.ask("AT+CGACT=0,1");
    CHECK(t.ask("AT%XGETPDNID=1").ends_with("\r\n+CME ERROR: 3\r\n"));
    (void)t.ask("AT+CGACT=1,1");
    CHECK(t.pdn_id(1) != before);
    CHECK(t.pdn_id(1) != "1");
    CHECK(std::stoi(t.pdn_id(1)) <= 10);
  }
}

TEST_CASE("each context has its own addresses and name servers") {
  two_networks t(dialect::slm_3_1);
  CHECK(t.ask("AT+CGPADDR=1") == "\r\n+CGPADDR: 1,\"10.160.1.101\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGCONTRDP=1") ==
        "\r\n+CGCONTRDP: 1,,\"other.example\",\"\",\"\",\"10.160.0.101\",\"10.160.0.201\""
        ",,,,,1280\r\n\r\nOK\r\n");
}

TEST_CASE("four contexts at once, and no more") {
  two_networks t(dialect::sm_2);
  for (const char* cid : {"2", "3", "4"})
    (void)t.ask("AT+CGDCONT="s + cid + ",\"IP\",\"n" + cid + "\"");
  (void)t.ask("AT+CGEREP=0");
  CHECK(t.ask("AT+CGACT=1,2") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,3") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,4") == "\r\n+CME ERROR: 3\r\n");
  CHECK(t.ask("AT+CGACT=0,2") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,4") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,7") == "\r\n+CME ERROR: 3\r\n");  // not defined
}

TEST_CASE("an activation takes its time, and counts from its end") {
  modem_config config;
  config.activation_time = 3s;
  two_networks t(dialect::slm_3_1, config);
  t.run(4s);
  (void)t.ask("AT+CGACT=0,1");
  t.type("AT+CGACT=1,1\r\n");
  t.run(2900ms);
  CHECK(t.control("status").find("\"cid\":1,\"apn\":\"other.example\",\"type\":\"IP\",\"active\":"
                                 "false") != std::string::npos);
  CHECK(t.until("OK\r\n").ends_with("\r\nOK\r\n"));
  CHECK(t.listen(10ms) == "\r\n+CGEV: ME PDN ACT 1\r\n");
}

TEST_CASE("a socket names its network: by context id in sm, by PDN id in slm and in option 40") {
  two_networks sm(dialect::sm_2);
  CHECK(sm.ask("AT#XSOCKET=1,1,0,1") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(sm.ask("AT#XCONNECT=0,\"192.0.2.1\",7").ends_with("OK\r\n"));
  CHECK(sm.network.peer(emulator_bench::at("192.0.2.1:7"), 0)->context() == 1);
  CHECK(sm.ask("AT#XSOCKET=1,2,0,2") == "\r\nERROR\r\n");  // a PDN id is no context id
  CHECK(sm.ask("AT#XSOCKET=1,2,0") == "\r\n#XSOCKET: 1,2,17\r\n\r\nOK\r\n");
  CHECK(sm.ask("AT#XSOCKETOPT=1,1,40,1") == "\r\nERROR\r\n");
  CHECK(sm.ask("AT#XSOCKETOPT=1,1,40,2") == "\r\nOK\r\n");
  (void)sm.ask("AT#XSENDTO=1,0,0,\"192.0.2.1\",8,\"x\"");
  REQUIRE(sm.network.sent_datagrams().size() == 1);
  CHECK(sm.network.sent_datagrams()[0].context == 1);

  two_networks slm(dialect::slm_3_1);
  CHECK(slm.ask("AT#XSOCKET=1,1,0,1") == "\r\nERROR\r\n");  // a context id is no PDN id
  CHECK(slm.ask("AT#XSOCKET=1,1,0,2") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(slm.ask("AT#XCONNECT=\"192.0.2.1\",7").ends_with("OK\r\n"));
  CHECK(slm.network.peer(emulator_bench::at("192.0.2.1:7"), 0)->context() == 1);
}

TEST_CASE("the loss of one network is not felt by the other") {
  for (const dialect firmware : {dialect::slm_3_1, dialect::sm_2}) {
    two_networks t(firmware);
    const bool sm = firmware == dialect::sm_2;
    (void)t.ask(sm ? "AT#XAPOLL=,1,1" : "AT#XAPOLL=1,1");
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask(sm ? "AT#XCONNECT=0,\"192.0.2.1\",7" : "AT#XCONNECT=\"192.0.2.1\",7");
    (void)t.ask(sm ? "AT#XSOCKET=1,1,0,1" : "AT#XSOCKET=1,1,0,2");
    (void)t.ask(sm ? "AT#XCONNECT=1,\"192.0.2.1\",7" : "AT#XCONNECT=\"192.0.2.1\",7");
    CHECK(t.control("pdn lose 1") == "ok");
    const std::string said = t.listen(200ms);
    CHECK(said.find("\r\n+CGEV: NW PDN DEACT 1\r\n") != std::string::npos);
    CHECK(said.find("\r\n#XAPOLL: 1,8\r\n") != std::string::npos);
    CHECK(said.find("#XAPOLL: 0") == std::string::npos);
    CHECK(t.ask(sm ? "AT#XSEND=1,0,0,\"x\"" : "AT#XSEND=\"x\"").ends_with("ERROR\r\n"));
    CHECK(t.network.peer(emulator_bench::at("192.0.2.1:7"), 1)->closed());
    if (!sm) (void)t.ask("AT#XSOCKETSELECT=0");
    CHECK(t.ask(sm ? "AT#XSEND=0,0,0,\"x\"" : "AT#XSEND=\"x\"").ends_with("OK\r\n"));
    CHECK(t.control("pdn lose 1") == "that context is not active");
    CHECK(t.control("pdn return 1") == "ok");
    CHECK(t.listen(200ms).find("+CGEV: ME PDN ACT 1\r\n") != std::string::npos);
    // The socket stays dead; another one works.
    if (!sm) (void)t.ask("AT#XSOCKETSELECT=1");
    CHECK(t.ask(sm ? "AT#XRECV=1,0,64,1" : "AT#XRECV=1,64") == "\r\nERROR\r\n");
  }
}

TEST_CASE("an operation under way ends with the network") {
  for (const char* command : {"AT#XRECV=0,0,0,0", "AT#XCONNECT=0,\"192.0.2.1\",9"}) {
    two_networks t(dialect::sm_2);
    (void)t.ask("AT#XSOCKET=1,1,0,1");
    if (command[5] == 'E') (void)t.ask("AT#XCONNECT=0,\"192.0.2.1\",7");
    t.type(std::string(command) + "\r");
    CHECK(t.listen(500ms).empty());
    t.control("pdn lose 1 me");
    CHECK(t.listen(300ms) == "\r\nERROR\r\n\r\n+CGEV: ME PDN DEACT 1\r\n");
  }
  // A question for a name: the network that would answer is gone.
  modem_config config;
  config.network_delay = 5s;
  config.names.emplace("a.test", *cellsock::parse_address("192.0.2.1"));
  two_networks t(dialect::sm_2, config);
  t.type("AT#XGETADDRINFO=\"a.test\"\r");
  CHECK(t.listen(1s).empty());
  t.control("pdn lose 0");
  CHECK(t.listen(100ms).starts_with("\r\n#XGETADDRINFO: \"EAI_AGAIN\"\r\n\r\nERROR\r\n"));
}

TEST_CASE("data mode ends with the network") {
  two_networks t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,0,1");
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.1\",7");
  (void)t.ask("AT#XSEND=0,2,0");
  t.control("pdn lose 1");
  CHECK(t.listen(50ms) == "+++");
  t.type("+++");
  CHECK(t.until("#XDATAMODE: ") == "\r\n#XDATAMODE: ");
  CHECK(t.listen(10ms).starts_with("-1\r\n"));
}

TEST_CASE("which poll bits tell of the loss is the firmware's") {
  modem_config config;
  config.pdn_loss_bits = 48;
  two_networks t(dialect::slm_3_1, config);
  (void)t.ask("AT#XAPOLL=1,1");
  (void)t.ask("AT#XSOCKET=1,2,0,2");
  t.control("pdn lose 1");
  CHECK(t.listen(50ms).ends_with("\r\n#XAPOLL: 0,48\r\n"));
}

TEST_CASE("a socket that is kept open cannot send meanwhile, and goes on afterwards") {
  two_networks t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,2,0,1");
  CHECK(t.ask("AT#XSOCKETOPT=0,1,34,1") == "\r\nOK\r\n");
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.1\",7");
  t.control("pdn lose 1");
  CHECK(t.ask("AT#XSEND=0,0,0,\"x\"").ends_with("ERROR\r\n"));
  t.control("pdn return 1");
  CHECK(t.ask("AT#XSEND=0,0,0,\"y\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XRECV=0,0,0,5").find("\r\ny\r\nOK") != std::string::npos);
  // Not over a power-off.
  (void)t.ask("AT+CFUN=0");
  (void)t.ask("AT+CFUN=1");
  t.run(1s);
  CHECK(t.ask("AT#XSEND=0,0,0,\"z\"").ends_with("ERROR\r\n"));
}

TEST_CASE("a suspended context carries nothing and loses nothing") {
  two_networks t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,2,0,1");
  CHECK(t.control("pdn suspend 1") == "ok");
  CHECK(t.control("pdn suspend 1") == "not active, or suspended already");
  CHECK(t.listen(200ms) == "\r\n+CGEV: ME PDN SUSPENDED 1\r\n");
  CHECK(t.ask("AT#XSENDTO=0,0,0,\"192.0.2.1\",8,\"late\"").ends_with("OK\r\n"));
  t.run(5s);
  CHECK(t.network.sent_datagrams().empty());
  CHECK(t.control("pdn resume 1") == "ok");
  CHECK(t.listen(200ms) == "\r\n+CGEV: ME PDN RESUMED 1\r\n");
  CHECK(t.network.sent_datagrams().size() == 1);
  CHECK(t.control("pdn resume 1") == "that context is not suspended");
}

TEST_CASE("the name server a context shows may be anywhere") {
  modem_config config;
  config.outsides[1].name_server = emulator_bench::at("192.0.2.1:7");
  two_networks t(dialect::sm_2, config);
  (void)t.ask("AT#XSOCKET=1,2,0,1");
  (void)t.ask("AT#XSENDTO=0,0,0,\"10.160.0.101\",53,\"who\"");
  // The answer comes from where the question went.
  CHECK(t.ask("AT#XRECVFROM=0,0,0,5") ==
        "\r\n#XRECVFROM: 0,0,3,\"10.160.0.101\",53\r\nwho\r\nOK\r\n");
  // Of this context alone.
  (void)t.ask("AT#XSOCKET=1,2,0");
  (void)t.ask("AT#XSENDTO=1,0,0,\"10.160.0.101\",53,\"who\"");
  CHECK(t.network.sent_datagrams().back().to == emulator_bench::at("10.160.0.101:53"));
}

TEST_CASE("a network may demand a login, or refuse an access point, and says why") {
  two_networks t(dialect::slm_3_1);
  (void)t.ask("AT+CNEC=16");
  (void)t.ask("AT+CGACT=0,1");
  t.run(100ms);
  t.output.clear();
  CHECK(t.control("cell auth required anna secret") == "ok");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(t.listen(50ms) == "\r\n+CNEC_ESM: 29,1\r\n");
  CHECK(t.ask("AT+CGAUTH=1,1,\"anna\",\"wrong\"") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\n+CME ERROR: 3\r\n");
  t.run(50ms);
  t.output.clear();
  CHECK(t.ask("AT+CGAUTH=1,2,\"anna\",\"secret\"") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGAUTH?") == "\r\n+CGAUTH: 1,2,\"anna\",\"\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\nOK\r\n");
  (void)t.ask("AT+CGACT=0,1");
  CHECK(t.control("apn Other.Example refuse 33") == "ok");
  t.run(100ms);
  t.output.clear();
  CHECK(t.ask("AT+CGACT=1,1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(t.listen(50ms) == "\r\n+CNEC_ESM: 33,1\r\n");
  CHECK(t.control("apn other.example allow") == "ok");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\nOK\r\n");
  // Refusing the default context refuses the attach.
  (void)t.ask("AT+CFUN=4");
  (void)t.ask("AT+CEREG=5");
  (void)t.ask("AT+CGAUTH=0,1,\"anna\",\"no\"");
  t.output.clear();
  (void)t.ask("AT+CFUN=1");
  const std::string said = t.listen(1s);
  CHECK(said.find("+CNEC_ESM: 29,0\r\n") != std::string::npos);
  CHECK(said.ends_with("\r\n+CEREG: 3,\"002F\",\"0012BEEF\",7,0,19\r\n"));
}

TEST_CASE("a port of one context is free in the other") {
  two_networks t(dialect::sm_2);
  for (const char* open : {"AT#XSOCKET=1,2,0", "AT#XSOCKET=1,2,0,1", "AT#XSOCKET=1,2,0,1"})
    (void)t.ask(open);
  CHECK(t.ask("AT#XBIND=0,5000") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XBIND=1,5000") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XBIND=2,5000") == "\r\nERROR\r\n");
}

TEST_CASE("silence is of all sockets") {
  two_networks t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.ask("AT#XSOCKETOPT=0,1,30,1") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,0,30") == "\r\n#XSOCKETOPT: 1,1\r\n\r\nOK\r\n");
}
