// SPDX-License-Identifier: Apache-2.0
#include "actors/socket_seed.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

namespace {

socket_common socket_of(ip_family family, link_kind kind, bool dual) {
  socket_seed seed;
  seed.kind = kind;
  seed.shape.family = family;
  if (dual) seed.shape.options[socket_option::v6_only] = 0;
  return {seed, {}};
}

endpoint at(const char* text) {
  return *parse_endpoint(text);
}

}  // namespace

TEST_CASE("a modem's dual-stack socket has the family of the first address it uses") {
  auto used = socket_of(ip_family::v6, link_kind::modem, true);
  CHECK_FALSE(used.link_family);
  CHECK(*used.to_link(at("[::ffff:192.0.2.1]:80")) == at("192.0.2.1:80"));
  CHECK(used.link_family == ip_family::v4);
  CHECK(used.from_link(at("192.0.2.1:80")) == at("[::ffff:192.0.2.1]:80"));
  CHECK(used.to_link(at("[2001:db8::1]:80")).error().code == errc::network_unreachable);
  CHECK(used.to_link(at("[::ffff:192.0.2.9]:80")));

  auto six = socket_of(ip_family::v6, link_kind::modem, true);
  CHECK(*six.to_link(at("[2001:db8::1]:80")) == at("[2001:db8::1]:80"));
  CHECK(six.to_link(at("[::ffff:192.0.2.1]:80")).error().code == errc::network_unreachable);
}

TEST_CASE("with IPV6_V6ONLY, or before it is off, an IPv6 socket knows no IPv4 address") {
  for (const auto kind : {link_kind::modem, link_kind::host}) {
    auto used = socket_of(ip_family::v6, kind, false);
    CHECK(used.to_link(at("[::ffff:192.0.2.1]:80")).error().code == errc::network_unreachable);
    CHECK_FALSE(used.link_family);
    CHECK(used.may_bind({at("[::ffff:192.0.2.1]:80")}).code == errc::invalid_argument);
  }
}

TEST_CASE("a host's sockets take both families as they are") {
  auto used = socket_of(ip_family::v6, link_kind::host, true);
  for (const char* text : {"[::ffff:192.0.2.1]:80", "[2001:db8::1]:80"})
    CHECK(*used.to_link(at(text)) == at(text));
  auto four = socket_of(ip_family::v4, link_kind::modem, false);
  CHECK(*four.to_link(at("192.0.2.1:80")) == at("192.0.2.1:80"));
  CHECK(four.from_link(at("192.0.2.1:80")) == at("192.0.2.1:80"));
}
