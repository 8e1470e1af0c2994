// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/scripted_modem.hpp"

// Data that comes by itself. (The plain ways are in tests/transcripts/sm.)

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

void connect(scripted_modem& m, std::uint32_t id) {
  m.driver.declare(socket_id{id}, ip_family::v4, transport::stream);
  m.driver.receive(socket_id{id}, true, m.now);
  m.driver.connect(ticket{id}, socket_id{id}, {{ip_family::v4, {192, 0, 2, 10}}, 7}, 30s, m.now);
  m.settle();
}

std::string push(int handle, std::size_t count, char fill = 'x') {
  return "\r\n#XRECV: " + std::to_string(handle) + ",0," + std::to_string(count) + "\r\n" +
         std::string(count, fill) + "\r\n";
}

std::size_t given(const scripted_modem& m) {
  std::size_t sum = 0;
  for (const auto& o : m.all<outcome::received>()) sum += o.bytes.size();
  return sum;
}

}  // namespace

TEST_CASE("a socket that takes more than its share is fetched from") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  for (std::uint32_t id = 1; id <= 3; ++id) connect(m, id);
  for (int i = 0; i < 12; ++i) {
    m.feed(push(0, 2000));
    m.pass(100ms);
    if (i == 3) m.feed(push(1, 100) + push(2, 100));
  }
  CHECK(m.was_sent("AT#XRECVCFG=0,0"));
  CHECK(m.was_sent("AT#XAPOLL=0,1,1"));
  CHECK_FALSE(m.was_sent("AT#XRECVCFG=1,0"));
  CHECK(m.was_sent("AT#XRECV=0,0,64,1"));
}

TEST_CASE("what is kept for a program that does not read has a limit") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  connect(m, 1);
  m.answers_left = 0;  // it does not hear that it is to stop
  m.driver.receive(socket_id{1}, false, m.now);
  for (int i = 0; i < 6; ++i) m.feed(push(0, 2048));
  CHECK(m.count<outcome::socket_broken>() == 0);
  m.feed(push(0, 1));
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().why.code == errc::stream_damaged);
  CHECK(given(m) == 0);
}

TEST_CASE("what is kept is handed out while there is room, in order, and before the end") {
  scripted_modem m;
  m.be_serial_modem();
  m.answer("AT#XRECV=", "\r\nOK\r\n");
  m.boot();
  connect(m, 1);
  m.driver.receive(socket_id{1}, false, m.now);
  m.feed(push(0, 2048, 'a') + push(0, 2048, 'b') + "\r\n#XAPOLL: 0,16\r\n");
  CHECK(given(m) == 0);
  m.driver.receive(socket_id{1}, true, m.now);
  m.settle();
  CHECK(given(m) == 2048);
  m.driver.receive(socket_id{1}, false, m.now);
  m.pass(1s);
  CHECK(given(m) == 2048);
  CHECK(m.count<outcome::peer_closed>() == 0);
  m.driver.receive(socket_id{1}, true, m.now);
  m.settle();
  CHECK(given(m) == 4096);
  CHECK(m.count<outcome::peer_closed>() == 1);
  CHECK(m.all<outcome::received>().back().bytes.front() == std::byte{'b'});
}

TEST_CASE("data for a handle that is being closed, or is nobody's, goes nowhere") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  connect(m, 1);
  m.feed(push(5, 3));
  m.answers_left = 0;
  m.driver.close(ticket{9}, socket_id{1}, m.now);
  m.settle();
  m.feed(push(0, 3));
  m.answers_left = 100;
  m.feed("\r\n#XCLOSE: 0,0\r\n\r\nOK\r\n");
  CHECK(m.count<outcome::closed>() == 1);
  CHECK(given(m) == 0);
}

TEST_CASE("a push that breaks off is a hole") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  connect(m, 1);
  connect(m, 2);
  m.answer("AT#XDATACTRL?", "\r\n#XDATACTRL: 1000,32\r\n\r\nOK\r\n");
  m.answer("AT#XSOCKET?", "\r\n#XSOCKET: 1,1,0,1,0\r\n\r\nOK\r\n");
  m.feed("\r\n#XRECV: 0,0,10\r\nonly six");
  m.pass(1s);
  CHECK(m.count<outcome::socket_broken>() == 0);
  m.pass(3s);
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().id == socket_id{1});
  CHECK(m.driver.status().uart.receives_damaged == 1);
}

TEST_CASE("payload without its header is a hole in somebody's stream") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  connect(m, 1);
  m.answer("AT#XDATACTRL?", "\r\n#XDATACTRL: 1000,32\r\n\r\nOK\r\n");
  m.answer("AT#XSOCKET?", "\r\n#XSOCKET: 0,1,0,1,0\r\n\r\nOK\r\n");
  m.feed("\r\n%UNKNOWN: 1\r\n");
  CHECK(m.count<outcome::socket_broken>() == 0);
  m.feed("\r\n#XRCV: 0,0,5\r\nhello\r\n");
  m.pass(1s);
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>().front().why.code == errc::stream_damaged);
}

TEST_CASE("an hour idle with an open socket that is pushed to is one command a minute") {
  scripted_modem m;
  m.be_serial_modem();
  m.boot();
  connect(m, 1);
  m.sent.clear();
  m.pass(1h);
  CHECK(m.sent.size() <= 60);
  CHECK(m.sent.size() >= 58);
}

TEST_CASE("a payload that fails in the middle is ended by one terminator and nothing else") {
  scripted_modem m;
  m.be_serial_modem();
  m.payload_reply = "+++";
  m.boot();
  connect(m, 1);
  m.sent.clear();
  std::string text(4096, '\0');
  text.replace(1000, 14, "+++\rAT+CFUN=0\r");
  m.on_want = [&](const outcome::want_chunk& want) {
    const auto part = std::as_bytes(std::span(text));
    m.driver.chunk(want.id, {part.begin(), part.end()}, m.now);
  };
  m.answers_left = 2;  // the command and its payload
  m.driver.offer(socket_id{1}, text.size(), m.now);
  m.settle();
  REQUIRE(m.sent.size() == 2);
  CHECK(m.sent[0] == "AT#XSEND=0,2,0,1002");
  CHECK(m.sent[1].find("+++") == std::string::npos);
  m.answers_left = 1000;
  m.feed("\r\n#XDATAMODE: -1\r\n");
  m.feed("\r\n+CGACT: 0,1\r\n\r\nOK\r\n");
  CHECK(m.count<outcome::socket_broken>() == 1);
  CHECK(m.count<outcome::chunk_sent>() == 0);
  // Our terminator stood before the next command, and no other bytes did.
  CHECK(m.sent[2].starts_with("+++AT+CGACT?"));
  CHECK_FALSE(m.was_sent("AT+CFUN=0"));
}
