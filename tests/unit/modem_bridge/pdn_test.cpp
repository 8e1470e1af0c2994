// SPDX-License-Identifier: Apache-2.0
// Packet data networks beside the first: sockets of one do not feel what happens to another.
#include <doctest/doctest.h>

#include <algorithm>

#include "modem_bridge/engine.hpp"
#include "tests/support/scripted_modem.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

const endpoint peer{{ip_family::v4, {192, 0, 2, 10}}, 7};
constexpr socket_id one{1};
constexpr socket_id two{2};
constexpr pdn_id pdn1{1};

pdn_settings second(pdn_activation activate) {
  pdn_settings pdn;
  pdn.context = cid{1};
  pdn.id = pdn1;
  pdn.apn = "m2m.example";
  pdn.family = pdn_families::v4;
  pdn.policy = {activate, 30s};
  return pdn;
}

engine_config with(pdn_settings pdn) {
  engine_config config;
  config.pdns.push_back(std::move(pdn));
  return config;
}

/// A modem with a second packet network, which it calls 3.
struct two_networks : scripted_modem {
  explicit two_networks(pdn_activation activate = pdn_activation::on_use)
      : two_networks(second(activate)) {}
  explicit two_networks(pdn_settings pdn) : scripted_modem(with(std::move(pdn))) {
    answer("AT+CGDCONT?", "\r\n+CGDCONT: 0,\"IPV4V6\",\"\",\"\",0,0\r\n\r\nOK\r\n");
    answer("AT%XGETPDNID=1", "\r\n%XGETPDNID: 3\r\n\r\nOK\r\n");
    answer("AT+CGPADDR=1", "\r\n+CGPADDR: 1,\"10.1.0.2\"\r\n\r\nOK\r\n");
    answer(
        "AT+CGCONTRDP=1",
        "\r\n+CGCONTRDP: 1,,\"m2m.example\",\"\",\"\",\"192.0.2.53\",\"\",,,,,1400\r\n\r\nOK\r\n");
  }
  void declare(socket_id id, pdn_id pdn, transport kind = transport::stream) {
    driver.declare(id, ip_family::v4, kind, pdn);
  }
  void connect(socket_id id) {
    driver.connect(ticket{number(id)}, id, peer, 10s, now);
    settle();
  }
  [[nodiscard]] const pdn_status& pdn(std::size_t i) const { return driver.status().pdns.at(i); }
  [[nodiscard]] std::ptrdiff_t place(std::string_view begins) const {
    const auto at = std::find_if(sent.begin(), sent.end(),
                                 [&](const std::string& text) { return text.starts_with(begins); });
    return at == sent.end() ? -1 : at - sent.begin();
  }
};

}  // namespace

TEST_CASE("activated by the first connect, which waits for it") {
  two_networks m;
  m.boot();
  REQUIRE(m.driver.status().pdns.size() == 2);
  CHECK(m.pdn(0).state == pdn_state::up);
  CHECK(m.pdn(1).state == pdn_state::down);
  CHECK_FALSE(m.was_sent("AT+CGACT=1,1"));
  m.declare(one, pdn1);
  m.connect(one);
  CHECK(m.was_sent("AT+CGDCONT=1,\"IP\",\"m2m.example\""));
  CHECK(m.place("AT+CGACT=1,1") > m.place("AT+CGDCONT=1"));
  // This firmware takes the modem's own id of it.
  CHECK(m.was_sent("AT#XSOCKET=1,1,0,3"));
  CHECK(m.count<outcome::connected>() == 1);
  CHECK(m.pdn(1).state == pdn_state::up);
  CHECK(m.pdn(1).id == pdn_id{3});
  CHECK(m.pdn(1).mtu == 1400);
  CHECK(to_string(m.pdn(1).addresses.at(0)) == "10.1.0.2");
  CHECK(to_string(m.pdn(1).name_servers.at(0)) == "192.0.2.53");
  // The default one is not named.
  m.declare(two, pdn_id{});
  m.connect(two);
  CHECK(m.sent.back() != "AT#XSOCKET=1,1,0,3");
  CHECK(m.count<outcome::connected>() == 2);
}

TEST_CASE("a firmware that translates contexts gets the context") {
  two_networks m;
  m.be_serial_modem();
  m.boot();
  m.declare(one, pdn1);
  m.connect(one);
  CHECK(m.was_sent("AT#XSOCKET=1,1,0,1"));
  CHECK(m.count<outcome::connected>() == 1);
}

TEST_CASE("its loss is felt by its own sockets alone") {
  two_networks m(pdn_activation::at_start);
  m.boot();
  CHECK(m.pdn(1).state == pdn_state::up);
  m.declare(one, pdn_id{});
  m.declare(two, pdn_id{3});
  m.connect(one);
  m.connect(two);
  REQUIRE(m.count<outcome::connected>() == 2);
  m.feed("\r\n+CGEV: NW PDN DEACT 1\r\n");
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().id == two);
  CHECK(m.all<outcome::socket_broken>().front().why.code == errc::pdn_down);
  CHECK(m.driver.status().state == link_state::ready);
  CHECK(m.driver.handle_of(one));
  CHECK_FALSE(m.driver.handle_of(two));
  // It was up for a moment only: tried again after a while, and a new socket works then.
  const socket_id three{3};
  m.declare(three, pdn1);
  m.connect(three);
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK(m.all<outcome::failed>().front().why.code == errc::pdn_down);
  m.pass(6s);
  CHECK(m.pdn(1).state == pdn_state::up);
  m.connect(three);
  CHECK(m.count<outcome::connected>() == 3);
  CHECK(m.count<outcome::socket_broken>() == 1);
}

TEST_CASE("the first one's loss is not felt by the second") {
  two_networks m(pdn_activation::at_start);
  m.boot();
  m.declare(one, pdn_id{});
  m.declare(two, pdn1);
  m.connect(one);
  m.connect(two);
  m.answer("AT+CGACT?", "\r\n+CGACT: 0,0\r\n+CGACT: 1,1\r\n\r\nOK\r\n");
  m.feed("\r\n+CGEV: ME PDN DEACT 0\r\n");
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().id == one);
  const socket_id three{3};
  m.declare(three, pdn1);
  m.connect(three);
  CHECK(m.count<outcome::connected>() == 3);
  // The whole attachment is another matter.
  m.feed("\r\n+CGEV: NW DETACH\r\n");
  CHECK(m.count<outcome::socket_broken>() == 3);
}

TEST_CASE("a loss that no notice told of is seen when it is asked") {
  two_networks m(pdn_activation::at_start);
  m.boot();
  m.declare(two, pdn1);
  m.connect(two);
  m.answer("AT+CGACT?", "\r\n+CGACT: 0,1\r\n+CGACT: 1,0\r\n\r\nOK\r\n");
  m.pass(200s);
  CHECK(m.count<outcome::socket_broken>() == 1);
}

TEST_CASE("kept for its sockets, and taken down some time after the last") {
  two_networks m;
  m.boot();
  m.declare(one, pdn1);
  m.connect(one);
  m.pass(10min);
  CHECK(m.pdn(1).state == pdn_state::up);
  m.driver.close(ticket{9}, one, m.now);
  m.settle();
  m.pass(29s);
  CHECK_FALSE(m.was_sent("AT+CGACT=0,1"));
  m.pass(2s);
  CHECK(m.was_sent("AT+CGACT=0,1"));
  CHECK(m.pdn(1).state == pdn_state::down);
}

TEST_CASE("a refusal says why, and is not repeated for every socket") {
  two_networks m;
  m.answer("AT+CGACT=1,1", "\r\n+CNEC_ESM: 27,1\r\n\r\n+CME ERROR: 0\r\n");
  m.boot();
  m.declare(one, pdn1);
  m.declare(two, pdn1);
  m.connect(one);
  REQUIRE(m.count<outcome::failed>() == 1);
  const auto why = m.all<outcome::failed>().front().why;
  CHECK(why.code == errc::pdn_down);
  CHECK(why.detail.find("missing or unknown APN (ESM cause 27)") != std::string::npos);
  const auto asked = m.sent.size();
  m.connect(two);
  CHECK(m.count<outcome::failed>() == 2);
  CHECK(m.all<outcome::failed>().back().why.detail.find("tried again in") != std::string::npos);
  CHECK(m.sent.size() == asked);
  CHECK(m.driver.status().state == link_state::ready);
}

TEST_CASE("the cause may come after the refusal") {
  two_networks m(pdn_activation::at_start);
  m.answer("AT+CGACT=1,1", "\r\nERROR\r\n");
  m.boot();
  CHECK(m.pdn(1).trouble.detail.find("ESM") == std::string::npos);
  m.feed("\r\n+CNEC_ESM: 50,1\r\n");
  CHECK(m.pdn(1).trouble.detail.find("set the family to ipv4") != std::string::npos);
}

TEST_CASE("a datagram waits for its network too") {
  two_networks m;
  m.boot();
  m.declare(one, pdn1, transport::datagram);
  m.on_want = [&](const outcome::want_chunk& want) {
    m.driver.datagram(want.id, peer, std::vector<std::byte>(3, std::byte{'x'}), m.now);
  };
  m.driver.offer(one, 1, m.now);
  m.settle();
  CHECK(m.count<outcome::chunk_sent>() + m.count<outcome::datagram_dropped>() == 1);
  CHECK(m.was_sent("AT+CGACT=1,1"));
  CHECK(m.was_sent("AT#XSOCKET=1,2,0,3"));
}

TEST_CASE("a network is chosen before the socket is used, and there must be one") {
  two_networks m;
  m.boot();
  m.declare(one, pdn_id{});
  m.driver.set_option(ticket{1}, one, socket_option::pdn, 1, m.now);
  m.driver.get_option(ticket{2}, one, socket_option::pdn, m.now);
  m.driver.set_option(ticket{3}, one, socket_option::pdn, 2, m.now);
  m.settle();
  REQUIRE(m.count<outcome::option_done>() == 2);
  CHECK(m.all<outcome::option_done>().back().value == 1);
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK(m.all<outcome::failed>().back().why.code == errc::no_device);
  CHECK(m.all<outcome::failed>().back().why.detail.find("pdn0, pdn1") != std::string::npos);
  m.connect(one);
  CHECK(m.was_sent("AT#XSOCKET=1,1,0,3"));
  m.driver.set_option(ticket{4}, one, socket_option::pdn, 0, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().why.code == errc::invalid_argument);
  // Declared for one that is not there: told when it is used.
  m.declare(two, pdn_id{9});
  m.connect(two);
  CHECK(m.all<outcome::failed>().back().why.code == errc::pdn_down);
  CHECK(m.all<outcome::failed>().back().why.detail.find("not configured") != std::string::npos);
}

TEST_CASE("a firmware that binds to the first network's address does so for its sockets only") {
  two_networks m;
  m.boot();
  m.declare(one, pdn1);
  m.driver.bind(ticket{1}, one, 5000, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().why.code == errc::unsupported_operation);
  CHECK_FALSE(m.was_sent("AT+CGACT=1,1"));
}

TEST_CASE("somebody else's network is used while it is there, and left alone") {
  two_networks m;
  m.boot();
  m.answer("AT%XGETPDNID=2", "\r\n%XGETPDNID: 2\r\n\r\nOK\r\n");
  m.answer("AT+CGPADDR=2", "\r\n+CGPADDR: 2,\"10.2.0.2\"\r\n\r\nOK\r\n");
  m.answer("AT+CGCONTRDP=2", "\r\nOK\r\n");
  m.answer("AT+CGACT?", "\r\n+CGACT: 0,1\r\n+CGACT: 2,1\r\n\r\nOK\r\n");
  m.feed("\r\n+CGEV: ME PDN ACT 2\r\n");
  REQUIRE(m.driver.status().pdns.size() == 3);
  CHECK(m.pdn(2).state == pdn_state::up);
  m.declare(one, pdn_id{2});
  m.connect(one);
  CHECK(m.was_sent("AT#XSOCKET=1,1,0,2"));
  m.driver.close(ticket{9}, one, m.now);
  m.pass(10min);
  CHECK_FALSE(m.was_sent("AT+CGACT=0,2"));
}

TEST_CASE("what was activated is asked for again after a restart") {
  two_networks m(pdn_activation::at_start);
  m.boot();
  CHECK(m.pdn(1).state == pdn_state::up);
  m.sent.clear();
  m.feed("\r\nReady\r\n");
  m.pass(2s);
  CHECK(m.pdn(1).state == pdn_state::up);
  CHECK(m.was_sent("AT+CGACT=1,1"));
}

TEST_CASE("a modem that falls silent while it activates leaves nothing waiting for ever") {
  two_networks m;
  m.boot();
  m.declare(one, pdn1);
  m.answers_left = 3;  // up to the activation itself
  m.connect(one);
  m.pass(5min);
  CHECK(m.count<outcome::failed>() == 1);
  CHECK(m.pdn(1).state == pdn_state::down);
}

TEST_CASE("a login is given to the modem and shown to nobody") {
  auto pdn = second(pdn_activation::at_start);
  pdn.login = {pdn_authentication::chap, "someone", "hush"};
  two_networks m(pdn);
  std::string trace;
  m.on_trace = [&](const trace_event& line) { trace += line.text + "\n"; };
  m.boot();
  CHECK(m.was_sent("AT+CGAUTH=1,2,\"someone\",\"hush\""));
  CHECK(m.place("AT+CGAUTH=1") < m.place("AT+CGACT=1,1"));
  CHECK(trace.find("AT+CGAUTH=1,2,***") != std::string::npos);
  CHECK(trace.find("hush") == std::string::npos);
}

TEST_CASE("a person takes one down and brings it up") {
  two_networks m(pdn_activation::at_start);
  m.boot();
  m.declare(one, pdn1);
  m.connect(one);
  m.driver.order_pdn(ticket{20}, pdn_id{3}, false, m.now);
  m.settle();
  CHECK(m.count<outcome::ordered>() == 1);
  CHECK(m.was_sent("AT+CGACT=0,1"));
  CHECK(m.count<outcome::socket_broken>() == 1);
  m.pass(5min);
  CHECK(m.pdn(1).state == pdn_state::down);
  m.declare(two, pdn1);
  m.connect(two);
  CHECK(m.all<outcome::failed>().back().why.detail.find("cellsock pdn up") != std::string::npos);
  m.driver.order_pdn(ticket{21}, pdn1, true, m.now);
  m.settle();
  CHECK(m.count<outcome::ordered>() == 2);
  CHECK(m.pdn(1).state == pdn_state::up);
  // Up already; the attachment's own; one that is not there; one that the network refuses.
  m.driver.order_pdn(ticket{22}, pdn1, true, m.now);
  CHECK(m.count<outcome::ordered>() == 2);
  m.settle();
  CHECK(m.count<outcome::ordered>() == 3);
  m.driver.order_pdn(ticket{23}, pdn_id{0}, false, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().why.code == errc::invalid_argument);
  m.driver.order_pdn(ticket{24}, pdn_id{7}, true, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().why.code == errc::no_device);
  m.driver.order_pdn(ticket{25}, pdn1, false, m.now);
  m.settle();
  m.answer("AT+CGACT=1,1", "\r\n+CNEC_ESM: 33,1\r\n\r\nERROR\r\n");
  m.driver.order_pdn(ticket{26}, pdn1, true, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().t == ticket{26});
  CHECK(m.all<outcome::failed>().back().why.detail.find("ESM cause 33") != std::string::npos);
}

TEST_CASE("a use without a socket brings one up as a socket does, and no longer") {
  two_networks m(pdn_activation::on_use);
  m.boot();
  m.driver.order_pdn(ticket{20}, pdn1, true, m.now, false);
  m.settle();
  CHECK(m.count<outcome::ordered>() == 1);
  CHECK(m.pdn(1).state == pdn_state::up);
  m.pass(5min);
  CHECK(m.pdn(1).state == pdn_state::down);
  // What a person took down stays down.
  m.driver.order_pdn(ticket{21}, pdn1, false, m.now);
  m.settle();
  m.driver.order_pdn(ticket{22}, pdn1, true, m.now, false);
  m.settle();
  CHECK(m.all<outcome::failed>().back().t == ticket{22});
  CHECK(m.all<outcome::failed>().back().why.detail.find("cellsock pdn up") != std::string::npos);
}
