// SPDX-License-Identifier: Apache-2.0
#include "actors/host/resolv_conf.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("the servers of resolv.conf") {
  const auto servers = host::name_servers_in(
      "# made by hand\n"
      "search example\n"
      "nameserver 192.0.2.53\n"
      "  nameserver\t2001:db8::53  # with a remark\n"
      "nameserver nobody\n"
      "nameserver\n"
      "nameserver 127.0.0.53\n"
      "nameserver 192.0.2.54\n"
      "options edns0");
  REQUIRE(servers.size() == 3);
  CHECK(to_string(servers[0]) == "192.0.2.53");
  CHECK(to_string(servers[1]) == "2001:db8::53");
  CHECK(to_string(servers[2]) == "127.0.0.53");
  CHECK(host::reached_by(servers, false).size() == 2);
  CHECK(host::reached_by(servers, true) == std::vector{*parse_address("127.0.0.53")});
  CHECK(host::name_servers_in("").empty());
}
