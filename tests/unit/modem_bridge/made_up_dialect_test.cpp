// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "modem_bridge/dialect/dialect.hpp"
#include "tests/support/scripted_modem.hpp"

// A firmware nobody has: rows and traits in this one file are all it takes to speak it.

using namespace cellsock;
using namespace cellsock::dialect;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view never = "this firmware is made up";

constexpr std::array rows{
    verb{intent::open, "AT#NEW={family}/{type}", "#XSOCKET:", 5s},
    cannot(intent::select, never),
    verb{intent::list_sockets, "AT#ALL?", "#ALL:", 5s},
    cannot(intent::list_secure, never),
    verb{intent::close, "AT#SHUT={handle}", "#SHUT:", 5s},
    verb{intent::close_secure, "AT#SHUT={handle}", "#SHUT:", 5s},
    verb{intent::set_send_timeout, "AT#PATIENCE={handle},{seconds}", "", 5s},
    cannot(intent::set_option, never),
    cannot(intent::get_option, never),
    verb{intent::bind, "AT#AT={handle},{port}", "", 5s},
    verb{intent::connect, "AT#DIAL={port},\"{host}\",{handle}", "#DIAL:", 5s},
    cannot(intent::listen, never),
    cannot(intent::accept, never),
    verb{intent::send_string, "AT#SAY={handle},\"{text}\"", "#SAID:", 5s, false, 1},
    cannot(intent::send_hex, never),
    verb{intent::send_stream, "AT#PUT={handle},{length}", "", 5s},
    cannot(intent::send_string_to, never),
    cannot(intent::send_hex_to, never),
    verb{intent::send_datagram_to, "AT#PUTTO={handle},\"{host}\",{port},{length}", "", 5s},
    verb{intent::receive, "AT#GET={handle}", "#GOT:", 5s, true, 2},
    verb{intent::receive_from, "AT#GETFROM={handle}", "#GOTFROM:", 5s, true, 2},
    verb{intent::receive_wait, "AT#GET={handle},1", "#GOT:", 5s, true, 2},
    cannot(intent::poll_start, never),
    cannot(intent::poll_stop, never),
    cannot(intent::notice_again, never),
    cannot(intent::notice_end, never),
    verb{intent::poll_ask, "AT#ANY=0{handles}", "#ANY:", 5s},
    cannot(intent::push_start, never),
    cannot(intent::push_on, never),
    cannot(intent::push_off, never),
    verb{intent::read_data_limit, "AT#XDATACTRL?", "#XDATACTRL:", 5s},
    verb{intent::set_data_limit, "AT#XDATACTRL={ms}", "", 5s},
    verb{intent::resolve, "AT#WHO=\"{host}\"", "#XGETADDRINFO:", 5s},
    cannot(intent::set_rate, never),
    cannot(intent::echo_off, never),
    cannot(intent::rai_no_data, never),
    cannot(intent::rai_last, never),
    cannot(intent::rai_one_response, never),
    cannot(intent::rai_ongoing, never),
    cannot(intent::rai_wait_more, never),
};
static_assert(complete(rows));

constexpr table made_up{
    .name = "made-up",
    .flavour = "0",
    .known_by = {.lists = {"#NEW", "#SHUT"}},
    .verbs = rows,
    .handles_max = 2,
    .string_bytes_max = 8,
    .forbidden_in_string = "\"",
    .data_buffer_bytes = 512,
    .data_bytes_max = 512,
    .data_terminator = "~~~",
    .ends = data_end::counted,
    .failure_kind = data_failure::reported,
    .string_cost = {20, 1},
    .data_cost = {20, 2},
    .addressed = addressing::in_command,
    .receive_bytes_max = 64,
    .readiness = notices::asked,
    .intrusions = false,
};

}  // namespace

TEST_CASE("a made-up dialect is opened, connected, sent to, received from and closed") {
  engine_config config;
  config.dialects = {&made_up};
  test::scripted_modem m(config);
  m.answer("AT#XCLAC", "\r\nAT#NEW\r\nAT#SHUT\r\n\r\nOK\r\n");
  m.answer("AT#NEW=1/1", "\r\n#XSOCKET: 17,1,6\r\n\r\nOK\r\n");
  m.answer("AT#DIAL=7,\"192.0.2.10\",17", "\r\n#DIAL: done\r\n\r\nOK\r\n");
  m.answer("AT#SAY=17,\"hi\"", "\r\n#SAID: 17,2\r\n\r\nOK\r\n");
  m.answer("AT#ANY=0,17", "\r\nOK\r\n");
  m.payload_after = [](const std::string& command) -> std::size_t {
    return command.starts_with("AT#PUT=17,") ? std::stoul(command.substr(10)) : 0;
  };
  m.boot();
  REQUIRE(m.driver.status().state == link_state::ready);
  CHECK(m.driver.status().dialect == "made-up");
  CHECK(m.driver.status().handles_max == 2);
  const socket_id id{1};
  m.driver.declare(id, ip_family::v4, transport::stream);
  m.driver.receive(id, true, m.now);
  m.driver.connect(ticket{1}, id, {{ip_family::v4, {192, 0, 2, 10}}, 7}, 30s, m.now);
  m.settle();
  REQUIRE(m.count<outcome::connected>() == 1);

  const auto send = [&](std::string_view text) {
    m.driver.offer(id, text.size(), m.now);
    m.settle();
    const auto part = std::as_bytes(std::span(text));
    m.driver.chunk(id, {part.begin(), part.end()}, m.now);
    m.settle();
  };
  send("hi");
  send("lo\"ger ~~~ th\"n eight");
  CHECK(m.count<outcome::chunk_sent>() == 2);
  CHECK(m.was_sent("AT#PUT=17,9"));  // the terminator is cut in a counted payload, too
  CHECK(m.was_sent("<lo\"ger ~~>"));

  m.answer("AT#ANY=0,17", "\r\n#ANY: 17,\"0x0001\"\r\n\r\nOK\r\n");
  m.answer("AT#GET=17", "\r\n#GOT: 17,x,3\r\nabc\r\nOK\r\n");
  m.answers_left = 2;
  m.pass(2s);
  REQUIRE(m.count<outcome::received>() == 1);
  CHECK(m.all<outcome::received>().front().bytes.size() == 3);

  m.answers_left = 100;
  m.answer("AT#ANY=0,17", "\r\nOK\r\n");
  m.feed("\r\nOK\r\n");
  m.driver.close(ticket{2}, id, m.now);
  m.settle();
  CHECK(m.count<outcome::closed>() == 1);
  CHECK(m.was_sent("AT#SHUT=17"));
}
