// SPDX-License-Identifier: Apache-2.0
// Readiness notices and push receive of sm: what fires, how often, and what arms it again.
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::array both{dialect::sm_1, dialect::sm_2};
const auto where = emulator_bench::at("192.0.2.10:8");

struct sm : emulator_bench {
  explicit sm(dialect id) : emulator_bench(config_of(id)) {
    bring_up();
    network.serve(where, memory_network::behaviour::scripted);
  }
  memory_peer& open(int handle) {
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=" + std::to_string(handle) + ",\"192.0.2.10\",8");
    return *network.peer(where, static_cast<std::size_t>(handle));
  }
};

}  // namespace

TEST_CASE("what both commands take and list") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XSOCKET=1,2,0");
    CHECK(t.ask("AT#XAPOLL=?") == "\r\n#XAPOLL: <handle>,(0,1),(0,1,4,5)\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XRECVCFG=?") == "\r\n#XRECVCFG: <handle>,(0,1,2,3),(0,1)\r\n\r\nOK\r\n");
    for (const char* bad :
         {"AT#XAPOLL=0,1", "AT#XAPOLL=0,1,2", "AT#XAPOLL=0,1,8", "AT#XAPOLL=0,2,1",
          "AT#XAPOLL=7,1,1", "AT#XAPOLL", "AT#XRECVCFG=0,4", "AT#XRECVCFG=0,2,1",
          "AT#XRECVCFG=0,3,1", "AT#XRECVCFG=7,1", "AT#XRECVCFG=0,1,2"})
      CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
    CHECK(t.ask("AT#XAPOLL?") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XAPOLL=0,1,0") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XRECVCFG=1,1,1") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XAPOLL?") == "\r\n#XAPOLL: 0,0\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XRECVCFG?") == "\r\n#XRECVCFG: 1,1,1\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XAPOLL=,1,1") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XRECVCFG=,3,0") == "\r\nOK\r\n");
    (void)t.ask("AT#XSOCKET=1,1,0");
    CHECK(t.ask("AT#XRECVCFG?") ==
          "\r\n#XRECVCFG: 0,3,0\r\n\r\n#XRECVCFG: 1,3,0\r\n\r\n#XRECVCFG: 2,3,0\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#XAPOLL=,0") == "\r\nOK\r\n");
    CHECK(t.ask("AT#XAPOLL?") == "\r\nOK\r\n");
  }
}

TEST_CASE("IN fires once and again after a receive that left something") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XAPOLL=,1,1");
    auto& peer = t.open(0);
    peer.push("abcd");
    t.poke();
    CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,1\r\n");
    peer.push("ef");
    t.poke();
    CHECK(t.listen(300ms).empty());
    CHECK(t.ask("AT#XRECV=0,0,64,1,5") == "\r\n#XRECV: 0,0,5\r\nabcde\r\nOK\r\n");
    CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,1\r\n");
    CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\n#XRECV: 0,0,1\r\nf\r\nOK\r\n");
    CHECK(t.listen(300ms).empty());
    // A receive that found nothing arms nothing, but the last one that did has.
    CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\nERROR\r\n");
    peer.push("g");
    t.poke();
    CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,1\r\n");
  }
}

TEST_CASE("OUT fires after connect and after each send") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XAPOLL=0,1,4");
  CHECK(t.listen(300ms).empty());
  (void)t.ask("AT#XCONNECT=0,\"192.0.2.10\",8");
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,4\r\n");
  CHECK(t.listen(300ms).empty());
  (void)t.ask("AT#XSEND=0,0,0,\"a\"");
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,4\r\n");
  (void)t.ask("AT#XSEND=0,2,0,1");
  t.type("a");
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,4\r\n");
}

TEST_CASE("a hang-up with nothing left: one notice and a lone line end of the push") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XAPOLL=,1,0");
    (void)t.ask("AT#XRECVCFG=,1,0");
    auto& peer = t.open(0);
    peer.push("he+++");
    t.poke();
    CHECK(t.listen(300ms) == "\r\n#XRECV: 0,0,5\r\nhe+++\r\n");
    peer.finish();
    t.poke();
    CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,16\r\n\r\n");
    CHECK(t.listen(10s).empty());
    CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\nOK\r\n");
  }
}

TEST_CASE("a hang-up with a backlog: at most one more push, the rest has to be fetched") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XAPOLL=,1,1");
    (void)t.ask("AT#XRECVCFG=,1,0");
    auto& peer = t.open(0);
    t.control("hang 50");
    peer.push(std::string(5000, 'x'));
    t.poke();
    peer.finish();
    t.poke();
    CHECK(t.listen(1s) ==
          "\r\n#XAPOLL: 0,17\r\n\r\n#XRECV: 0,0,2048\r\n" + std::string(2048, 'x') + "\r\n");
    CHECK(t.listen(10s).empty());
    CHECK(t.ask("AT#XRECV=0,0,64,1").starts_with("\r\n#XRECV: 0,0,2048\r\n"));
    CHECK(t.ask("AT#XRECV=0,0,64,1").starts_with("\r\n#XRECV: 0,0,904\r\n"));
    CHECK(t.ask("AT#XRECV=0,0,64,1") == "\r\nOK\r\n");
    CHECK(t.listen(10s).empty());
  }
}

TEST_CASE("IN is announced before each push if it was asked for") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XAPOLL=,1,1");
  (void)t.ask("AT#XRECVCFG=,1,1");
  auto& peer = t.open(0);
  peer.push("a\n");
  t.poke();
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,1\r\n\r\n#XRECV: 0,1,2\r\n610a\r\n");
  peer.push("b");
  t.poke();
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,1\r\n\r\n#XRECV: 0,1,1\r\n62\r\n");
}

TEST_CASE("datagrams are pushed with their sender until the socket is connected") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XRECVCFG=,1,0");
    (void)t.ask("AT#XSOCKET=1,2,0");
    t.network.echo_datagrams(emulator_bench::at("192.0.2.1:5683"));
    CHECK(t.ask("AT#XSENDTO=0,1,0,\"192.0.2.1\",5683,\"40010001\"") ==
          "\r\n#XSENDTO: 0,0,4\r\n\r\nOK\r\n");
    CHECK(t.listen(300ms) == "\r\n#XRECVFROM: 0,0,4,\"192.0.2.1\",5683\r\n\x40\x01\0\x01\r\n"s);
    (void)t.ask("AT#XCONNECT=0,\"192.0.2.1\",5683");
    (void)t.ask("AT#XSEND=0,0,0,\"x\"");
    CHECK(t.listen(300ms) == "\r\n#XRECV: 0,0,1\r\nx\r\n");
  }
}

TEST_CASE("switching the push off keeps what comes; switching it on brings it at once") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XRECVCFG=,1,0");
  auto& peer = t.open(0);
  (void)t.ask("AT#XRECVCFG=0,0");
  peer.push("abc");
  t.poke();
  CHECK(t.listen(1s).empty());
  CHECK(t.ask("AT#XRECVCFG=0,1,0") == "\r\nOK\r\n");
  CHECK(t.listen(300ms) == "\r\n#XRECV: 0,0,3\r\nabc\r\n");
}

TEST_CASE("pushes take turns between sockets, and commands get theirs in between") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XRECVCFG=,1,0");
  auto& a = t.open(0);
  auto& b = t.open(1);
  a.push(std::string(40000, 'a'));
  t.poke();
  b.push(std::string(40000, 'b'));
  t.poke();
  t.type("AT+CGMM\r");
  const std::string out = t.listen(10s);
  const auto answer = out.find("nRF9151");
  REQUIRE(answer != std::string::npos);
  CHECK(answer < 10000);
  std::string order;
  for (std::size_t at = out.find("#XRECV: "); at != std::string::npos;
       at = out.find("#XRECV: ", at + 1))
    order += out[at + 8];
  CHECK(order.starts_with("01010101"));
}

TEST_CASE("what comes while a command runs or a host types is looked at afterwards") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XAPOLL=,1,1");
  auto& peer = t.open(0);
  (void)t.ask("AT#XSOCKET=1,2,0");
  t.type("AT#XRECV=1,0,0,2\r");
  t.run(10ms);
  peer.push("abc");
  t.poke();
  CHECK(t.listen(1s).empty());
  CHECK(t.until("#XAPOLL: 0,1\r\n") == "\r\nERROR\r\n\r\n#XAPOLL: 0,1\r\n");
}

TEST_CASE("sm-2 says nothing for 100 ms after a byte that no command followed") {
  for (const dialect id : both) {
    sm t(id);
    t.run(1s);
    const auto start = t.now;
    t.type("\n");  // what a CR LF host types too much
    t.run(3ms);
    t.control("urc +CEREG: 2");
    CHECK(t.until("+CEREG: 2\r\n") == "\r\n+CEREG: 2\r\n");
    const bool late = t.now - start > 100ms;
    CHECK(late == (id == dialect::sm_2));
    // The bare terminator costs nothing.
    t.type("AT\r");
    t.control("urc +CEREG: 3");
    CHECK(t.listen(20ms).find("+CEREG: 3") != std::string::npos);
  }
}

TEST_CASE("a half-typed line holds notices back in sm-2, each byte anew") {
  for (const dialect id : both) {
    sm t(id);
    t.run(1s);
    for (int i = 0; i < 10; ++i) {
      t.type(i == 0 ? "A" : "T");
      t.run(5ms);
      if (i == 0) t.control("urc hello");
      t.run(50ms);
    }
    CHECK((t.output.find("hello") == std::string::npos) == (id == dialect::sm_2));
    t.run(200ms);
    CHECK(t.output.find("hello") != std::string::npos);
  }
}

TEST_CASE("notices of a running command: sm-1 before its response, sm-2 behind it") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,2,0");
    t.type("AT#XRECV=0,0,0,1\r");
    t.run(10ms);
    t.control("urc hello");
    CHECK(t.listen(2s) ==
          (id == dialect::sm_1 ? "\r\nhello\r\n\r\nERROR\r\n" : "\r\nERROR\r\n\r\nhello\r\n"));
  }
}

TEST_CASE("with echo the typist is left alone for a second, or until the line is whole") {
  sm t(dialect::sm_2);
  CHECK(t.ask("ATE1") == "\r\nOK\r\n");
  t.type("A");
  t.run(10ms);
  t.control("urc hello");
  CHECK(t.listen(900ms) == "A");
  CHECK(t.listen(200ms) == "\r\nhello\r\n");
  sm s(dialect::sm_1);
  (void)s.ask("ATE1");
  s.type("A");
  s.run(10ms);
  s.control("urc hello");
  CHECK(s.listen(2s) == "A");
  s.type("T\r");
  CHECK(s.listen(100ms) == "T\r\r\nhello\r\n\r\nOK\r\n");
}

TEST_CASE("a push that is held back comes when it is let go") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XRECVCFG=,1,0");
  auto& peer = t.open(0);
  t.control("push-hold on");
  peer.push("abc");
  t.poke();
  CHECK(t.listen(1s).empty());
  t.control("push-hold off");
  CHECK(t.listen(100ms) == "\r\n#XRECV: 0,0,3\r\nabc\r\n");
}
