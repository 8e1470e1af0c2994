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

TEST_CASE("what is kept of a socket that ended holds no keys of its own, unless it may go on") {
  auto made = tls::choices_of(258, transport::stream, tls::defaults::zephyr);
  REQUIRE(made);
  auto key = std::make_shared<credential>();
  key->type = credential_type::psk;
  made->own.psk = key;
  made->tags = {sec_tag{7}};
  socket_seed seed{socket_id{1}, socket_cookie{2}};
  seed.shape.secure = std::make_shared<const tls::choices>(*made);
  made->own = {};
  socket_common socket(seed, {});
  CHECK(has_keys(socket.shape));
  const auto ended = socket.tombstone(fail(errc::connection_reset), true, false);
  CHECK_FALSE(has_keys(ended.shape));
  REQUIRE(ended.shape.secure);
  CHECK(ended.shape.secure->tags == std::vector{sec_tag{7}});
  const auto may_go_on = socket.tombstone(fail(errc::connection_refused), true, true);
  CHECK(has_keys(may_go_on.shape));
  CHECK_FALSE(has_keys(without_keys(may_go_on.shape)));
  socket.let_go();
  CHECK(socket.shape.secure == nullptr);
}
