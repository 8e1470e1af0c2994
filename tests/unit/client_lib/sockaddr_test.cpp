// SPDX-License-Identifier: Apache-2.0
#include "client_lib/nrf/sockaddr.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>

namespace cellsock::client::nrf {
namespace {

nrf_sockaddr_in v4_address() {
  return {NRF_AF_INET, nrf_htons(8080), {nrf_htonl(0xC0000207)}};
}

nrf_sockaddr_in6 v6_address() {
  nrf_sockaddr_in6 made{};
  made.sin6_family = NRF_AF_INET6;
  made.sin6_port = nrf_htons(443);
  made.sin6_addr.s6_addr[0] = 0x20;
  made.sin6_addr.s6_addr[15] = 1;
  made.sin6_scope_id = 3;
  return made;
}

template <class Address>
parsed_address parse_any(const Address& address, nrf_socklen_t length = sizeof(Address)) {
  return parse(reinterpret_cast<const nrf_sockaddr*>(&address), length);
}

int error_of(const parsed_address& parsed) {
  const int* error = std::get_if<int>(&parsed);
  return error != nullptr ? *error : 0;
}

TEST_CASE("v4 and v6 addresses come through with their ports in host order") {
  const auto v4 = std::get<std::optional<endpoint>>(parse_any(v4_address()));
  REQUIRE(v4);
  CHECK(v4->family == v1::FAMILY_INET);
  CHECK(v4->port == 8080);
  CHECK(v4->address[0] == 0xC0);
  CHECK(v4->address[3] == 0x07);
  const auto v6 = std::get<std::optional<endpoint>>(parse_any(v6_address()));
  REQUIRE(v6);
  CHECK(v6->family == v1::FAMILY_INET6);
  CHECK(v6->port == 443);
  CHECK(v6->address[0] == 0x20);
  CHECK(v6->address[15] == 1);
}

TEST_CASE("AF_UNSPEC is no address, and needs no more than its family") {
  const nrf_sockaddr_in nowhere{};
  CHECK_FALSE(std::get<std::optional<endpoint>>(parse_any(nowhere, sizeof(nrf_sa_family_t))));
}

TEST_CASE("bad addresses") {
  CHECK(error_of(parse(nullptr, 8)) == EFAULT);
  CHECK(error_of(parse_any(v4_address(), 1)) == EINVAL);
  CHECK(error_of(parse_any(v4_address(), sizeof(nrf_sockaddr_in) - 1)) == EINVAL);
  CHECK(error_of(parse_any(v6_address(), sizeof(nrf_sockaddr_in))) == EINVAL);
  auto foreign = v4_address();
  foreign.sin_family = 10;  // the host's AF_INET6
  CHECK(error_of(parse_any(foreign)) == EAFNOSUPPORT);
}

TEST_CASE("storing writes what fits and tells the whole length") {
  const auto where = *std::get<std::optional<endpoint>>(parse_any(v4_address()));
  nrf_sockaddr_in whole{};
  nrf_socklen_t length = sizeof whole + 8;
  store(where, reinterpret_cast<nrf_sockaddr*>(&whole), &length);
  CHECK(length == sizeof whole);
  const auto expected = v4_address();
  CHECK(std::memcmp(&whole, &expected, sizeof whole) == 0);

  nrf_sockaddr_in cut{};
  length = 4;
  store(where, reinterpret_cast<nrf_sockaddr*>(&cut), &length);
  CHECK(length == sizeof cut);
  CHECK(cut.sin_port == expected.sin_port);
  CHECK(cut.sin_addr.s_addr == 0);

  store(where, nullptr, nullptr);
}

TEST_CASE("wire endpoints: four or sixteen bytes and a 16-bit port") {
  v1::Endpoint wire;
  to_wire(*std::get<std::optional<endpoint>>(parse_any(v6_address())), wire);
  CHECK(wire.address().size() == 16);
  CHECK(from_wire(wire)->port == 443);
  wire.set_port(65536);
  CHECK_FALSE(from_wire(wire));
  wire.set_port(1);
  wire.set_address("12345");
  CHECK_FALSE(from_wire(wire));
}

}  // namespace
}  // namespace cellsock::client::nrf
