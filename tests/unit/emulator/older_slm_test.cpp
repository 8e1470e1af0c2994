// SPDX-License-Identifier: Apache-2.0
// What slm before NCS 3.1 does otherwise.
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

constexpr std::array before_3_1{dialect::slm_2_4, dialect::slm_2_7, dialect::slm_2_9};

std::unique_ptr<emulator_bench> up(dialect id) {
  auto t = std::make_unique<emulator_bench>(config_of(id));
  t->bring_up();
  t->network.serve(emulator_bench::at("192.0.2.10:7"), memory_network::behaviour::scripted);
  return t;
}

}  // namespace

TEST_CASE("a failed open leaves nothing selected, unless the table is full") {
  for (const dialect id : before_3_1) {
    auto t = up(id);
    (void)t->ask("AT#XSOCKET=1,1,0");
    CHECK(t->ask("AT#XSOCKET=1,1,0,9") == "\r\nERROR\r\n");
    CHECK(t->ask("AT#XSOCKET?") == "\r\nOK\r\n");
    CHECK(t->ask("AT#XSOCKETSELECT=0").ends_with("OK\r\n"));
    for (int i = 1; i < 8; ++i) CHECK(t->ask("AT#XSOCKET=1,1,0").ends_with("OK\r\n"));
    (void)t->ask("AT#XSOCKETSELECT=3");
    CHECK(t->ask("AT#XSOCKET=1,1,0") == "\r\nERROR\r\n");
    CHECK(t->ask("AT#XSOCKET?").starts_with("\r\n#XSOCKET: 3,"));
  }
}

TEST_CASE("poll, receive, end of stream") {
  for (const dialect id : before_3_1) {
    auto t = up(id);
    (void)t->ask("AT#XSOCKET=1,1,0");
    CHECK(t->ask("AT#XCONNECT=\"192.0.2.10\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
    CHECK(t->ask("AT#XAPOLL=1,1") == "\r\nERROR\r\n");
    auto* peer = t->network.peer(emulator_bench::at("192.0.2.10:7"));
    peer->push("abc");
    peer->finish();
    CHECK(t->ask("AT#XPOLL=0,0") == "\r\n#XPOLL: 0,\"0x0011\"\r\n\r\nOK\r\n");
    CHECK(t->ask("AT#XRECV=1,64") == "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
    CHECK(t->ask("AT#XPOLL=0,0") == "\r\n#XPOLL: 0,\"0x0011\"\r\n\r\nOK\r\n");
    // Modem libraries before 2.6.1 call the end of a stream an error to who does not wait.
    const bool old = id == dialect::slm_2_4;
    CHECK(t->ask("AT#XRECV=1,64") == (old ? "\r\nERROR\r\n" : "\r\nOK\r\n"));
    CHECK(t->ask("AT#XRECV=1") == "\r\nOK\r\n");
  }
}

TEST_CASE("the library version alone decides how an end of stream reads") {
  for (const auto& [version, error] :
       {std::pair{"2.6.0", true}, {"2.6.1", false}, {"2.10", false}}) {
    modem_config config = config_of(dialect::slm_2_7);
    config.library_version = version;
    emulator_bench t(config);
    t.bring_up();
    const auto where = emulator_bench::at("192.0.2.10:7");
    t.network.serve(where, memory_network::behaviour::scripted);
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XCONNECT=\"192.0.2.10\",7");
    t.network.peer(where)->finish();
    CHECK(t.ask("AT#XRECV=1,64") == (error ? "\r\nERROR\r\n" : "\r\nOK\r\n"));
  }
}

TEST_CASE("send flags are refused, and so is an empty payload with them") {
  for (const dialect id : before_3_1) {
    auto t = up(id);
    (void)t->ask("AT#XSOCKET=1,1,0");
    (void)t->ask("AT#XCONNECT=\"192.0.2.10\",7");
    CHECK(t->ask("AT#XSEND=\"abc\",0") == "\r\nERROR\r\n");
    CHECK(t->ask("AT#XSEND=,512") == "\r\nERROR\r\n");
    CHECK(t->ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 3\r\n\r\nOK\r\n");
  }
}

TEST_CASE("selecting, opening or closing forgets an accepted connection and leaks it") {
  for (const char* command : {"AT#XSOCKETSELECT=0", "AT#XSOCKET=1,2,0", "AT#XSOCKET=1,2,0,9"}) {
    auto t = up(dialect::slm_2_9);
    (void)t->ask("AT#XSOCKET=1,1,1");
    (void)t->ask("AT#XBIND=5000");
    (void)t->ask("AT#XLISTEN");
    auto* client = t->network.knock(5000, emulator_bench::at("192.0.2.44:9999"));
    REQUIRE(client);
    CHECK(t->ask("AT#XACCEPT=5") == "\r\n#XACCEPT: 1,\"192.0.2.44\"\r\n\r\nOK\r\n");
    CHECK(t->ask("AT#XSEND=\"hi\"") == "\r\n#XSEND: 2\r\n\r\nOK\r\n");
    (void)t->ask(command);
    (void)t->ask("AT#XSOCKETSELECT=0");
    CHECK(t->ask("AT#XACCEPT?") == "\r\n#XTCPACCEPT: 0\r\n\r\nOK\r\n");
    CHECK(t->ask("AT#XSEND=\"hi\"") == "\r\nERROR\r\n");
    CHECK_FALSE(client->closed());
    (void)t->ask("AT#XSOCKET=0");
    CHECK_FALSE(client->closed());  // nobody has its descriptor any more
    CHECK(t->count("peer-forgotten") == 1);
  }
}

TEST_CASE("slm 3.1 keeps the accepted connection") {
  auto t = up(dialect::slm_3_1);
  (void)t->ask("AT#XSOCKET=1,1,1");
  (void)t->ask("AT#XBIND=5000");
  (void)t->ask("AT#XLISTEN");
  REQUIRE(t->network.knock(5000, emulator_bench::at("192.0.2.44:9999")));
  (void)t->ask("AT#XACCEPT=5");
  (void)t->ask("AT#XSOCKET=1,2,0");
  (void)t->ask("AT#XSOCKETSELECT=0");
  CHECK(t->ask("AT#XSEND=\"hi\"") == "\r\n#XSEND: 2\r\n\r\nOK\r\n");
}

TEST_CASE("a later datagram that straddles the ring's end is dropped, unless the ring rewinds") {
  for (const flavour& row : flavours) {
    if (row.syntax != command_syntax::selected_socket) continue;
    auto t = up(row.id);
    (void)t->ask("AT#XSOCKET=1,2,0");
    (void)t->ask("AT#XSENDTO=\"192.0.2.10\",9");
    t->type(std::string(3000, 'a'));
    t->run(1s);  // silence flushes
    t->type(std::string(2000, 'b'));
    t->run(1s);
    t->type("+++");
    const bool fits = row.ring_rewound;
    CHECK(t->until("#XDATAMODE: ") == "\r\n#XDATAMODE: ");
    CHECK(t->until("\r\n") == (fits ? "0\r\n" : "-139\r\n"));
    CHECK(t->network.sent_datagrams().size() == (fits ? 2 : 1));
  }
}

TEST_CASE("a deleted quote leaves the older line editors inside it") {
  for (const flavour& row : flavours) {
    if (row.syntax != command_syntax::selected_socket) continue;
    auto t = up(row.id);
    t->type("AT\"\x7f\r\n");
    CHECK(t->listen(50ms) == (row.erased_quote_toggles ? "\r\nOK\r\n" : ""));
    // One more quote and a terminator bring an old one back, with an error and nothing else.
    t->type("\"\r\n");
    if (!row.erased_quote_toggles) CHECK(t->listen(50ms).ends_with("\r\nERROR\r\n"));
  }
}

TEST_CASE("2.4 hears nothing while a command executes") {
  auto t = up(dialect::slm_2_4);
  t->type("AT\r\nAT+CGMM\r\n");
  CHECK(t->listen(100ms) == "\r\nOK\r\n");
  CHECK(t->modem.dropped_bytes() == 9);
  (void)t->ask("AT#XSOCKET=1,1,0");
  (void)t->ask("AT#XCONNECT=\"192.0.2.10\",7");
  t->type("AT#XSEND\r\nlost+++");
  CHECK(t->listen(200ms) == "\r\nOK\r\n");
  t->type("kept+++");
  CHECK(t->until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t->network.peer(emulator_bench::at("192.0.2.10:7"))->received().size() == 4);
}

TEST_CASE("2.4 prints no port of a sender, and changes its rate for good") {
  auto t = up(dialect::slm_2_4);
  t->network.echo_datagrams(emulator_bench::at("192.0.2.10:9"));
  (void)t->ask("AT#XSOCKET=1,2,0");
  (void)t->ask("AT#XSENDTO=\"192.0.2.10\",9,\"abc\"");
  CHECK(t->ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 3,\"192.0.2.10\"\r\nabc\r\nOK\r\n");
  CHECK(t->ask("AT#XSLMUART?") == "\r\n#XSLMUART: 115200,1\r\n\r\nOK\r\n");
  CHECK(t->ask("AT#XSLMUART=123") == "\r\nERROR\r\n");
  CHECK(t->ask("AT#XSLMUART=1000000") == "\r\nOK\r\n");
  t->run(30ms);
  CHECK(t->ask("AT#XSLMUART?") == "\r\n#XSLMUART: 1000000,1\r\n\r\nOK\r\n");
  t->control("reset");
  (void)t->until("Ready\r\n");
  CHECK(t->ask("AT#XSLMUART?") == "\r\n#XSLMUART: 1000000,1\r\n\r\nOK\r\n");
}

TEST_CASE("before modem library 2.6.0 an accept without a limit does not wait") {
  auto t = up(dialect::slm_2_4);
  (void)t->ask("AT#XSOCKET=1,1,1");
  (void)t->ask("AT#XBIND=5000");
  (void)t->ask("AT#XLISTEN");
  CHECK(t->ask("AT#XACCEPT=0") == "\r\nERROR\r\n");
}
