// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

const auto first = emulator_bench::at("192.0.2.1:1");
const auto second = emulator_bench::at("192.0.2.1:2");

/// Two connected sockets, 0 and 1; 0 is current.
struct two_connected : emulator_bench {
  explicit two_connected(const std::string& poll) {
    network.serve(first, memory_network::behaviour::scripted);
    network.serve(second, memory_network::behaviour::scripted);
    bring_up();
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=\"192.0.2.1\",1");
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=\"192.0.2.1\",2");
    (void)ask("AT#XSOCKETSELECT=0");
    (void)ask(poll);
    a = network.peer(first);
    b = network.peer(second);
  }
  std::string heard() {
    modem.network_changed(now);
    return listen(30ms);
  }
  memory_peer* a = nullptr;
  memory_peer* b = nullptr;
};

}  // namespace

TEST_CASE("IN fires once, and again after a receive that returned bytes") {
  two_connected t("AT#XAPOLL=1,1");
  CHECK(t.heard().empty());
  t.a->push("abc");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  t.a->push("def");
  CHECK(t.heard().empty());
  CHECK(t.ask("AT#XRECV=1,66") == "\r\n#XRECV: 6\r\nabcdef\r\nOK\r\n");  // peek re-arms too
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\n#XRECV: 6\r\nabcdef\r\nOK\r\n");
  CHECK(t.heard().empty());
  t.a->push("g");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
}

TEST_CASE("a receive without bytes does not re-arm") {
  two_connected t("AT#XAPOLL=1,1");
  t.a->push("abc");
  (void)t.heard();
  (void)t.ask("AT#XRECV=1,64");
  t.a->push("abc");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  (void)t.ask("AT#XRECV=1,64");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nERROR\r\n");
  t.a->push("abc");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XSOCKETSELECT=1").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nERROR\r\n");
  CHECK(t.heard().empty());
}

TEST_CASE("more than one read's worth fires again after each read") {
  two_connected t("AT#XAPOLL=1,1");
  t.a->push(std::string(5000, 'x'));
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECV=1,64").starts_with("\r\n#XRECV: 2048\r\n"));
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECV=1,64").starts_with("\r\n#XRECV: 2048\r\n"));
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECV=1,64").starts_with("\r\n#XRECV: 904\r\n"));
  CHECK(t.heard().empty());
}

TEST_CASE("OUT fires after connect, and again after a send") {
  two_connected t("AT#XAPOLL=1,4");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,4\r\n\r\n#XAPOLL: 1,4\r\n");
  CHECK(t.ask("AT#XSEND=\"x\"").ends_with("OK\r\n"));
  CHECK(t.heard() == "\r\n#XAPOLL: 0,4\r\n");
  // An unconnected socket has nothing to say.
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.heard().empty());
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",1");
  CHECK(t.heard() == "\r\n#XAPOLL: 2,4\r\n");
}

TEST_CASE("a hang-up fires once and silences the socket, until it is closed") {
  two_connected t("AT#XAPOLL=1,1");
  t.a->push("rest");
  t.a->finish();
  CHECK(t.heard() == "\r\n#XAPOLL: 0,17\r\n");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\n#XRECV: 4\r\nrest\r\nOK\r\n");
  CHECK(t.heard().empty());
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nOK\r\n");
  CHECK(t.heard().empty());
  t.b->reset();
  CHECK(t.heard() == "\r\n#XAPOLL: 1,24\r\n");
}

TEST_CASE("with no events asked for, hang-ups are still told, without IN") {
  two_connected t("AT#XAPOLL=1,0");
  t.a->push("rest");
  CHECK(t.heard().empty());
  t.a->finish();
  CHECK(t.heard() == "\r\n#XAPOLL: 0,16\r\n");
}

TEST_CASE("only the named sockets; starting again replaces them; later ones only with all") {
  two_connected t("AT#XAPOLL=1,1,1");
  t.a->push("x");
  t.b->push("x");
  CHECK(t.heard() == "\r\n#XAPOLL: 1,1\r\n");
  CHECK(t.ask("AT#XAPOLL?") == "\r\n#XAPOLL: 1,1,1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XAPOLL=1,1,0").ends_with("OK\r\n"));
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XAPOLL=1,5") == "\r\nOK\r\n");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,5\r\n\r\n#XAPOLL: 1,5\r\n");
  CHECK(t.ask("AT#XAPOLL?").starts_with("\r\n#XAPOLL: 1,5,0,1\r\n"));
  (void)t.ask("AT#XAPOLL=0");
  (void)t.heard();
  CHECK(t.ask("AT#XAPOLL?").starts_with("\r\n#XAPOLL: 0,0"));
}

TEST_CASE("what the poll command refuses") {
  two_connected t("AT#XAPOLL=0");
  for (const char* bad : {"AT#XAPOLL=1", "AT#XAPOLL=1,2", "AT#XAPOLL=2,1", "AT#XAPOLL=1,1,7",
                          "AT#XAPOLL", "AT#XAPOLL=1,8"})
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
  CHECK(t.ask("AT#XAPOLL=?") ==
        "\r\n#XAPOLL: (0,1),<0,1,4,5>,<handle1>,<handle2>,...\r\n\r\nOK\r\n");
  (void)t.ask("AT#XAPOLL=1,1");
  CHECK(t.ask("AT#XPOLL=0") == "\r\nERROR\r\n");
}

TEST_CASE("nothing in data mode; at its end everything is looked at again") {
  two_connected t("AT#XAPOLL=1,5");
  (void)t.heard();
  t.a->push("first");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XSEND") == "\r\nOK\r\n");
  t.b->push("x");
  t.b->finish();
  CHECK(t.heard().empty());
  t.type("abc+++");
  // Both have something to read; OUT only for the socket that sent.
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t.heard() == "\r\n#XAPOLL: 0,5\r\n\r\n#XAPOLL: 1,17\r\n");
}

TEST_CASE("poll events are printed while data mode discards") {
  emulator_bench t;
  t.network.serve(first, memory_network::behaviour::scripted);
  t.bring_up();
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",1");
  (void)t.ask("AT#XSOCKET=1,2,0");
  (void)t.ask("AT#XAPOLL=1,1");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",5") == "\r\nOK\r\n");
  t.type(std::string(5000, 'x'));
  CHECK(t.listen(1s).empty());
  t.network.peer(first)->push("x");
  t.modem.network_changed(t.now);
  CHECK(t.listen(30ms) == "\r\n#XAPOLL: 0,1\r\n");
  t.type("+++");
  CHECK(t.listen(30ms).starts_with("\r\n#XDATAMODE: -139\r\n"));
}

TEST_CASE("injected poll events cut into a counted receive, never into its payload") {
  for (const auto& [where, expected] :
       {std::pair{"header", "\r\n#XRECV: 3\r\n\r\n#XAPOLL: 1,1\r\nabc\r\nOK\r\n"},
        std::pair{"tail", "\r\n#XRECV: 3\r\nabc\r\n#XAPOLL: 1,1\r\n\r\nOK\r\n"},
        std::pair{"off", "\r\n#XRECV: 3\r\nabc\r\nOK\r\n"}}) {
    two_connected t("AT#XAPOLL=1,1");
    t.a->push("abc");
    CHECK(t.heard() == "\r\n#XAPOLL: 0,1\r\n");
    CHECK(t.control(std::string("inject-urc ") + where) == "ok");
    t.type("AT#XRECV=1,64\r\n");
    t.run(3800us);  // handed over, not executed yet
    t.b->push("x");
    t.modem.network_changed(t.now);
    const std::string got = t.listen(200ms);
    const bool off = std::string_view(where) == "off";
    CHECK(got == std::string(expected) + (off ? "\r\n#XAPOLL: 1,1\r\n" : ""));
  }
}
