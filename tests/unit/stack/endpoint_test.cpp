// SPDX-License-Identifier: Apache-2.0
#include "stack/endpoint.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("addresses: text and back") {
  for (const char* text :
       {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1:2:3:4"}) {
    const auto parsed = parse_address(text);
    REQUIRE(parsed);
    CHECK(to_string(*parsed) == text);
  }
  CHECK(parse_address("192.0.2.1")->family == ip_family::v4);
  CHECK(parse_address("::")->family == ip_family::v6);
  CHECK(parse_address("::")->is_any());
  CHECK_FALSE(parse_address("::1")->is_any());
}

TEST_CASE("addresses: what is none says so") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.1.1.1"sv, "01.2.3.4x"sv, "example.com"sv,
        "1.2.3.4\0"sv, ":::"sv, "12345::"sv, "1.2.3.4 "sv, "[::1]"sv})
    CHECK_FALSE(parse_address(text));
  CHECK_FALSE(parse_address(std::string(10000, '1')));
  CHECK(parse_address("nope").error().code == errc::invalid_argument);
}

TEST_CASE("addresses: IPv4 as an IPv6 socket sees it") {
  const auto four = *parse_address("192.0.2.1");
  const auto mapped = v4_mapped(four);
  CHECK(to_string(mapped) == "::ffff:192.0.2.1");
  CHECK(is_v4_mapped(mapped));
  CHECK(v4_of(mapped) == four);
  for (const char* text : {"192.0.2.1", "::192.0.2.1", "::fffe:1:2", "2001:db8::ffff:1:2", "::"})
    CHECK_FALSE(is_v4_mapped(*parse_address(text)));
}

TEST_CASE("endpoints: v6 in brackets, v4 bare, port in range") {
  CHECK(to_string(*parse_endpoint("192.0.2.1:80")) == "192.0.2.1:80");
  CHECK(to_string(*parse_endpoint("[2001:db8::1]:65535")) == "[2001:db8::1]:65535");
  CHECK(parse_endpoint("192.0.2.1:0")->port == 0);
  for (const char* text :
       {"192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", ":80", "2001:db8::1:80",
        "[192.0.2.1]:80", "[::1]", "[::1:80", "[]:80", "192.0.2.1:80x"})
    CHECK_FALSE(parse_endpoint(text));
}
