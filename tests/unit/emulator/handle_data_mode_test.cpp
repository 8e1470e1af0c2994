// SPDX-License-Identifier: Apache-2.0
// Data mode of sm: counted and not, and every way it ends.
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
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=0,\"192.0.2.10\",8");
  }
  memory_peer& peer() { return *network.peer(where); }
  std::string sent() {
    const auto got = peer().take_received();
    return {reinterpret_cast<const char*>(got.data()), got.size()};
  }
};

}  // namespace

TEST_CASE("a counted data mode carries every byte and ends with the last") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.ask("AT#XSEND=0,2,0,5") == "\r\nOK\r\n");
    t.type("he+++");
    CHECK(t.listen(100ms) == "\r\n#XDATAMODE: 0\r\n");
    CHECK(t.sent() == "he+++");
    CHECK(t.ask("AT") == "\r\nOK\r\n");
    std::string every;
    for (int i = 0; i < 10000; ++i) every.push_back(static_cast<char>(i * 7));
    CHECK(t.ask("AT#XSEND=0,2,0,10000") == "\r\nOK\r\n");
    t.type(every);
    CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
    CHECK(t.sent() == every);
  }
}

TEST_CASE("the payload may follow the command, and what follows the payload is a command") {
  for (const dialect id : both) {
    sm t(id);
    t.type("AT#XSEND=0,2,0,3\rabcAT\r");
    CHECK(t.listen(200ms) == "\r\nOK\r\n\r\n#XDATAMODE: 0\r\n\r\nOK\r\n");
    CHECK(t.sent() == "abc");
  }
}

TEST_CASE("a line feed too much is payload, and pushes the last byte out") {
  sm t(dialect::sm_2);
  t.type("AT#XSEND=0,2,0,3\r\nabc");
  CHECK(t.listen(200ms) == "\r\nOK\r\n\r\n#XDATAMODE: 0\r\n");
  CHECK(t.sent() == "\nab");
  // Built for CR LF it is the terminator.
  modem_config config = config_of(dialect::sm_2);
  config.terminator = line_end::crlf;
  emulator_bench s(config);
  s.bring_up();
  s.network.serve(where, memory_network::behaviour::scripted);
  (void)s.ask("AT#XSOCKET=1,1,0");
  (void)s.ask("AT#XCONNECT=0,\"192.0.2.10\",8");
  s.type("AT#XSEND=0,2,0,3\r\nabc");
  CHECK(s.listen(200ms) == "\r\nOK\r\n\r\n#XDATAMODE: 0\r\n");
  CHECK(s.network.peer(where)->received().size() == 3);
}

TEST_CASE("unbounded: the terminator ends it") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.ask("AT#XSEND=0,2,0") == "\r\nOK\r\n");
    t.type("ab+c++d+++");
    CHECK(t.listen(100ms) == "\r\n#XDATAMODE: 0\r\n");
    CHECK(t.sent() == "ab+c++d");
    t.type("+++");  // ignored in AT mode
    CHECK(t.ask("AT") == "\r\nOK\r\n");
  }
}

TEST_CASE("a failing flush before the end: three bytes, then everything is thrown away until +++") {
  for (const dialect id : both) {
    sm t(id);
    t.control("send-fail 4096");
    (void)t.ask("AT#XSEND=0,2,0,10000");
    t.type(std::string(9000, 'x'));
    CHECK(t.until("+++") == "+++");
    CHECK(t.listen(2s).empty());
    t.type("+++");
    CHECK(t.listen(200ms) == "\r\n#XDATAMODE: -1\r\n");
    CHECK(t.ask("AT") == "\r\nOK\r\n");
    CHECK(t.sent().size() == 4096);
  }
}

TEST_CASE("a failing flush at the very end: both in one, and AT mode already") {
  for (const dialect id : both) {
    sm t(id);
    t.control("send-fail 0");
    (void)t.ask("AT#XSEND=0,2,0,5");
    t.type("hello");
    CHECK(t.listen(200ms) == "+++\r\n#XDATAMODE: -1\r\n");
    t.type("+++");
    CHECK(t.ask("AT") == "\r\nOK\r\n");
    (void)t.ask("AT#XSEND=0,2,0");
    t.type("hello+++");
    CHECK(t.listen(200ms) == "+++\r\n#XDATAMODE: -1\r\n");
  }
}

TEST_CASE("a hang-up, a reset or a lost network in the middle of the payload") {
  for (const dialect id : both)
    for (const char* how : {"fin", "reset", "pdn"}) {
      sm t(id);
      (void)t.ask("AT#XAPOLL=,1,0");
      CHECK(t.control("hup 0 1000 "s + how) == "ok");
      (void)t.ask("AT#XSEND=0,2,0,4096");
      t.type(std::string(3000, 'x'));
      CHECK(t.until("+++") == "+++");
      CHECK(t.count("cut") == 1);
      t.type("+++");
      CHECK(t.until("#XDATAMODE: -1\r\n") == "\r\n#XDATAMODE: -1\r\n");
      const std::string after = t.listen(1s);
      CHECK(after == (how == "fin"s     ? "\r\n#XAPOLL: 0,16\r\n"
                      : how == "reset"s ? "\r\n#XAPOLL: 0,24\r\n"
                                        : "\r\n#XAPOLL: 0,8\r\n"));
    }
}

TEST_CASE("a terminator inside discarded payload ends the discarding: what follows is executed") {
  sm t(dialect::sm_2);
  t.control("hup 0 10 fin");
  (void)t.ask("AT#XSEND=0,2,0,1000");
  t.type(std::string(20, 'x'));
  CHECK(t.until("+++") == "+++");
  t.type("yyy+++\rAT+CFUN=0\rzzz");
  CHECK(t.listen(1s) == "\r\n#XDATAMODE: -1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 0\r\n\r\nOK\r\n");
}

TEST_CASE("a peer that closed while nothing was sent ends the next data mode at once") {
  sm t(dialect::sm_2);
  t.type("AT#XSEND=0,2,0,10\r");
  t.peer().finish();  // behind the command on the wire
  CHECK(t.until("+++").ends_with("+++"));
}

TEST_CASE("a hang-up that was told before does not end a data mode") {
  sm t(dialect::sm_2);
  (void)t.ask("AT#XAPOLL=,1,0");
  t.peer().finish();
  t.poke();
  CHECK(t.listen(300ms) == "\r\n#XAPOLL: 0,16\r\n");
  CHECK(t.ask("AT#XSEND=0,2,0,3") == "\r\nOK\r\n");
  t.type("abc");
  CHECK(t.listen(100ms) == "\r\n#XDATAMODE: 0\r\n");
}

TEST_CASE("datagrams: one per session, too long a one fails, silence splits") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSOCKET=1,2,0");
    CHECK(t.ask("AT#XSENDTO=1,2,0,\"192.0.2.1\",5683,4096") == "\r\nOK\r\n");
    t.type(std::string(4096, 'x'));
    CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
    t.run(10ms);
    REQUIRE(t.network.sent_datagrams().size() == 1);
    CHECK(t.network.sent_datagrams()[0].payload.size() == 4096);
    (void)t.ask("AT#XSENDTO=1,2,0,\"192.0.2.1\",5683,4097");
    t.type(std::string(4097, 'x'));
    CHECK(t.until("+++") == "+++");
    t.type("+++");
    CHECK(t.until("#XDATAMODE: -1\r\n") == "\r\n#XDATAMODE: -1\r\n");
    (void)t.ask("AT#XSENDTO=1,2,0,\"192.0.2.1\",5683,6");
    t.type("abc");
    t.run(1s);
    t.type("def");
    CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
    t.run(10ms);
    CHECK(t.network.sent_datagrams().size() == 3);
    CHECK(t.ask("AT#XDATACTRL=1000") == "\r\nOK\r\n");
    (void)t.ask("AT#XSENDTO=1,2,0,\"192.0.2.1\",5683,6");
    t.type("abc");
    t.run(900ms);
    t.type("def");
    (void)t.until("#XDATAMODE: 0\r\n");
    t.run(10ms);
    CHECK(t.network.sent_datagrams().size() == 4);
  }
}

TEST_CASE("notifications wait for the end of data mode; too many lose the newest, or all") {
  for (const dialect id : both) {
    sm t(id);
    (void)t.ask("AT#XSEND=0,2,0,3");
    t.control("urc one");
    t.control("urc two");
    CHECK(t.listen(1s).empty());
    t.type("abc");
    CHECK(t.listen(300ms) == "\r\n#XDATAMODE: 0\r\n\r\none\r\n\r\ntwo\r\n");
    (void)t.ask("AT#XSEND=0,2,0,3");
    for (int i = 0; i < 41; ++i) t.control("urc " + std::to_string(i % 10) + std::string(99, '-'));
    t.type("abc");
    const std::string out = t.listen(1s);
    const auto lines = std::count(out.begin(), out.end(), '\n') / 2;
    CHECK(lines == (id == dialect::sm_1 ? 41 : 2));  // #XDATAMODE among them
  }
}

TEST_CASE("received bytes wait for AT mode, or come raw if that was asked for") {
  for (const bool raw : {false, true}) {
    sm t(dialect::sm_2);
    (void)t.ask(raw ? "AT#XRECVCFG=0,3" : "AT#XRECVCFG=0,1");
    (void)t.ask("AT#XSEND=0,2,0,3");
    t.peer().push("down");
    t.poke();
    CHECK(t.listen(1s) == (raw ? "down" : ""));
    t.type("abc");
    CHECK(t.listen(300ms) ==
          (raw ? "\r\n#XDATAMODE: 0\r\n" : "\r\n#XDATAMODE: 0\r\n\r\n#XRECV: 0,0,4\r\ndown\r\n"));
  }
}

TEST_CASE("the time limit: sm-1 computes it anew for a new rate, sm-2 keeps its first") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.ask("AT#XDATACTRL?") == "\r\n#XDATACTRL: 0,32\r\n\r\nOK\r\n");
    (void)t.ask("AT#XDATACTRL=500");
    CHECK(t.ask("AT+IPR=1000000") == "\r\nOK\r\n");
    t.run(30ms);
    CHECK(t.ask("AT#XDATACTRL?") == (id == dialect::sm_1 ? "\r\n#XDATACTRL: 0,12\r\n\r\nOK\r\n"
                                                         : "\r\n#XDATACTRL: 500,32\r\n\r\nOK\r\n"));
  }
}
