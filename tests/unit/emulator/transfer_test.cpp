// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const auto server = emulator_bench::at("192.0.2.1:80");
const auto hole = emulator_bench::at("192.0.2.1:9");
const auto udp = emulator_bench::at("192.0.2.1:53");

/// A connected TCP socket, 0.
struct connected : emulator_bench {
  explicit connected(modem_config config = {}) : emulator_bench(std::move(config)) {
    network.serve(server, memory_network::behaviour::scripted);
    network.serve(hole, memory_network::behaviour::black_hole);
    bring_up();
    (void)ask("AT#XSOCKET=1,1,0");
    (void)ask("AT#XCONNECT=\"192.0.2.1\",80");
    peer = network.peer(server);
  }
  std::string arrived() {
    std::string out;
    for (const std::byte b : peer->take_received()) out.push_back(static_cast<char>(b));
    return out;
  }
  memory_peer* peer = nullptr;
};

/// An open UDP socket, 0.
struct datagrams : emulator_bench {
  datagrams() {
    bring_up();
    (void)ask("AT#XSOCKET=1,2,0");
  }
  std::string sent(std::size_t i) {
    std::string out;
    for (const std::byte b : network.sent_datagrams().at(i).payload)
      out.push_back(static_cast<char>(b));
    return out;
  }
  std::size_t count_sent() { return network.sent_datagrams().size(); }
};

}  // namespace

TEST_CASE("string send: any byte a string can hold, at most 1024") {
  connected t;
  CHECK(t.ask("AT#XSEND=\"a,b\r\n\xff\"") == "\r\n#XSEND: 6\r\n\r\nOK\r\n");
  CHECK(t.arrived() == "a,b\r\n\xff");
  CHECK(t.ask("AT#XSEND=\"" + std::string(1024, 'x') + "\",0").starts_with("\r\n#XSEND: 1024\r\n"));
  CHECK(t.ask("AT#XSEND=\"" + std::string(1025, 'x') + "\"") == "\r\nERROR\r\n");
  CHECK(t.arrived().size() == 1024);
  CHECK(t.ask("AT#XSEND=\"x\",512") == "\r\n#XSEND: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=5") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSEND?") == "\r\nERROR\r\n");
}

TEST_CASE("a line of more than 4096 bytes is an error at its end, and harmless") {
  connected t;
  CHECK(t.ask("AT#XSEND=\"" + std::string(5000, 'x') + "\"") == "\r\nERROR\r\n");
  CHECK(t.ask("AT") == "\r\nOK\r\n");
  CHECK(t.arrived().empty());
}

TEST_CASE("a failed string send prints its count, then ERROR") {
  connected t;
  t.peer->reset();
  t.modem.network_changed(t.now);
  CHECK(t.ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 0\r\n\r\nERROR\r\n");
  CHECK(t.ask("AT#XRECV=1") == "\r\nERROR\r\n");
}

TEST_CASE("sends block on back-pressure up to the send timeout") {
  connected t;
  t.control("send-block on");
  CHECK(t.ask("AT#XSOCKETOPT=1,21,2") == "\r\nOK\r\n");
  auto start = t.now;
  CHECK(t.ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 0\r\n\r\nERROR\r\n");
  CHECK(t.now - start > 2s);
  CHECK(t.now - start < 2100ms);
  t.control("send-block off");
  CHECK(t.ask("AT#XSEND=\"abc\"").ends_with("OK\r\n"));
  // A peer that takes half: the partial count is printed.
  t.peer->set_window(0);
  for (int i = 0; i < 7; ++i)
    CHECK(t.ask("AT#XSEND=\"" + std::string(1024, 'x') + "\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSEND=\"" + std::string(1000, 'x') + "\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSEND=\"" + std::string(100, 'x') + "\"") == "\r\n#XSEND: 24\r\n\r\nERROR\r\n");
}

TEST_CASE("data mode carries every byte, in flushes of 4096") {
  connected t;
  std::string payload;
  for (int i = 0; i < 10000; ++i) payload.push_back(static_cast<char>(i % 256));
  CHECK(t.ask("AT#XSEND") == "\r\nOK\r\n");
  t.type(payload + "+++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t.arrived() == payload);
  CHECK(t.ask("AT") == "\r\nOK\r\n");
}

TEST_CASE("all ways into data mode") {
  connected t;
  for (const char* command : {"AT#XSEND", "AT#XSEND=", "AT#XSEND=,0"}) {
    CHECK(t.ask(command) == "\r\nOK\r\n");
    t.type("x+++");
    CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  }
  CHECK(t.arrived() == "xxx");
}

TEST_CASE("payload written behind its command without waiting is payload") {
  connected t;
  t.type("AT#XSEND\r\nAT#XSOCKET=0\r\n+++AT\r\n");
  CHECK(t.until("OK\r\n\r\nOK\r\n", 5s) ==
        "(never came) \r\nOK\r\n\r\n#XDATAMODE: 0\r\n\r\nOK\r\n");
  CHECK(t.arrived() == "AT#XSOCKET=0\r\n");
}

TEST_CASE("silence flushes what is buffered, pluses behind it included") {
  connected t;
  (void)t.ask("AT#XSEND");
  t.type("abc+");
  t.run(25ms);
  CHECK(t.arrived().empty());
  t.run(20ms);
  CHECK(t.arrived() == "abc+");
  t.type("+");
  t.run(1s);
  CHECK(t.arrived().empty());  // alone it is kept
  t.type("++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t.arrived().empty());
}

TEST_CASE("the time limit") {
  connected t;
  CHECK(t.ask("AT#XDATACTRL?") == "\r\n#XDATACTRL: 0,32\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XDATACTRL=?") == "\r\n#XDATACTRL=<time_limit>\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XDATACTRL=31") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XDATACTRL=0") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XDATACTRL=65536") == "\r\nERROR\r\n");
  (void)t.ask("AT#XSEND");
  t.type("+++");
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(t.ask("AT#XDATACTRL?") == "\r\n#XDATACTRL: 32,32\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XDATACTRL=1000") == "\r\nOK\r\n");
  (void)t.ask("AT#XSEND");
  t.type("abc");
  t.run(900ms);
  CHECK(t.arrived().empty());
  t.run(200ms);
  CHECK(t.arrived() == "abc");
}

TEST_CASE("a flush that runs into the send timeout is lost without a word") {
  connected t;
  (void)t.ask("AT#XSOCKETOPT=1,21,1");
  t.control("send-block on");
  (void)t.ask("AT#XSEND");
  const auto start = t.now;
  t.type("abc+++");
  CHECK(t.until("#XDATAMODE") == "\r\n#XDATAMODE");
  CHECK(t.now - start > 1s);
  CHECK(t.listen(20ms) == ": 0\r\n");
  t.control("send-block off");
  t.run(1s);
  CHECK(t.arrived().empty());
  CHECK(t.count("dropped") == 1);
}

TEST_CASE("a dead connection in data mode is lost without a word too") {
  connected t;
  t.peer->reset();
  t.modem.network_changed(t.now);
  (void)t.ask("AT#XSEND");
  t.type(std::string(5000, 'x') + "+++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
}

TEST_CASE("receive: timeout, at once, end of file, everything") {
  connected t;
  auto start = t.now;
  CHECK(t.ask("AT#XRECV=2") == "\r\nERROR\r\n");
  CHECK(t.now - start > 2s);
  start = t.now;
  CHECK(t.ask("AT#XRECV=0,64") == "\r\nERROR\r\n");
  CHECK(t.now - start < 10ms);
  t.peer->push(std::string(1000, 'a'));
  start = t.now;
  CHECK(t.ask("AT#XRECV=1,256").starts_with("\r\n#XRECV: 1000\r\n"));  // the timeout ends it
  CHECK(t.now - start > 1s);
  t.peer->push(std::string(3000, 'a'));
  CHECK(t.ask("AT#XRECV=5,256").starts_with("\r\n#XRECV: 2048\r\n"));
  CHECK(t.ask("AT#XRECV=5").starts_with("\r\n#XRECV: 952\r\n"));
  t.peer->finish();
  CHECK(t.ask("AT#XRECV=0") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nOK\r\n");
  for (const char* bad : {"AT#XRECV", "AT#XRECV=", "AT#XRECV=-1", "AT#XRECV=1,4", "AT#XRECV?"})
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
}

TEST_CASE("a receive for ever ends when something comes, and holds everything else") {
  connected t;
  t.type("AT#XRECV=0\r\nAT\r\n");
  CHECK(t.listen(1h).empty());
  t.peer->push("\r\nOK\r\n");
  t.modem.network_changed(t.now);
  CHECK(t.listen(50ms) == "\r\n#XRECV: 6\r\n\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n");
}

TEST_CASE("connect: refused at once, black hole after the send timeout, unknown names") {
  connected t;
  (void)t.ask("AT#XSOCKET=1,1,0");
  auto start = t.now;
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",81") == "\r\nERROR\r\n");
  CHECK(t.now - start < 20ms);
  CHECK(t.ask("AT#XSOCKETOPT=0,21") == "\r\n#XSOCKETOPT: 30\r\n\r\nOK\r\n");
  start = t.now;
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",9") == "\r\nERROR\r\n");
  CHECK(t.now - start > 30s);
  CHECK(t.now - start < 31s);
  (void)t.ask("AT#XSOCKETOPT=1,21,5");
  start = t.now;
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",9") == "\r\nERROR\r\n");
  CHECK(t.now - start < 6s);
  for (const char* bad :
       {"AT#XCONNECT=\"nowhere.test\",80", "AT#XCONNECT=\"2001:db8::1\",80",
        "AT#XCONNECT=\"192.0.2.1\"", "AT#XCONNECT=\"192.0.2.1\",65536", "AT#XCONNECT=192,80"})
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80") == "\r\nERROR\r\n");
}

TEST_CASE("the network's own policy on connects") {
  connected t;
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XSOCKETOPT=1,21,1");
  t.control("connect refuse");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80") == "\r\nERROR\r\n");
  t.control("connect normal");
  t.control("connect swallow 192.0.2.1:80");
  const auto start = t.now;
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80") == "\r\nERROR\r\n");
  CHECK(t.now - start > 1s);
  t.control("connect normal 192.0.2.1:80");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80").ends_with("OK\r\n"));
}

TEST_CASE("datagrams: string, data mode, one per flush") {
  datagrams t;
  t.network.echo_datagrams(udp);
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",53,\"query\"") == "\r\n#XSENDTO: 5\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 5,\"192.0.2.1\",53\r\nquery\r\nOK\r\n");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",53") == "\r\nOK\r\n");
  t.type("one\0datagram+++"s);
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(t.sent(1) == "one\0datagram"s);
  (void)t.ask("AT#XSENDTO=\"192.0.2.1\",53");
  t.type("first");
  t.run(50ms);
  t.type("second+++");
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(t.sent(2) == "first");
  CHECK(t.sent(3) == "second");
}

TEST_CASE("a connected datagram socket") {
  datagrams t;
  t.network.echo_datagrams(udp);
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",53") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 3\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XRECV=1") == "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  // Somebody else's datagram is not for it.
  t.network.push_datagram(emulator_bench::at("192.0.2.9:1"), {});
  t.network.push_datagram(emulator_bench::at("192.0.2.9:1"), std::as_bytes(std::span("x")));
  CHECK(t.ask("AT#XRECV=1,64") == "\r\nERROR\r\n");
}

TEST_CASE("a datagram of 4096 goes; one byte more is thrown away until the terminator") {
  datagrams t;
  (void)t.ask("AT#XSENDTO=\"192.0.2.1\",53");
  t.type(std::string(4096, 'x') + "+++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  REQUIRE(t.count_sent() == 1);
  CHECK(t.sent(0).size() == 4096);
  (void)t.ask("AT#XSENDTO=\"192.0.2.1\",53");
  t.type(std::string(4097, 'x') + "yyy+++");
  CHECK(t.until("9\r\n") == "\r\n#XDATAMODE: -139\r\n");
  CHECK(t.count_sent() == 1);
  CHECK(t.ask("AT") == "\r\nOK\r\n");
}

TEST_CASE("a send-to refused behind its host leaves the host to the next data mode") {
  datagrams t;
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",53").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.7\",7,\"a\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.8\"") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSEND") == "\r\nOK\r\n");
  t.type("strayed+++");
  (void)t.until("#XDATAMODE: 0\r\n");
  REQUIRE(t.count_sent() == 2);
  CHECK(to_string(t.network.sent_datagrams()[1].to) == "192.0.2.8:7");
  // Data mode's end forgets it.
  (void)t.ask("AT#XSEND");
  t.type("home+++");
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(to_string(t.network.sent_datagrams().at(2).to) == "192.0.2.1:53");
}

TEST_CASE("datagrams longer than a read are cut; a full queue loses the newest") {
  datagrams t;
  (void)t.ask("AT#XBIND=5000");
  t.network.push_datagram(udp, std::vector<std::byte>(3000));
  for (int i = 0; i < 20; ++i) t.network.push_datagram(udp, std::vector<std::byte>(1));
  t.modem.network_changed(t.now);
  CHECK(t.ask("AT#XRECVFROM=1,64").starts_with("\r\n#XRECVFROM: 2048,\"192.0.2.1\",53\r\n"));
  int n = 0;
  while (t.ask("AT#XRECVFROM=1,64").ends_with("OK\r\n")) ++n;
  CHECK(n == 15);
}

TEST_CASE("a listening socket: one peer under its handle") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.ask("AT#XSOCKET=1,1,1") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XLISTEN") == "\r\nERROR\r\n");  // not bound
  CHECK(t.ask("AT#XBIND=8080") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XLISTEN") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XACCEPT=1") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XACCEPT?") == "\r\n#XTCPACCEPT: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"x\"") == "\r\nERROR\r\n");
  auto* peer = t.network.knock(8080, emulator_bench::at("198.51.100.1:40000"));
  REQUIRE(peer);
  t.modem.network_changed(t.now);
  CHECK(t.ask("AT#XPOLL=0") == "\r\n#XPOLL: 0,\"0x0001\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XACCEPT=5") == "\r\n#XACCEPT: 1,\"198.51.100.1\"\r\n\r\nOK\r\n");
  peer->push("hi");
  CHECK(t.ask("AT#XRECV=1,64") == "\r\n#XRECV: 2\r\nhi\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"you\"") == "\r\n#XSEND: 3\r\n\r\nOK\r\n");
  CHECK(peer->received().size() == 3);
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.1\",80") == "\r\nERROR\r\n");
  // A second accept leaks the first descriptor.
  t.network.knock(8080, emulator_bench::at("198.51.100.2:40000"));
  CHECK(t.ask("AT#XACCEPT=5") == "\r\n#XACCEPT: 2,\"198.51.100.2\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET=0").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 2,1,6\r\n\r\nOK\r\n");
}
