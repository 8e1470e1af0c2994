// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/args.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using cellsock::at::args;

TEST_CASE("fields come in order, each checked") {
  args fields("5,1,\"002F\",\"0012BEEF\",7,,\"a,b\"");
  CHECK(*fields.integer(0, 5) == 5);
  CHECK(*fields.integer(0, 255) == 1);
  CHECK(*fields.hex() == 0x2F);
  CHECK(fields.next_is_quoted());
  CHECK(*fields.quoted() == "0012BEEF");
  CHECK(**fields.optional_integer(0, 255) == 7);
  CHECK(fields.next_is_empty());
  CHECK_FALSE(fields.optional_integer(0, 255)->has_value());
  CHECK(*fields.text() == "a,b");
  CHECK(fields.at_end());
  CHECK_FALSE(fields.optional_integer(0, 255)->has_value());
  CHECK_FALSE(fields.integer(0, 255));
}

TEST_CASE("what is not what it should be is malformed") {
  CHECK_FALSE(args("").integer(0, 1));
  CHECK_FALSE(args("x").integer(0, 1));
  CHECK_FALSE(args("1x").integer(0, 10));
  CHECK_FALSE(args("11").integer(0, 10));
  CHECK_FALSE(args("-1").integer(0, 10));
  CHECK(*args("-115").integer(-200, 0) == -115);
  CHECK_FALSE(args("99999999999999999999").integer(0, 10));
  CHECK_FALSE(args("abc").quoted());
  CHECK_FALSE(args("\"abc").quoted());
  CHECK_FALSE(args("\"").quoted());
  CHECK_FALSE(args("\"a\"b\"").quoted());
  CHECK(*args("\"\"").quoted() == "");
  CHECK_FALSE(args("\"xyz\"").hex());
  CHECK_FALSE(args("\"\"").hex());
  CHECK_FALSE(args("\"123456789\"").hex());
  CHECK(args("1x").integer(0, 10).error().code == errc::malformed);
  CHECK(args("1x").integer(0, 10).error().detail == "field 1 is not a number");
}

TEST_CASE("a prefix is taken off with the blank after it") {
  CHECK(at::after_prefix("#XSEND: 5", "#XSEND:") == "5");
  CHECK(at::after_prefix("#XSEND:5", "#XSEND:") == "5");
  CHECK_FALSE(at::after_prefix("#XSENDTO: 5", "#XSEND:"));
  CHECK_FALSE(at::after_prefix("OK", ""));
}
