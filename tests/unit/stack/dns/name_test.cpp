// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/name.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::string_literals;

TEST_CASE("a host's name as labels") {
  struct row {
    const char* host;
    std::string wire;
  };
  const row rows[]{
      {"a.example", "\1a\7example\0"s},
      {"a.example.", "\1a\7example\0"s},
      {"localhost", "\11localhost\0"s},
      {"A-b_9.Example", "\5A-b_9\7Example\0"s},
      {"xn--mnchen-3ya.example", "\16xn--mnchen-3ya\7example\0"s},
  };
  for (const auto& r : rows) {
    CAPTURE(r.host);
    const auto name = dns::wire_name(r.host);
    REQUIRE(name);
    CHECK(*name == r.wire);
  }
  CHECK(dns::folded(*dns::wire_name("WWW.Example")) == *dns::wire_name("www.example"));
}

TEST_CASE("what cannot be a name is refused with a reason") {
  const std::string long_label(64, 'a');
  std::string long_name;
  for (int i = 0; i < 127; ++i) long_name += "a.";
  struct row {
    std::string host;
    const char* why;
  };
  const row rows[]{
      {"", "empty"},
      {".", "empty"},
      {"a..example", "two dots"},
      {".example", "two dots"},
      {"a.example..", "two dots"},
      {long_label + ".example", "63"},
      {long_name + "a", "253"},
      {"m\xc3\xbcnchen.example", "xn--"},
      {"a b.example", "character"},
      {"a,b", "character"},
      {"a\"b", "character"},
      {"a\0b"s, "character"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.host);
    const auto name = dns::wire_name(r.host);
    REQUIRE_FALSE(name);
    CHECK(name.error().code == errc::name_not_found);
    CHECK(name.error().detail.find(r.why) != std::string::npos);
  }
}

TEST_CASE("the longest names fit") {
  CHECK(dns::wire_name(std::string(63, 'a') + ".b"));
  std::string name;
  for (int i = 0; i < 126; ++i) name += "a.";
  REQUIRE(dns::wire_name(name + "a"));
  CHECK(dns::wire_name(name + "a")->size() == 255);
  CHECK(dns::wire_name(name + "a."));
}
