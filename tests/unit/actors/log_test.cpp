// SPDX-License-Identifier: Apache-2.0
// The forms of a log line: stderr's and the journal's.
#include "actors/log.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("a log line: the event, then fields, quoted where they are not one word") {
  CHECK(log::line_of("stopped", {}) == "stopped");
  CHECK(log::line_of("link-state", {{"link", "modem0"}, {"state", "ready"}}) ==
        "link-state link=modem0 state=ready");
  CHECK(log::line_of("accept-failed", {{"detail", "a \"b\"\n\\"}}) ==
        "accept-failed detail=\"a \\\"b\\\"\\x0a\\\\\"");
  CHECK(log::line_of("socket-opened", {{"program", ""}}) == "socket-opened program=\"\"");
}

TEST_CASE("a journal entry has the line, its priority, and every field by name") {
  const auto texts = log::journal_fields(log::level::warn, "link-state",
                                         {{"link", "modem0"}, {"detail", "no antenna\n?"}});
  const std::vector<std::string> wanted{
      "MESSAGE=link-state link=modem0 detail=\"no antenna\\x0a?\"",
      "PRIORITY=4",
      "SYSLOG_IDENTIFIER=cellsockd",
      "CELLSOCK_EVENT=link-state",
      "CELLSOCK_LINK=modem0",
      "CELLSOCK_DETAIL=no antenna\n?"};
  CHECK(texts == wanted);
  CHECK(log::journal_fields(log::level::error, "stopped", {})[1] == "PRIORITY=3");
  CHECK(log::journal_fields(log::level::debug, "stopped", {})[1] == "PRIORITY=7");
}

TEST_CASE("$JOURNAL_STREAM names one file exactly") {
  CHECK(log::names_stream("8:1234", 8, 1234));
  for (const char* other : {"", "8", "8:", "8:12345", "9:1234", "8:1234 ", ":1234", "08:1234"})
    CHECK_FALSE(log::names_stream(other, 8, 1234));
}

TEST_CASE("a level that is none is refused") {
  CHECK_FALSE(log::open("loud"));
  CHECK_FALSE(log::open(""));
  CHECK(log::open("error"));
}
