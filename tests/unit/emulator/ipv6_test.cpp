// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const auto server = emulator_bench::at("[2001:db8::10]:7");
const auto server4 = emulator_bench::at("192.0.2.10:7");

modem_config on(pdn_family family) {
  modem_config config;
  config.family = family;
  return config;
}

/// Booted and listening for context events; the radio is off.
struct subscribed : emulator_bench {
  explicit subscribed(modem_config config) : emulator_bench(std::move(config)) {
    (void)until("Ready\r\n");
    (void)ask("AT+CMEE=1");
    (void)ask("AT+CGEREP=1");
    (void)ask("AT+CNEC=16");
  }
};

/// The whole network up, and what speaks IPv6 in it.
struct dual : emulator_bench {
  explicit dual(modem_config config = {}) : emulator_bench(std::move(config)) {
    network.serve(server, memory_network::behaviour::echo);
    network.serve(server4, memory_network::behaviour::echo);
    network.echo_datagrams(server);
    bring_up();
  }
};

}  // namespace

TEST_CASE("what a context asks for and what the network grants, and how both show") {
  struct row {
    const char* asked;
    pdn_family granted;
    const char* events;
    const char* address;
  };
  const char* only4 = "\"10.160.1.2\"";
  const char* only6 = "\"2001:db8:160:1::2\"";
  const char* both = "\"10.160.1.2\",\"2001:db8:160:1::2\"";
  const std::string act = "\r\n+CGEV: ME PDN ACT 0";
  const row rows[] = {
      {"IP", pdn_family::v4, "\r\n", only4},
      {"IP", pdn_family::v4v6, "\r\n", only4},
      {"IPV6", pdn_family::v6, "\r\n\r\n+CGEV: IPV6 0\r\n", only6},
      {"IPV6", pdn_family::v4v6, "\r\n\r\n+CGEV: IPV6 0\r\n", only6},
      {"IPV4V6", pdn_family::v4, ",0\r\n", only4},
      {"IPV4V6", pdn_family::v6, ",1\r\n\r\n+CGEV: IPV6 0\r\n", only6},
      {"IPV4V6", pdn_family::v4v6, "\r\n\r\n+CGEV: IPV6 0\r\n", both},
  };
  for (const row& r : rows) {
    CAPTURE(r.asked);
    CAPTURE(static_cast<int>(r.granted));
    subscribed t(on(r.granted));
    CHECK(t.ask("AT+CGDCONT=0,\""s + r.asked + "\",\"iot.example\"") == "\r\nOK\r\n");
    CHECK(t.ask("AT+CFUN=1") == "\r\nOK\r\n");
    CHECK(t.listen(1s) == act + r.events);
    CHECK(t.ask("AT+CGPADDR=0") == "\r\n+CGPADDR: 0,"s + r.address + "\r\n\r\nOK\r\n");
    // The network ends the context and restores it: the same again.
    CHECK(t.control("pdn down") == "ok");
    CHECK(t.listen(50ms) == "\r\n+CGEV: NW PDN DEACT 0\r\n");
    CHECK(t.ask("AT+CGPADDR=0") == "\r\n+CGPADDR: 0\r\n\r\nOK\r\n");
    CHECK(t.control("pdn up") == "ok");
    CHECK(t.listen(50ms) == act + r.events);
    CHECK(t.ask("AT+CGPADDR=0") == "\r\n+CGPADDR: 0,"s + r.address + "\r\n\r\nOK\r\n");
  }
}

TEST_CASE("a context of one family the network does not have is refused with its cause") {
  subscribed t(on(pdn_family::v4));
  (void)t.ask("AT+CGDCONT=0,\"IPV6\",\"iot.example\"");
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s) == "\r\n+CNEC_ESM: 50,0\r\n");
  CHECK(t.ask("AT+CGACT?") == "\r\n+CGACT: 0,0\r\n\r\nOK\r\n");
  CHECK(t.control("pdn up") ==
        "the network does not grant it: too many, refused, or no such family");
  subscribed u(on(pdn_family::v6));
  (void)u.ask("AT+CFUN=1");
  (void)u.listen(1s);
  (void)u.ask("AT+CGDCONT=1,\"IP\",\"second.example\"");
  CHECK(u.ask("AT+CGACT=1,1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(u.listen(50ms) == "\r\n+CNEC_ESM: 51,1\r\n");
}

TEST_CASE("addresses, name servers and MTU of both families, a line each") {
  dual t;
  CHECK(t.ask("AT+CGDCONT?") ==
        "\r\n+CGDCONT: 0,\"IPV4V6\",\"iot.example\",\"10.160.1.2 2001:db8:160:1::2\",0,0\r\n"
        "\r\nOK\r\n");
  CHECK(t.ask("AT+CGCONTRDP=0") ==
        "\r\n+CGCONTRDP: 0,,\"iot.example\",\"\",\"\",\"10.160.0.1\",\"10.160.0.2\",,,,,1280\r\n"
        "+CGCONTRDP: 0,,\"iot.example\",\"\",\"\",\"2001:db8:160::1\",\"2001:db8:160::2\""
        ",,,,,1300\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGDCONT=1,\"IPV6\",\"six.example\"") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CGACT=1,1") == "\r\nOK\r\n");
  t.run(30ms);  // the router's advertisement
  CHECK(t.ask("AT+CGPADDR=1") == "\r\n+CGPADDR: 1,\"2001:db8:160:1::101\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGCONTRDP=1") ==
        "\r\n+CGCONTRDP: 1,,\"six.example\",\"\",\"\",\"2001:db8:160::101\",\"2001:db8:160::201\""
        ",,,,,1300\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CGDCONT=?") ==
        "\r\n+CGDCONT: (0-10),\"IP\",,,(0),(0)\r\n+CGDCONT: (0-10),\"IPV6\",,,(0),(0)\r\n"
        "+CGDCONT: (0-10),\"IPV4V6\",,,(0),(0)\r\n+CGDCONT: (0-10),\"Non-IP\",,,(0),(0)\r\n"
        "\r\nOK\r\n");
  CHECK(t.ask("AT+CGDCONT=2,\"IPV5\",\"x\"") == "\r\nERROR\r\n");
}

TEST_CASE("the IPv6 address comes with the router's advertisement, after the context") {
  modem_config config;
  config.router_time = 500ms;
  subscribed t(config);
  (void)t.ask("AT+CFUN=1");
  (void)t.until("ME PDN ACT 0\r\n");
  CHECK(t.ask("AT+CGPADDR=0") == "\r\n+CGPADDR: 0,\"10.160.1.2\"\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET=2,1,0") == "\r\nERROR\r\n");
  CHECK(t.listen(1s) == "\r\n+CGEV: IPV6 0\r\n");
  CHECK(t.ask("AT#XSOCKET=2,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  // A context that ends before takes its advertisement with it.
  t.control("pdn down");
  t.control("pdn up");
  t.control("pdn down");
  CHECK(t.listen(1s) ==
        "\r\n+CGEV: NW PDN DEACT 0\r\n\r\n+CGEV: ME PDN ACT 0\r\n\r\n+CGEV: NW PDN DEACT 0\r\n");
}

TEST_CASE("no time for the router: the address is there with the context") {
  modem_config config;
  config.router_time = 0ms;
  subscribed t(config);
  (void)t.ask("AT+CFUN=1");
  CHECK(t.listen(1s) == "\r\n+CGEV: ME PDN ACT 0\r\n\r\n+CGEV: IPV6 0\r\n");
}

TEST_CASE("sockets exist in the families the data network has") {
  dual four(on(pdn_family::v4));
  CHECK(four.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(four.ask("AT#XSOCKET=2,1,0") == "\r\nERROR\r\n");
  CHECK(four.ask("AT#XSOCKET=2,2,0") == "\r\nERROR\r\n");
  dual six(on(pdn_family::v6));
  CHECK(six.ask("AT#XSOCKET=1,1,0") == "\r\nERROR\r\n");
  CHECK(six.ask("AT#XSOCKET=2,2,0") == "\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
  CHECK(six.ask("AT#XSOCKET?") == "\r\n#XSOCKET: 0,2,0,2,0\r\n\r\nOK\r\n");
  CHECK(six.ask("AT#XSOCKETSELECT?") ==
        "\r\n#XSOCKETSELECT: 0,2,0,2,-1,1,0\r\n\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n");
  six.control("pdn down");
  CHECK(six.ask("AT#XSOCKET=2,2,0") == "\r\nERROR\r\n");
}

TEST_CASE("a stream over IPv6; a literal of the other family is refused") {
  dual t;
  CHECK(t.ask("AT#XSOCKET=2,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.10\",7") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",8") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XCONNECT=\"2001:0DB8:0:0:0:0:0:10\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"hello\"") == "\r\n#XSEND: 5\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XRECV=1") == "\r\n#XRECV: 5\r\nhello\r\nOK\r\n");
  CHECK(t.ask("AT#XRECVFROM=1,64") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSOCKET=1,1,0").ends_with("OK\r\n"));
  CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",7") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XCONNECT=\"192.0.2.10\",7").ends_with("OK\r\n"));
}

TEST_CASE("losing the context takes sockets of both families") {
  dual t;
  (void)t.ask("AT#XSOCKET=2,1,0");
  (void)t.ask("AT#XCONNECT=\"2001:db8::10\",7");
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.10\",7");
  t.control("pdn down");
  CHECK(t.ask("AT#XPOLL=0") ==
        "\r\n#XPOLL: 0,\"0x0008\"\r\n\r\n#XPOLL: 1,\"0x0008\"\r\n\r\nOK\r\n");
  CHECK(t.network.peer(server)->aborted());
  CHECK(t.network.peer(server4)->aborted());
}

TEST_CASE("datagrams over IPv6: string, data mode, the sender's address") {
  dual t;
  CHECK(t.ask("AT#XSOCKET=2,2,0") == "\r\n#XSOCKET: 0,2,17\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSENDTO=\"2001:db8::10\",7,\"query\"") == "\r\n#XSENDTO: 5\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 5,\"2001:db8::10\",7\r\nquery\r\nOK\r\n");
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.10\",7,\"x\"") == "\r\nERROR\r\n");
  CHECK(t.ask("AT#XSENDTO=\"2001:db8::10\",7") == "\r\nOK\r\n");
  t.type("a\0b+++"s);
  (void)t.until("#XDATAMODE: 0\r\n");
  CHECK(t.ask("AT#XRECVFROM=1") == "\r\n#XRECVFROM: 3,\"2001:db8::10\",7\r\na\0b\r\nOK\r\n"s);
  CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 3\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XRECV=1") == "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  // What data mode sends to the wrong family is lost without a word, as everything it cannot send.
  CHECK(t.ask("AT#XSENDTO=\"192.0.2.10\",7") == "\r\nOK\r\n");
  t.type("x+++");
  CHECK(t.until("#XDATAMODE: 0\r\n") == "\r\n#XDATAMODE: 0\r\n");
  CHECK(t.network.sent_datagrams().size() == 3);
  CHECK(t.count("dropped") == 1);
}

TEST_CASE("an IPv6 listener names its peer") {
  dual t;
  CHECK(t.ask("AT#XSOCKET=2,1,1") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XBIND=8080") == "\r\nOK\r\n");
  CHECK(t.ask("AT#XLISTEN") == "\r\nOK\r\n");
  CHECK_FALSE(t.network.knock(8080, emulator_bench::at("198.51.100.1:40000")));
  REQUIRE(t.network.knock(8080, emulator_bench::at("[2001:db8::99]:40000")));
  t.modem.network_changed(t.now);
  CHECK(t.ask("AT#XACCEPT=5") == "\r\n#XACCEPT: 1,\"2001:db8::99\"\r\n\r\nOK\r\n");
}

TEST_CASE("names resolve in the socket's family, and by family on request") {
  modem_config config;
  for (const char* address : {"192.0.2.10", "2001:db8::10", "2001:db8::11"})
    config.names.emplace("multi.test", *cellsock::parse_address(address));
  config.names.emplace("six.test", *cellsock::parse_address("2001:db8::10"));
  config.names.emplace("four.test", *cellsock::parse_address("192.0.2.10"));
  const auto asks = [](dual& t, const std::string& arguments) {
    return t.ask("AT#XGETADDRINFO=" + arguments);
  };
  const std::string none = "\r\n#XGETADDRINFO: \"EAI_NONAME\"\r\n\r\nERROR\r\n";
  {
    dual t(config);
    CHECK(asks(t, "\"multi.test\",2") ==
          "\r\n#XGETADDRINFO: \"2001:db8::10 2001:db8::10\"\r\n\r\nOK\r\n");
    CHECK(asks(t, "\"multi.test\",0") ==
          "\r\n#XGETADDRINFO: \"192.0.2.10 192.0.2.10 192.0.2.10\"\r\n\r\nOK\r\n");
    CHECK(asks(t, "\"six.test\"") == "\r\n#XGETADDRINFO: \"2001:db8::10\"\r\n\r\nOK\r\n");
    CHECK(asks(t, "\"six.test\",1") == none);
    CHECK(asks(t, "\"four.test\",2") == none);
    CHECK(asks(t, "\"2001:db8::5\"") == "\r\n#XGETADDRINFO: \"2001:db8::5\"\r\n\r\nOK\r\n");
    CHECK(asks(t, "\"2001:db8::5\",1") == none);
    (void)t.ask("AT#XSOCKET=2,1,0");
    CHECK(t.ask("AT#XCONNECT=\"four.test\",7") == "\r\nERROR\r\n");
    CHECK(t.ask("AT#XCONNECT=\"multi.test\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
    CHECK(t.network.connections(server) == 1);
    (void)t.ask("AT#XSOCKET=1,1,0");
    CHECK(t.ask("AT#XCONNECT=\"multi.test\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
    CHECK(t.network.connections(server4) == 1);
  }
  config.family = pdn_family::v4;
  dual t(config);
  CHECK(asks(t, "\"multi.test\"") == "\r\n#XGETADDRINFO: \"192.0.2.10\"\r\n\r\nOK\r\n");
  CHECK(asks(t, "\"six.test\"") == none);
  CHECK(asks(t, "\"six.test\",2") == "\r\n#XGETADDRINFO: \"2001:db8::10\"\r\n\r\nOK\r\n");
}

TEST_CASE("a long list of IPv6 addresses stays inside the firmware's buffer") {
  modem_config config;
  for (int i = 0; i < 20; ++i)
    config.names.emplace(
        "many.test",
        *cellsock::parse_address("2001:db8:1111:2222:3333:4444:5555:666" + std::to_string(i % 10)));
  dual t(config);
  const std::string answer = t.ask("AT#XGETADDRINFO=\"many.test\",2");
  CHECK(answer.ends_with("\"\r\n\r\nOK\r\n"));
  CHECK(answer.size() < 256 + std::string_view("\r\n#XGETADDRINFO: \"\"\r\n\r\nOK\r\n").size());
}

TEST_CASE("status shows both addresses; policies take IPv6 places and names of both") {
  modem_config config;
  config.names.emplace("multi.test", *cellsock::parse_address("192.0.2.10"));
  config.names.emplace("multi.test", *cellsock::parse_address("2001:db8::10"));
  dual t(config);
  (void)t.ask("AT#XSOCKET=2,1,0");
  const std::string status = t.control("status");
  CHECK(
      status.find("{\"cid\":0,\"apn\":\"iot.example\",\"type\":\"IPV4V6\",\"active\":true,"
                  "\"pdn_id\":0,\"address\":\"10.160.1.2\",\"address6\":\"2001:db8:160:1::2\"}") !=
      std::string::npos);
  CHECK(status.find("\"type\":\"tcp\",\"family\":\"ipv6\"") != std::string::npos);
  for (const char* where : {"[2001:db8::10]:7", "2001:db8::10", "multi.test", "multi.test:7"}) {
    CHECK(t.control("connect refuse "s + where) == "ok");
    CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",7") == "\r\nERROR\r\n");
    CHECK(t.control("connect normal") == "ok");
  }
  CHECK(t.ask("AT#XCONNECT=\"2001:db8::10\",7").ends_with("OK\r\n"));
}
