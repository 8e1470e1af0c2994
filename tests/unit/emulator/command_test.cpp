// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "modem_bridge/emulator/command.hpp"

using namespace cellsock::emulator;
using form = command::form;

TEST_CASE("the four forms") {
  CHECK(parse_command("AT")->separator == 0);
  CHECK(parse_command("AT#XSLMVER")->shape == form::execute);
  CHECK(parse_command("AT+CEREG?")->shape == form::read);
  CHECK(parse_command("AT#XSOCKET=?")->shape == form::test);
  CHECK(parse_command("AT%CESQ=1")->shape == form::set);
}

TEST_CASE("case does not matter") {
  const auto c = parse_command("at#xSocket=1,1,0");
  REQUIRE(c);
  CHECK(c->name == "XSOCKET");
  CHECK(c->number(0) == 1);
  CHECK(c->number(2) == 0);
}

TEST_CASE("text before the first AT is skipped; without AT it is not a command") {
  CHECK(parse_command("xxAT"));
  CHECK(parse_command("+++AT#XSLMVER")->name == "XSLMVER");
  CHECK(parse_command("\nAT"));
  CHECK_FALSE(parse_command("xyz"));
  CHECK_FALSE(parse_command("A"));
  CHECK(parse_command("AAT"));
}

TEST_CASE("a NUL ends the command") {
  CHECK(parse_command(std::string_view("AT\0junk", 7))->separator == 0);
  CHECK_FALSE(parse_command(std::string_view("\0AT", 3)));
  CHECK_FALSE(parse_command(std::string_view("AT=\"a\0b\"", 8)));
}

TEST_CASE("grammar errors") {
  for (const std::string_view bad : {"ATE0",
                                     "ATZ",
                                     "AT+",
                                     "AT#",
                                     "AT&F",
                                     "AT #X",
                                     "AT#X ",
                                     "AT#X-Y",
                                     "AT#X??",
                                     "AT#X=?1",
                                     "AT#X=01",
                                     "AT#X=1;2",
                                     "AT#X=\"a",
                                     "AT#X=\"a\"b",
                                     "AT#X=abc",
                                     "AT#X=1 ",
                                     "AT#X=99999999999",
                                     "AT#X=-",
                                     "AT\r",
                                     "AT+CEREG?\r",
                                     "A/"})
    CHECK_MESSAGE(!parse_command(bad), bad);
}

TEST_CASE("parameters: empty, numbers, strings of any byte but a quote") {
  const auto c = parse_command("AT#XSEND=,-12,\"a,b\r\n\xff\",");
  REQUIRE(c);
  REQUIRE(c->count() == 4);
  CHECK_FALSE(c->has(0));
  CHECK(c->number(1) == -12);
  CHECK(c->text(2, 100) == "a,b\r\n\xff");
  CHECK_FALSE(c->text(2, 5));
  CHECK_FALSE(c->has(3));
  CHECK_FALSE(c->number(2));
  CHECK_FALSE(c->number(9));
}

TEST_CASE("an empty parameter list is one empty parameter") {
  const auto c = parse_command("AT#XSEND=");
  REQUIRE(c);
  CHECK(c->count() == 1);
  CHECK_FALSE(c->has(0));
}

TEST_CASE("the log never shows what was between quotes") {
  CHECK(redact("AT#XSEND=\"secret\",512") == "AT#XSEND=<6>,512");
  CHECK(redact("AT#XCONNECT=\"a\",80,\"open") == "AT#XCONNECT=<1>,80,<4>");
  CHECK(redact("AT\x01\xff") == "AT..");
}
