// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("a bound UDP port hears everybody of its family") {
  emulator_bench t;
  t.bring_up();
  const auto one = emulator_bench::at("192.0.2.1:1000");
  const auto other = emulator_bench::at("198.51.100.2:2000");
  const auto six = emulator_bench::at("[2001:db8::2]:3000");
  (void)t.ask("AT#XAPOLL=1,1");
  CHECK(t.ask("AT#XSOCKET=1,2,0") == "\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
  CHECK_FALSE(t.network.push_datagram(one, 5000, bytes("early")));
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
  CHECK(t.network.push_datagram(one, 5000, bytes("a")));
  CHECK(t.network.push_datagram(other, 5000, bytes("bc")));
  CHECK_FALSE(t.network.push_datagram(six, 5000, bytes("six")));
  t.modem.network_changed(t.now);
  CHECK(t.listen(20ms) == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 1,\"192.0.2.1\",1000\r\na\r\nOK\r\n");
  CHECK(t.listen(20ms) == "\r\n#XAPOLL: 0,1\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 2,\"198.51.100.2\",2000\r\nbc\r\nOK\r\n");
  // What it sends leaves from that port.
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",1000,\"x\"") == "\r\n#XSENDTO: 1\r\n\r\nOK\r\n");
  CHECK(t.network.sent_datagrams().at(0).local_port == 5000);
  // The same number in the other family is another port.
  CHECK(t.ask("AT#XSOCKET=2,2,0") == "\r\n#XSOCKET: 1,2,17\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
  CHECK(t.network.push_datagram(six, 5000, bytes("six")));
  t.modem.network_changed(t.now);
  CHECK(t.listen(20ms) == "\r\n#XAPOLL: 1,1\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 3,\"2001:db8::2\",3000\r\nsix\r\nOK\r\n");
}

TEST_CASE("a port is bound once: same kind, same family, same socket") {
  for (const char* family : {"1", "2"}) {
    emulator_bench t;
    t.bring_up();
    const std::string open = std::string("AT#XSOCKET=") + family;
    CHECK(t.ask("AT#XBIND=5000") == "\r\nERROR\r\n");  // no socket
    for (const char* kind : {",2,0", ",1,1"}) {
      (void)t.ask(open + kind);
      CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
      CHECK(t.ask("AT#XBIND=5001") == "\r\nERROR\r\n");  // it has one
      (void)t.ask(open + kind);
      CHECK(t.ask("AT#XBIND=5000") == "\r\nERROR\r\n");
      CHECK(t.ask("AT#XBIND=5002") == "\r\nOK\r\n");  // and the refusal did no harm
    }
    for (const char* bad : {"AT#XBIND", "AT#XBIND=", "AT#XBIND=-1", "AT#XBIND=65536",
                            "AT#XBIND=\"5000\"", "AT#XBIND?", "AT#XBIND=?"})
      CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
    // Closed, the port is free again.
    (void)t.ask("AT#XSOCKETSELECT=0");
    (void)t.ask("AT#XSOCKET=0");
    (void)t.ask(open + ",2,0");
    CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
    CHECK(t.count("bind-failed") == 4);
  }
}

TEST_CASE("binding wants the default context's address of that family") {
  modem_config config;
  config.family = pdn_family::v4;
  emulator_bench t(config);
  (void)t.until("Ready\r\n");
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.ask("AT#XBIND=5000") == "\r\nERROR\r\n");
  (void)t.ask("AT+CFUN=1");
  t.run(300ms);
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
  t.control("pdn down");
  (void)t.ask("AT#XSOCKET=0");
  t.control("pdn up");
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
}

TEST_CASE("a bound stream connects from its port") {
  emulator_bench t;
  t.bring_up();
  const auto server = emulator_bench::at("[2001:db8::10]:7");
  t.network.serve(server, memory_network::behaviour::echo);
  (void)t.ask("AT#XSOCKET=2,1,0");
  CHECK(t.ask("AT#XBIND=6000") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",7").ends_with("OK\r\n"));
  CHECK(t.network.peer(server)->modem_port() == 6000);
}

TEST_CASE("a closed UDP socket gives its port back at once, and loses nothing") {
  emulator_bench t;
  t.bring_up();
  t.control("net-delay 500");
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",7,\"last\"").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XSOCKET=0").ends_with("OK\r\n"));
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.network.sent_datagrams().empty());
  CHECK(t.ask("AT#XBIND=5000") == "\r\nOK\r\n");
  t.run(2s);
  CHECK(t.network.sent_datagrams().size() == 1);
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.1\",7,\"next\"").ends_with("OK\r\n"));
  t.run(2s);
  CHECK(t.network.sent_datagrams().size() == 2);
}
