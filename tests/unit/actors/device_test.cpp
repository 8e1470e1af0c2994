// SPDX-License-Identifier: Apache-2.0
#include "actors/device.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("a device is a modem, its packet network, or both") {
  CHECK(*parse_device("") == device{});
  CHECK(*parse_device("modem1") == device{"modem1", pdn_id{0}});
  CHECK(*parse_device("modem1/pdn0") == device{"modem1", pdn_id{0}});
  CHECK(*parse_device("pdn0") == device{});
}

TEST_CASE("a packet network is named with its modem, or of the default one") {
  CHECK(*parse_device("modem1/pdn1") == device{"modem1", pdn_id{1}});
  CHECK(*parse_device("pdn255") == device{"", pdn_id{255}});
}

TEST_CASE("what names no device") {
  for (const auto* bad :
       {"/", "/pdn0", "modem1/", "modem1/pdn", "modem1/pdn256", "modem1/pdn-1", "modem1/pdn0x",
        "modem1/eth0", "a b", "modem1/pdn0/x", "sixteen-letters-", "pdn0/pdn0"}) {
    CAPTURE(bad);
    REQUIRE_FALSE(parse_device(bad));
    CHECK(parse_device(bad).error().code == errc::no_device);
  }
  CHECK(is_link_name("modem_1-x"));
  CHECK(is_link_name("pdnet"));
  CHECK_FALSE(is_link_name(""));
  CHECK_FALSE(is_link_name("pdn7"));
}
