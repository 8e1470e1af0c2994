// SPDX-License-Identifier: Apache-2.0
// Sockets by handle, as sm has them.
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::array both{dialect::sm_1, dialect::sm_2};
const auto echo = emulator_bench::at("192.0.2.10:7");
const auto script = emulator_bench::at("192.0.2.10:8");

struct sm : emulator_bench {
  explicit sm(dialect id, modem_config config = {}) : emulator_bench((become(config, id), config)) {
    bring_up();
    network.serve(echo, memory_network::behaviour::echo);
    network.serve(script, memory_network::behaviour::scripted);
  }
};

}  // namespace

TEST_CASE("open, list and close") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.ask("AT#XSOCKET=?") ==
          "\r\n#XSOCKET: <handle>,(1,2,3),(1,2,3),(0,1),<cid>\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSOCKET=2,2,1") == "\r\n#XSOCKET: 1,2,17\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSOCKET?") ==
          "\r\n#XSOCKET: 0,1,0,1,0\r\n\r\n#XSOCKET: 1,2,1,2,0\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSSOCKET?") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XCLOSE=5") == "\r\nERROR\r\n");
    CHECK(t.ask("AT#XCLOSE=0") == "\r\n#XCLOSE: 0,0\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XCLOSE") == "\r\n#XCLOSE: 0,0\r\n\r\n#XCLOSE: 1,0\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XCLOSE") == "\r\nOK\r\n");
    for (const char* bad :
         {"AT#XSOCKET=0,1,0", "AT#XSOCKET=1,1", "AT#XSOCKET=1,1,2", "AT#XSOCKET=4,1,0",
          "AT#XSOCKET=3,3,0", "AT#XSOCKET=1,3,0", "AT#XSOCKET=1,1,0,11", "AT#XSOCKET=1,1,0,1",
          "AT#XSSOCKET=1,1,0,42", "AT#XSOCKETSELECT=0", "AT#XSOCKET=0", "AT#XPOLL=0"})
      CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
  }
}

TEST_CASE("a context is named by its number, not by its PDN") {
  sm t(dialect::sm_2);
  (void)t.ask("AT+CGDCONT=1,\"IP\",\"iot.example\"");
  CHECK(t.ask("AT#XSOCKET=1,1,0,1") == "\r\nERROR\r\n");
  CHECK(t.ask("AT+CGACT=1,1").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSOCKET=1,1,0,1") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET?") == "\r\n#XSOCKET: 0,1,0,1,1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XCONNECT=0,\"192.0.2.10\",7") == "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("connect: refused, unknown handle, wrong family, the role in sm-1 only") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,1,0");
    CHECK(t.ask("AT#XCONNECT=0,\"192.0.2.10\",9") == "\r\nERROR\r\n");
    CHECK(t.ask("AT#XCONNECT=0,\"2001:db8::1\",7") == "\r\nERROR\r\n");
    CHECK(t.ask("AT#XCONNECT=3,\"192.0.2.10\",7") == "\r\nERROR\r\n");
    CHECK(t.ask("AT#XCONNECT=0,\"192.0.2.10\",7") == "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n");
    (void)t.ask("AT#XSOCKET=1,1,1");
    CHECK(t.ask("AT#XCONNECT=1,\"192.0.2.10\",7") ==
          (id == dialect::sm_1 ? "\r\nERROR\r\n" : "\r\n#XCONNECT: 1,1\r\n\r\nOK\r\n"));
  }
}

TEST_CASE("strings, hex, and what they refuse") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XCONNECT=0,\"192.0.2.10\",8");
    CHECK(t.ask("AT#XSEND=0,0,0,\"a,b\r\nc\"") == "\r\n#XSEND: 0,0,6\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSEND=0,1,0,\"00fF7e\"") == "\r\n#XSEND: 0,0,3\r\n\r\nOK\r\n");
    const auto got = t.network.peer(script)->received();
    CHECK(std::string(reinterpret_cast<const char*>(got.data()), got.size()) ==
          "a,b\r\nc\0\xff\x7e"s);
    CHECK(t.ask("AT#XSEND=0,1,0,\"" + std::string(2800, '7') + "\"") ==
          "\r\n#XSEND: 0,0,1400\r\n\r\nOK\r\n");
    for (const std::string& bad :
         {"AT#XSEND=0,1,0,\"abc\""s, "AT#XSEND=0,1,0,\"zz\""s, "AT#XSEND=0,0,0"s, "AT#XSEND=0,3,0"s,
          "AT#XSEND=1,0,0,\"a\""s, "AT#XSEND=0,0,1,\"a\""s, "AT#XSEND=0,2,0,-1"s,
          "AT#XSEND=0,1,0,\"" + std::string(2802, '7') + "\""})
      CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
  }
}

TEST_CASE("a send that fails midway says how far it came") {
  sm t(dialect::sm_1);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.10\",8");
  t.control("send-fail 4");
  CHECK(t.ask("AT#XSEND=0,0,0,\"0123456789\"") == "\r\n#XSEND: 0,0,4\r\n\r\nERROR\r\n");
}

TEST_CASE("receive: binary, hex, part of it, peeked, nothing, the end") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XCONNECT=1,\"192.0.2.10\",8");
    auto* peer = t.network.peer(script);
    peer->push("\0\r\n\xff\x0a\xff"s);
    t.poke();
    CHECK(t.ask("AT#XRECV=1,0,2,1,4") == "\r\n#XRECV: 1,0,4\r\n\0\r\n\xff\r\nOK\r\n"s);
    CHECK(t.ask("AT#XRECV=1,0,64,1,4") == "\r\n#XRECV: 1,0,4\r\n\0\r\n\xff\r\nOK\r\n"s);
    CHECK(t.ask("AT#XRECV=1,1,64,1") == "\r\n#XRECV: 1,1,2\r\n0aff\r\nOK\r\n");
    CHECK(t.ask("AT#XRECV=1,0,64,1") == "\r\nERROR\r\n");
    peer->push(std::string(3000, 'x'));
    t.poke();
    CHECK(t.ask("AT#XRECV=1,0,64,1").starts_with("\r\n#XRECV: 1,0,2048\r\n"));
    CHECK(t.ask("AT#XRECV=1,0,256,1,952").starts_with("\r\n#XRECV: 1,0,952\r\n"));
    peer->finish();
    t.poke();
    CHECK(t.ask("AT#XRECV=1,0,64,1") == "\r\nOK\r\n");
    for (const char* bad : {"AT#XRECV=1,0,64,1,2049", "AT#XRECV=1,2,64,1", "AT#XRECV=1,0,64",
                            "AT#XRECV=9,0,64,1", "AT#XRECV=1,0,1,1"})
      CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
    (void)t.ask("AT#XSOCKET=1,2,0");
    const auto start = t.now;
    CHECK(t.ask("AT#XRECV=2,0,0,3") == "\r\nERROR\r\n");
    CHECK(t.now - start > 2s);
  }
}

TEST_CASE("datagrams: sent to, received from, connected") {
  for (const dialect id : both) {
    sm t(id);
    t.network.echo_datagrams(emulator_bench::at("192.0.2.1:5683"));
    (void)t.ask("AT#XSOCKET=1,2,0");
    CHECK(t.ask("AT#XSENDTO=0,1,0,\"192.0.2.1\",5683,\"40010001\"") ==
          "\r\n#XSENDTO: 0,0,4\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XRECVFROM=0,1,64,1") ==
          "\r\n#XRECVFROM: 0,1,4,\"192.0.2.1\",5683\r\n40010001\r\nOK\r\n");
    CHECK(t.ask("AT#XCONNECT=0,\"192.0.2.1\",5683") == "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XSEND=0,0,0,\"abc\"") == "\r\n#XSEND: 0,0,3\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XRECV=0,0,64,1,2") == "\r\n#XRECV: 0,0,2\r\nab\r\nOK\r\n");
    CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\nERROR\r\n");  // the rest of a datagram is lost
  }
}

TEST_CASE("a send-to refused behind its host leaves the host for the next data mode") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,2,0");
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.1\",5683");
  CHECK(t.ask("AT#XSENDTO=0,2,0,\"192.0.2.66\",99999") == "\r\nERROR\r\n");
  (void)t.ask("AT#XSEND=0,2,0,3");
  t.type("abc");
  (void)t.until("#XDATAMODE: 0\r\n");
  t.run(10ms);
  REQUIRE(t.network.sent_datagrams().size() == 1);
  CHECK(to_string(t.network.sent_datagrams()[0].to.address) == "192.0.2.66");
  (void)t.ask("AT#XSEND=0,2,0,3");
  t.type("abc");
  (void)t.until("#XDATAMODE: 0\r\n");
  t.run(10ms);
  CHECK(to_string(t.network.sent_datagrams()[1].to.address) == "192.0.2.1");
}

TEST_CASE("options are read back with their handle") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XSOCKETOPT=0,0,21") == "\r\n#XSOCKETOPT: 0,30\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,1,21,5") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,0,21") == "\r\n#XSOCKETOPT: 0,5\r\n\r\nOK\r\n");
  // Pings are answered until somebody says no.
  CHECK(t.ask("AT#XSOCKETOPT=0,0,31") == "\r\n#XSOCKETOPT: 0,1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,1,62,1") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,0,62") == "\r\n#XSOCKETOPT: 0,1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,0,61") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,2,21,5") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,1,21,5") == "\r\nERROR\r\n");
}

TEST_CASE("a kept-open socket survives its data network, another does not") {
  sm t(dialect::sm_2);
  for (const char* handle : {"0", "1"}) {
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XCONNECT="s + handle + ",\"192.0.2.10\",8");
  }
  (void)t.ask("AT#XSOCKETOPT=0,1,34,1");
  t.control("pdn down");
  t.control("pdn up");
  t.run(100ms);
  CHECK(t.ask("AT#XSEND=0,0,0,\"a\"") == "\r\n#XSEND: 0,0,1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=1,0,0,\"a\"").ends_with("ERROR\r\n"));
}

TEST_CASE("sm-2 listens and accepts without waiting, two at a time") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,1");
  CHECK(t.ask("AT#XLISTEN=0") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XBIND=0,5000") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XLISTEN=0") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XLISTEN?") == "\r\n#XLISTEN: 0,0,5000\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XACCEPT=0") == "\r\nERROR\r\n");
  (void)t.ask("AT#XAPOLL=,1,1");
  std::vector<memory_peer*> peers;
  for (int i = 0; i < 3; ++i)
    peers.push_back(
        t.network.knock(5000, emulator_bench::at("192.0.2.44:900" + std::to_string(i))));
  CHECK(t.until("#XAPOLL: 0,1\r\n").ends_with("#XAPOLL: 0,1\r\n"));
  CHECK(peers[2]->aborted());  // the backlog is two
  CHECK(t.ask("AT#XACCEPT=0") == "\r\n#XACCEPT: 1,0,\"192.0.2.44\",9000\r\n\r\nOK\r\n");
  CHECK(t.until("#XAPOLL: 0,1\r\n") == "\r\n#XAPOLL: 0,1\r\n");  // armed again: one more waits
  CHECK(t.ask("AT#XACCEPT=0") == "\r\n#XACCEPT: 2,0,\"192.0.2.44\",9001\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XACCEPT=0") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSEND=2,0,0,\"hi\"") == "\r\n#XSEND: 2,0,2\r\n\r\nOK\r\n");
  peers[1]->push("yo");
  t.poke();
  CHECK(t.until("#XAPOLL: 2,1\r\n").ends_with("#XAPOLL: 2,1\r\n"));
  CHECK(t.ask("AT#XRECV=2,0,64,1") == "\r\n#XRECV: 2,0,2\r\nyo\r\nOK\r\n");
}

TEST_CASE("with a full table an accepted connection is closed") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,1");
  (void)t.ask("AT#XBIND=0,5000");
  (void)t.ask("AT#XLISTEN=0");
  for (int i = 0; i < 7; ++i) (void)t.ask("AT#XSOCKET=1,2,0");
  auto* peer = t.network.knock(5000, emulator_bench::at("192.0.2.44:9000"));
  CHECK(t.ask("AT#XACCEPT=0") == "\r\nERROR\r\n");
  CHECK(peer->closed());
}

TEST_CASE("names: sm-1 repeats the first address, sm-2 prints all") {
  modem_config config;
  config.names.emplace("two.test", *cellsock::parse_address("192.0.2.1"));
  config.names.emplace("two.test", *cellsock::parse_address("192.0.2.2"));
  for (const dialect id : both) {
    sm t(id, config);
    CHECK(t.ask("AT#XGETADDRINFO=\"two.test\",1") ==
          (id == dialect::sm_1 ? "\r\n#XGETADDRINFO: \"192.0.2.1 192.0.2.1\"\r\n\r\nOK\r\n"
                               : "\r\n#XGETADDRINFO: \"192.0.2.1 192.0.2.2\"\r\n\r\nOK\r\n"));
  }
}

TEST_CASE("an asynchronous send tells when its bytes have crossed the air") {
  modem_config config;
  config.network_delay = 50ms;
  sm t(dialect::sm_2, config);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.10\",8");
  CHECK(t.ask("AT#XSEND=0,0,8192,\"abc\"") == "\r\n#XSEND: 0,1,3\r\n\r\nOK\r\n");
  CHECK(t.listen(20ms).empty());
  CHECK(t.listen(200ms) == "\r\n#XSENDNTF: 0,0,3\r\n");
  (void)t.ask("AT#XSEND=0,2,8192,3");
  t.type("abc");
  CHECK(t.listen(300ms) == "\r\n#XDATAMODE: 0\r\n\r\n#XSENDNTF: 0,0,3\r\n");
  (void)t.ask("AT#XSEND=0,0,8192,\"abc\"");
  t.control("pdn down");
  CHECK(t.listen(200ms) == "\r\n#XSENDNTF: 0,-1,0\r\n");
}
