// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

TEST_CASE("opening selects, closing selects the youngest that is left") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.ask("AT#XSOCKET?") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET=0") == "\r\nOK\r\n");
  for (int i = 0; i < 3; ++i) (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XSOCKET?") == "\r\n#XSOCKET: 2,1,0,1,0\r\n\r\nOK\r\n");
  (void)t.ask("AT#XSOCKETSELECT=0");
  (void)t.ask("AT#XSOCKET=0");
  CHECK(t.ask("AT#XSOCKET?").starts_with("\r\n#XSOCKET: 2,"));
  // The lowest number is used again, but it is the youngest now.
  CHECK(t.ask("AT#XSOCKET=1,2,0") == "\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
  (void)t.ask("AT#XSOCKETSELECT=1");
  (void)t.ask("AT#XSOCKET=0");
  CHECK(t.ask("AT#XSOCKETSELECT?") ==
        "\r\n#XSOCKETSELECT: 0,1,0,2,-1,4,0\r\n\r\n#XSOCKETSELECT: 2,1,0,1,-1,3,0\r\n"
        "\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETSELECT=5") == "\r\nERROR\r\n");
}

TEST_CASE("seven sockets, and a failed open selects the highest ranked") {
  emulator_bench t;
  t.bring_up();
  for (int i = 0; i < 7; ++i) CHECK(t.ask("AT#XSOCKET=1,1,0").ends_with("OK\r\n"));
  (void)t.ask("AT#XSOCKETSELECT=3");
  CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKET?").starts_with("\r\n#XSOCKET: 6,"));
  (void)t.ask("AT#XSOCKET=0");
  (void)t.ask("AT#XSOCKETSELECT=3");
  for (const char* bad : {"AT#XSOCKET=1,3,0", "AT#XSOCKET=1", "AT#XSOCKET=1,1", "AT#XSOCKET=2,3,0",
                          "AT#XSOCKET=1,1,0,11", "AT#XSOCKET=1,1,0,1", "AT#XSSOCKET=1,1,0,42"}) {
    (void)t.ask("AT#XSOCKETSELECT=3");
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
    CHECK(t.ask("AT#XSOCKET?").starts_with("\r\n#XSOCKET: 5,"));
  }
  CHECK(t.ask("AT#XSOCKET=3") == "\r\nERROR\r\n");
}

TEST_CASE("numbers may start anywhere") {
  modem_config config;
  config.first_handle = 3;
  emulator_bench t(config);
  t.bring_up();
  for (int i = 3; i < 10; ++i)
    CHECK(t.ask("AT#XSOCKET=1,1,0").starts_with("\r\n#XSOCKET: " + std::to_string(i) + ","));
  CHECK(t.ask("AT#XSOCKET=1,1,0") == "\r\nERROR\r\n");
}

TEST_CASE("the test form lacks its line end") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.ask("AT#XSOCKET=?") == "\r\n#XSOCKET: (0,1,2),(1,2,3),(0,1),<cid>\r\nOK\r\n");
}

TEST_CASE("options") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.ask("AT#XSOCKETOPT=1,21,5") == "\r\nERROR\r\n");  // no socket
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XSOCKETOPT=1,21,5") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,21") == "\r\n#XSOCKETOPT: 5\r\n\r\nOK\r\n");
  (void)t.ask("AT#XRECV=7,64");  // each receive writes option 20
  CHECK(t.ask("AT#XSOCKETOPT=0,20") == "\r\n#XSOCKETOPT: 7\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,2,1") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,2") == "\r\nOK\r\n");  // no value: 0
  CHECK(t.ask("AT#XSOCKETOPT=1,30,1") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=0,30") == "\r\n#XSOCKETOPT: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,55,135") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,61,5") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=7,21") == "\r\nOK\r\n");  // neither get nor set
  for (const char* bad : {"AT#XSOCKETOPT=0,2", "AT#XSOCKETOPT=1,50,1", "AT#XSOCKETOPT=1,34,1",
                          "AT#XSOCKETOPT=1,55,136", "AT#XSOCKETOPT=1,61,6", "AT#XSOCKETOPT=0,99",
                          "AT#XSOCKETOPT=1,21,-1", "AT#XSOCKETOPT=1", "AT#XSSOCKETOPT=1,2,\"a\""})
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
}

TEST_CASE("a PDN id is not a context id, and option 62 binds as option 40 does") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.ask("AT+CGDCONT=1,\"IP\",\"second.example\"") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\nOK\r\n");
  CHECK(t.ask("AT%XGETPDNID=1") == "\r\n%XGETPDNID: 2\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET=1,1,0,1") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKET=1,1,0,2") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XSOCKETOPT=1,62,1") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKETOPT=1,62,2") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET?").starts_with("\r\n#XSOCKET: 1,1,0,1,2\r\n"));
  // Losing that context takes exactly its sockets.
  (void)t.ask("AT#XSOCKET=1,2,0");
  CHECK(t.control("pdn down 1") == "ok");
  CHECK(t.ask("AT#XPOLL=0") ==
        "\r\n#XPOLL: 0,\"0x0008\"\r\n\r\n#XPOLL: 1,\"0x0008\"\r\n\r\nOK\r\n");
}

TEST_CASE("names: the table only, the first address as often as there are addresses") {
  modem_config config;
  for (const char* address : {"192.0.2.1", "192.0.2.2", "2001:db8::1"})
    config.names.emplace("multi.test", *cellsock::parse_address(address));
  emulator_bench t(config);
  (void)t.until("Ready\r\n");
  CHECK(t.ask("AT#XGETADDRINFO=\"multi.test\"") ==
        "\r\n#XGETADDRINFO: \"EAI_AGAIN\"\r\n\r\nERROR\r\n");
  (void)t.ask("AT+CFUN=1");
  t.run(300ms);
  for (const char* form : {"", ",0"})
    CHECK(t.ask(std::string("AT#XGETADDRINFO=\"multi.test\"") + form) ==
          "\r\n#XGETADDRINFO: \"192.0.2.1 192.0.2.1 192.0.2.1\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XGETADDRINFO=\"multi.test\",1") ==
        "\r\n#XGETADDRINFO: \"192.0.2.1 192.0.2.1\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XGETADDRINFO=\"multi.test\",2") ==
        "\r\n#XGETADDRINFO: \"2001:db8::1\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XGETADDRINFO=\"192.0.2.9\"") == "\r\n#XGETADDRINFO: \"192.0.2.9\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XGETADDRINFO=\"localhost\"") ==
        "\r\n#XGETADDRINFO: \"EAI_NONAME\"\r\n\r\nERROR\r\n");
  for (const char* bad : {"AT#XGETADDRINFO=\"multi.test\",3", "AT#XGETADDRINFO",
                          "AT#XGETADDRINFO=\"a\",1,1", "AT#XGETADDRINFO=1"})
    CHECK_MESSAGE(t.ask(bad) == "\r\nERROR\r\n", bad);
}

TEST_CASE("the synchronous poll") {
  emulator_bench t;
  t.bring_up();
  const auto where = emulator_bench::at("192.0.2.1:80");
  t.network.serve(where, memory_network::behaviour::scripted);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",80");
  auto start = t.now;
  CHECK(t.ask("AT#XPOLL=500,0") == "\r\nOK\r\n");
  CHECK(t.now - start > 500ms);
  CHECK(t.ask("AT#XPOLL=0,4") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XPOLL") == "\r\nERROR\r\n");
  t.type("AT#XPOLL=-1\r\n");
  CHECK(t.listen(10h).empty());
  t.network.peer(where)->reset();
  t.modem.network_changed(t.now);
  CHECK(t.listen(50ms) == "\r\n#XPOLL: 0,\"0x0018\"\r\n\r\nOK\r\n");
}
