// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

const auto server = emulator_bench::at("192.0.2.1:80");

struct connected : emulator_bench {
  connected() {
    network.serve(server, memory_network::behaviour::scripted);
    bring_up();
    (void)ask("AT#XAPOLL=1,1");
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=\"192.0.2.1\",80");
    output.clear();
  }
};

}  // namespace

TEST_CASE("a send that fails at its fifth byte prints four, and no event tells") {
  connected t;
  CHECK(t.control("send-fail 4") == "ok");
  CHECK(t.ask("AT#XSEND=\"0123456789\"") == "\r\n#XSEND: 4\r\n\r\nERROR\r\n");
  (void)t.ask("AT#XSEND");
  t.type("abc+++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t.listen(1s).empty());
  CHECK(t.count("dropped") == 1);
  CHECK(t.network.peer(server)->received().size() == 4);
  CHECK(t.control("send-fail off") == "ok");
  CHECK(t.ask("AT#XSEND=\"ok\"") == "\r\n#XSEND: 2\r\n\r\nOK\r\n");
  (void)t.ask("AT#XSOCKET=1,2,0");
  t.control("send-fail 4");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",53,\"12345\"") == "\r\n#XSENDTO: 0\r\n\r\nERROR\r\n");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",53,\"1234\"") == "\r\n#XSENDTO: 4\r\n\r\nOK\r\n");
  CHECK(t.network.sent_datagrams().size() == 1);
  for (const char* bad : {"send-fail", "send-fail x", "send-fail -1", "send-fail 1 2", "urc"})
    CHECK_MESSAGE(t.modem.control(bad, t.now).is == control_reply::outcome::misused, bad);
}

TEST_CASE("any notification, malformed or not, where notifications go") {
  connected t;
  CHECK(t.control("urc +CEREG: 1,,,") == "ok");
  CHECK(t.listen(20ms) == "\r\n+CEREG: 1,,,\r\n");
  t.type("AT#XRECV=1\r\n");
  t.run(500ms);
  // While a command blocks they wait, 4096 bytes of them; the newest are lost.
  for (int i = 0; i < 1000; ++i) t.control("urc +CSCON: 1");
  CHECK(t.listen(400ms).empty());
  const std::string storm = t.listen(3s);
  CHECK(storm.starts_with("\r\nERROR\r\n\r\n+CSCON: 1\r\n\r\n+CSCON: 1\r\n"));
  CHECK(storm.size() < 4096U * 2);
  (void)t.ask("AT#XSEND");
  t.control("urc %MDMEV: OVERHEATED");
  t.run(20ms);
  t.type("+++");
  CHECK(t.listen(200ms) == "\r\n#XDATAMODE: 0\r\n");
  t.control("reset");
  CHECK(t.control("urc +CEREG: 0") == "the modem is not running");
  CHECK(t.listen(1s) == "Ready\r\n");
}

TEST_CASE("what a closed socket still had to send dies with its data network") {
  connected t;
  t.network.peer(server)->set_window(0);
  CHECK(t.ask("AT#XSEND=\"late\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSOCKET=0").ends_with("OK\r\n"));
  CHECK_FALSE(t.network.peer(server)->closed());
  t.control("pdn down");
  CHECK(t.network.peer(server)->aborted());
  t.network.peer(server)->set_window(100);
  t.run(1s);
  CHECK(t.network.peer(server)->received().empty());
}

TEST_CASE("a reset, or an end, behind more than one read: everything arrives, then the end") {
  for (const bool orderly : {true, false}) {
    connected t;
    memory_peer* peer = t.network.peer(server);
    peer->push(std::string(5000, 'x'));
    if (orderly)
      peer->finish();
    else
      peer->reset();
    t.modem.network_changed(t.now);
    CHECK(t.listen(50ms) == (orderly ? "\r\n#XAPOLL: 0,17\r\n" : "\r\n#XAPOLL: 0,25\r\n"));
    for (const char* count : {"2048", "2048", "904"})
      CHECK(t.ask("AT#XRECV=1,64").starts_with("\r\n#XRECV: " + std::string(count) + "\r\n"));
    CHECK(t.ask("AT#XRECV=1,64") == (orderly ? "\r\nOK\r\n" : "\r\nERROR\r\n"));
    CHECK(t.listen(1s).empty());  // the hang-up was the last event
  }
}
