// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/sockaddr.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>

#include "client_lib/nrf/api.hpp"
#include "client_lib/zephyr/api.hpp"

namespace cellsock::client::face {
namespace {

#define EACH_FAMILY(name) TEST_CASE_TEMPLATE(name, Api, nrf::api, zephyr::api)

template <class Api>
typename Api::v4 v4_address() {
  typename Api::v4 made{};
  made.sin_family = Api::inet;
  made.sin_port = net_htons(8080);
  made.sin_addr.s_addr = net_htonl(0xC0000207);
  return made;
}

template <class Api>
typename Api::v6 v6_address() {
  typename Api::v6 made{};
  made.sin6_family = Api::inet6;
  made.sin6_port = net_htons(443);
  made.sin6_addr.s6_addr[0] = 0x20;
  made.sin6_addr.s6_addr[15] = 1;
  made.sin6_scope_id = 3;
  return made;
}

template <class Api, class Address>
parsed_address parse_any(const Address& address, std::size_t length = sizeof(Address)) {
  return parse<Api>(reinterpret_cast<const typename Api::address*>(&address),
                    static_cast<typename Api::length>(length));
}

template <class Api, class Address>
endpoint parsed(const Address& address, std::size_t length = sizeof(Address)) {
  return std::get<std::optional<endpoint>>(parse_any<Api>(address, length)).value();
}

int error_of(const parsed_address& given) {
  const int* error = std::get_if<int>(&given);
  return error != nullptr ? *error : 0;
}

EACH_FAMILY("v4 and v6 addresses come through with their ports in host order") {
  const auto v4 = parsed<Api>(v4_address<Api>());
  CHECK(v4.family == v1::FAMILY_INET);
  CHECK(v4.port == 8080);
  CHECK(v4.address[0] == 0xC0);
  CHECK(v4.address[3] == 0x07);
  const auto v6 = parsed<Api>(v6_address<Api>());
  CHECK(v6.family == v1::FAMILY_INET6);
  CHECK(v6.port == 443);
  CHECK(v6.address[0] == 0x20);
  CHECK(v6.address[15] == 1);
}

EACH_FAMILY("AF_UNSPEC is no address, and needs no more than its family") {
  const typename Api::v4 nowhere{};
  CHECK_FALSE(
      std::get<std::optional<endpoint>>(parse_any<Api>(nowhere, sizeof nowhere.sin_family)));
}

EACH_FAMILY("bad addresses") {
  CHECK(error_of(parse<Api>(nullptr, 8)) == EFAULT);
  const auto v4 = v4_address<Api>();
  CHECK(error_of(parse_any<Api>(v4, 1)) == EINVAL);
  CHECK(error_of(parse_any<Api>(v4, sizeof v4 - 1)) == EINVAL);
  const auto v6 = v6_address<Api>();
  CHECK(error_of(parse_any<Api>(v6, Api::v6_bytes_min - 1)) == EINVAL);
  CHECK(error_of(parse_any<Api>(v6, Api::v6_bytes_min)) == 0);
  auto foreign = v4_address<Api>();
  // The other name space's IPv6, and no family at all.
  for (const int number : {Api::inet6 == AF_INET6 ? NRF_AF_INET : AF_INET6, 77}) {
    foreign.sin_family = static_cast<decltype(foreign.sin_family)>(number);
    CHECK(error_of(parse_any<Api>(foreign)) == EAFNOSUPPORT);
  }
}

EACH_FAMILY("storing writes what fits and tells the whole length") {
  const auto expected = v4_address<Api>();
  const auto where = parsed<Api>(expected);
  typename Api::v4 whole{};
  typename Api::length length = sizeof whole + 8;
  store<Api>(where, reinterpret_cast<typename Api::address*>(&whole), &length);
  CHECK(length == sizeof whole);
  CHECK(std::memcmp(&whole, &expected, sizeof whole) == 0);

  typename Api::v4 cut{};
  length = 4;
  store<Api>(where, reinterpret_cast<typename Api::address*>(&cut), &length);
  CHECK(length == sizeof cut);
  CHECK(cut.sin_port == expected.sin_port);
  CHECK(cut.sin_addr.s_addr == 0);

  store<Api>(where, nullptr, nullptr);
}

EACH_FAMILY("an IPv6 address is stored as it was given, its scope left out") {
  auto expected = v6_address<Api>();
  typename Api::v6 out{};
  typename Api::length length = sizeof out;
  store<Api>(parsed<Api>(expected), reinterpret_cast<typename Api::address*>(&out), &length);
  expected.sin6_scope_id = 0;
  CHECK(length == sizeof out);
  CHECK(std::memcmp(&out, &expected, sizeof out) == 0);
}

TEST_CASE("wire endpoints: four or sixteen bytes and a 16-bit port") {
  v1::Endpoint wire;
  to_wire(parsed<nrf::api>(v6_address<nrf::api>()), wire);
  CHECK(wire.address().size() == 16);
  CHECK(from_wire(wire)->port == 443);
  wire.set_port(65536);
  CHECK_FALSE(from_wire(wire));
  wire.set_port(1);
  wire.set_address("12345");
  CHECK_FALSE(from_wire(wire));
}

TEST_CASE("an IPv4 address inside an IPv6 one is told from both") {
  endpoint where;
  CHECK_FALSE(is_v4_mapped(where));
  where.family = v1::FAMILY_INET6;
  CHECK_FALSE(is_v4_mapped(where));
  where.address[10] = where.address[11] = 0xFF;
  CHECK(is_v4_mapped(where));
  where.address[0] = 0x20;
  CHECK_FALSE(is_v4_mapped(where));
}

}  // namespace
}  // namespace cellsock::client::face
