// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/name_table.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace cellsock::emulator;

TEST_CASE("names from the command line") {
  name_table names;
  CHECK(add_name(names, "echo.test=192.0.2.1"));
  CHECK(add_name(names, "Echo.Test=192.0.2.2"));
  CHECK(add_name(names, "six.test=2001:db8::1"));
  for (const std::string_view bad : {"", "=1.2.3.4", "a", "a=", "a=b", "a b=1.2.3.4", "a=1.2.3"})
    CHECK_MESSAGE(!add_name(names, bad), bad);
  CHECK(resolve(names, "ECHO.test").size() == 2);
  CHECK(to_string(resolve(names, "echo.test").front()) == "192.0.2.1");
  CHECK(resolve(names, "six.test").front().family == ip_family::v6);
  CHECK(resolve(names, "localhost").empty());
}

TEST_CASE("a literal resolves to itself") {
  CHECK(to_string(resolve({}, "198.51.100.7").front()) == "198.51.100.7");
  CHECK(resolve({}, "198.51.100.").empty());
}

TEST_CASE("a hosts file") {
  name_table names;
  CHECK(add_hosts(names,
                  "# comment\n"
                  "127.0.0.1\tlocalhost loop.test   # trailing\r\n"
                  "\n"
                  "fe80::1%lo0 scoped\n"
                  "  ::1 six.test"));
  CHECK(resolve(names, "loop.test").size() == 1);
  CHECK(resolve(names, "six.test").size() == 1);
  CHECK(resolve(names, "scoped").empty());
}

TEST_CASE("what is wrong in a hosts file is named with its line") {
  name_table names;
  const auto bad = add_hosts(names, "127.0.0.1 ok\nnonsense name\n");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().detail.find("line 2") != std::string::npos);
  CHECK_FALSE(add_hosts(names, "127.0.0.1\n"));
}
