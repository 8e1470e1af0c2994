// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/scripted_modem.hpp"

// Listening and accepting, and options, by command. (End to end: tests/e2e/server_test.py.)

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

constexpr socket_id listener{1};
constexpr socket_id child{2};

/// A Serial Modem 2.
void boot_with_server(scripted_modem& m) {
  m.be_serial_modem();
  m.answer("AT#XCLAC",
           "\r\nAT#XCLOSE\r\nAT#XRECVCFG\r\nAT#XAPOLL\r\nAT#XLISTEN\r\nAT#XACCEPT\r\n\r\nOK\r\n");
  m.boot();
}

void listen(scripted_modem& m) {
  m.driver.declare(listener, ip_family::v4, transport::stream);
  m.driver.bind(ticket{1}, listener, 4242, m.now);
  m.settle();
  m.driver.listen(ticket{2}, listener, m.now);
  m.settle();
}

void accept(scripted_modem& m, ticket t = ticket{3}) {
  m.driver.accept(t, listener, child, m.now);
  m.settle();
}

errc why(const scripted_modem& m) {
  const auto failed = m.all<outcome::failed>();
  return failed.empty() ? errc::none : failed.back().why.code;
}

}  // namespace

TEST_CASE("a bound stream listens, and asks to be told of connections") {
  scripted_modem m;
  boot_with_server(m);
  listen(m);
  REQUIRE(m.count<outcome::listening>() == 1);
  CHECK(m.all<outcome::listening>().front().local.port == 4242);
  CHECK(m.was_sent("AT#XLISTEN=0"));
  CHECK(m.was_sent("AT#XAPOLL=0,1,1"));
  CHECK(m.count<outcome::connection_waiting>() == 0);
  m.feed("\r\n#XAPOLL: 0,1\r\n");
  CHECK(m.count<outcome::connection_waiting>() == 1);
  m.driver.listen(ticket{4}, listener, m.now);
  m.settle();
  CHECK(m.count<outcome::listening>() == 2);
}

TEST_CASE("an accepted connection is a connected socket that receives") {
  scripted_modem m;
  boot_with_server(m);
  m.answer("AT#XACCEPT", "\r\n#XACCEPT: 5,0,\"192.0.2.9\",33333\r\n\r\nOK\r\n");
  listen(m);
  accept(m);
  REQUIRE(m.count<outcome::accepted>() == 1);
  const auto came = m.all<outcome::accepted>().front();
  CHECK(came.id == child);
  CHECK(to_string(came.peer) == "192.0.2.9:33333");
  CHECK(came.local.port == 4242);
  CHECK(m.driver.handle_of(child) == modem_handle{5});
  m.driver.receive(child, true, m.now);
  m.feed("\r\n#XRECV: 5,0,3\r\nabc\r\n");
  CHECK(m.count<outcome::received>() == 1);
  CHECK(m.all<outcome::received>().front().id == child);
}

TEST_CASE("nobody waits; the table is full; the answer is nonsense") {
  scripted_modem m;
  boot_with_server(m);
  listen(m);
  m.answer("AT#XACCEPT", "\r\nERROR\r\n");
  accept(m);
  CHECK(why(m) == errc::would_block);
  m.answer("AT#XACCEPT", "\r\n#XACCEPT: five\r\n\r\nOK\r\n");
  accept(m, ticket{5});
  CHECK(why(m) == errc::modem_error);
  const auto asked = [&m] { return std::count(m.sent.begin(), m.sent.end(), "AT#XACCEPT=0"); };
  CHECK(asked() == 2);
  for (std::uint32_t id = 10; id < 17; ++id) {
    m.driver.declare(socket_id{id}, ip_family::v4, transport::stream);
    m.driver.connect(ticket{id}, socket_id{id}, {{ip_family::v4, {192, 0, 2, 10}}, 7}, 30s, m.now);
    m.settle();
  }
  accept(m, ticket{6});
  CHECK(why(m) == errc::no_handle);
  CHECK(asked() == 2);
}

TEST_CASE("a connection that nobody wants any more is closed in the modem") {
  scripted_modem m;
  boot_with_server(m);
  m.answer("AT#XACCEPT", "\r\n#XACCEPT: 5,0,\"192.0.2.9\",33333\r\n\r\nOK\r\n");
  listen(m);
  m.answers_left = 0;
  accept(m);
  m.driver.close(ticket{7}, child, m.now);
  m.answers_left = 100;
  m.feed("\r\n#XACCEPT: 5,0,\"192.0.2.9\",33333\r\n\r\nOK\r\n");
  CHECK(why(m) == errc::bad_socket);
  CHECK(m.was_sent("AT#XCLOSE=5"));
}

TEST_CASE("a listener ends with the network, and with its own trouble") {
  for (const std::string news : {"\r\n+CGEV: ME PDN DEACT 0\r\n", "\r\n#XAPOLL: 0,8\r\n"}) {
    scripted_modem m;
    boot_with_server(m);
    listen(m);
    m.feed(news);
    CHECK(m.count<outcome::socket_broken>() == 1);
    accept(m);
    CHECK(why(m) == errc::invalid_argument);
  }
}

TEST_CASE("firmware without a server says so, and an unbound stream cannot listen") {
  scripted_modem plain;
  plain.boot();
  listen(plain);
  CHECK(why(plain) == errc::unsupported_operation);
  CHECK_FALSE(plain.was_sent("AT#XLISTEN"));
  scripted_modem m;
  boot_with_server(m);
  m.driver.declare(listener, ip_family::v4, transport::stream);
  m.driver.listen(ticket{1}, listener, m.now);
  m.settle();
  CHECK(why(m) == errc::invalid_argument);
}

TEST_CASE("options of the modem as a whole are told through any socket, or one opened for it") {
  scripted_modem m;
  boot_with_server(m);
  m.driver.declare(listener, ip_family::v4, transport::stream);
  m.driver.set_option(ticket{1}, listener, socket_option::silence_all, 1, m.now);
  m.settle();
  REQUIRE(m.count<outcome::option_done>() == 1);
  CHECK(m.was_sent("AT#XSOCKETOPT=0,1,30,1"));
  CHECK(m.was_sent("AT#XCLOSE=0"));
  CHECK(m.driver.status().handles_used == 0);
  m.answer("AT#XSOCKETOPT=1,0,31", "\r\n#XSOCKETOPT: 1,1\r\n\r\nOK\r\n");
  m.driver.get_option(ticket{2}, listener, socket_option::echo_reply, m.now);
  m.settle();
  REQUIRE(m.count<outcome::option_done>() == 2);
  CHECK(m.all<outcome::option_done>().back().value == 1);
  m.answer("AT#XSOCKETOPT=", "\r\nERROR\r\n");
  m.driver.set_option(ticket{3}, listener, socket_option::delayed_address_refresh, 1, m.now);
  m.settle();
  CHECK(why(m) == errc::unknown_option);
  m.driver.set_option(ticket{4}, listener, socket_option::keep_alive, 1, m.now);
  CHECK((m.settle(), why(m)) == errc::unknown_option);
}

TEST_CASE("an address is reused by a bind, and a firmware's missing option is not asked for") {
  scripted_modem m;
  m.boot();
  m.driver.declare(listener, ip_family::v4, transport::stream);
  m.driver.set_option(ticket{1}, listener, socket_option::reuse_address, 1, m.now);
  m.driver.bind(ticket{2}, listener, 4242, m.now);
  m.settle();
  REQUIRE(m.count<outcome::bound>() == 1);
  const auto at = [&m](std::string_view text) {
    return std::find(m.sent.begin(), m.sent.end(), text) - m.sent.begin();
  };
  REQUIRE(m.was_sent("AT#XSOCKETOPT=1,2,1"));
  CHECK(at("AT#XSOCKETOPT=1,2,1") < at("AT#XBIND=4242"));
  m.driver.get_option(ticket{3}, listener, socket_option::reuse_address, m.now);
  m.driver.get_option(ticket{4}, listener, socket_option::mtu, m.now);
  m.settle();
  const auto read = m.all<outcome::option_done>();
  REQUIRE(read.size() == 3);
  CHECK(read[1].value == 1);
  CHECK(read[2].value == 1280);
  m.driver.set_option(ticket{5}, listener, socket_option::delayed_address_refresh, 1, m.now);
  CHECK(why(m) == errc::none);
  m.settle();
  CHECK(why(m) == errc::unknown_option);
  CHECK_FALSE(m.was_sent("AT#XSOCKETOPT=1,62,1"));
}

TEST_CASE("programs hear the modem's own notices, not those about sockets") {
  scripted_modem m;
  boot_with_server(m);
  const auto before = m.count<outcome::notice>();
  m.feed("\r\n%CESQ: 54,2,16,2\r\n\r\n#XAPOLL: 3,1\r\n\r\n+CEREG: 5,\"002F\",\"0012BEEF\",7\r\n");
  REQUIRE(m.count<outcome::notice>() == before + 2);
  CHECK(m.all<outcome::notice>()[static_cast<std::size_t>(before)].line == "%CESQ: 54,2,16,2");
}
