// SPDX-License-Identifier: Apache-2.0
#include "actors/translate.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace cellsock;

TEST_CASE("each errc crosses the wire and back") {
  std::set<int> seen;
  for (int i = 0; i < static_cast<int>(errc::count_); ++i) {
    const auto code = wire::code_of(static_cast<errc>(i));
    CHECK(seen.insert(code).second);
    CHECK(wire::errc_of(code) == static_cast<errc>(i));
  }
  CHECK(wire::errc_of(static_cast<v1::ErrorCode>(9999)) == errc::internal);
}

TEST_CASE("endpoints: bad lengths and ports are refused") {
  v1::Endpoint e;
  CHECK_FALSE(wire::endpoint_of(e));
  e.set_address(std::string("\1\2\3\4\5", 5));
  CHECK_FALSE(wire::endpoint_of(e));
  e.set_address(std::string("\1\2\3\4", 4));
  e.set_port(70000);
  CHECK_FALSE(wire::endpoint_of(e));
  e.set_port(80);
  CHECK(to_string(*wire::endpoint_of(e)) == "1.2.3.4:80");
}

TEST_CASE("datagrams: packet and back, and what is no packet") {
  const endpoint peer = *parse_endpoint("[2001:db8::1]:5683");
  const msg::bytes payload{std::byte{0}, std::byte{1}, std::byte{255}};
  const auto packet = wire::packet_of(peer, payload);
  const auto back = wire::datagram_of(packet);
  REQUIRE(back);
  CHECK(back->peer == peer);
  CHECK(back->payload == payload);
  CHECK_FALSE(wire::datagram_of({}));
  CHECK_FALSE(wire::datagram_of(msg::bytes(40, std::byte{0xFF})));
  const auto empty = wire::packet_of(std::nullopt, {});
  CHECK_FALSE(empty.empty());
  CHECK(wire::datagram_of(empty)->payload.empty());
}

TEST_CASE("shapes: family, type and protocol are checked together") {
  const auto shape = [](v1::Family f, v1::SocketType t, unsigned protocol) {
    v1::SocketRequest request;
    request.set_family(f);
    request.set_type(t);
    request.set_protocol(protocol);
    return wire::shape_of(request);
  };
  CHECK(shape(v1::FAMILY_INET, v1::SOCKET_TYPE_STREAM, 0)->protocol == 6);
  CHECK(shape(v1::FAMILY_INET6, v1::SOCKET_TYPE_DATAGRAM, 17)->kind == transport::datagram);
  CHECK(shape(v1::FAMILY_UNSPECIFIED, v1::SOCKET_TYPE_STREAM, 0).error().code ==
        errc::unsupported_family);
  CHECK(shape(v1::FAMILY_INET, v1::SOCKET_TYPE_UNSPECIFIED, 0).error().code ==
        errc::unsupported_type);
  CHECK(shape(v1::FAMILY_INET, v1::SOCKET_TYPE_STREAM, 17).error().code ==
        errc::unsupported_protocol);
  v1::SocketRequest secure;
  secure.set_family(v1::FAMILY_INET);
  secure.set_type(v1::SOCKET_TYPE_STREAM);
  secure.set_secure(v1::SECURE_PROTOCOL_TLS_1_2);
  REQUIRE(wire::shape_of(secure));
  CHECK(wire::shape_of(secure)->secure);
  secure.set_type(v1::SOCKET_TYPE_DATAGRAM);
  CHECK(wire::shape_of(secure).error().code == errc::unsupported_type);
  secure.set_secure(static_cast<v1::SecureProtocol>(99));
  CHECK(wire::shape_of(secure).error().code == errc::unsupported_protocol);
}

TEST_CASE("a modem's words become valid text") {
  CHECK(wire::printable("+COPS: \"caf\xc3\xa9\"\r") == "+COPS: \"caf\\xc3\\xa9\"\\x0d");
}
