// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_address.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>

using namespace cellsock;

TEST_CASE("an endpoint survives the kernel's form, in both families") {
  for (const auto* text : {"192.0.2.1:80", "0.0.0.0:0", "[2001:db8::1]:443", "[::]:65535"}) {
    const auto there = *parse_endpoint(text);
    const auto kernel = host::to_kernel(there);
    const auto back = host::from_kernel(kernel.get(), kernel.size);
    REQUIRE_MESSAGE(back, text);
    CHECK_MESSAGE(*back == there, text);
  }
}

TEST_CASE("ports cross in network order") {
  const auto kernel = host::to_kernel(*parse_endpoint("127.0.0.1:258"));
  const auto* bytes = reinterpret_cast<const unsigned char*>(kernel.get());
  CHECK(bytes[2] == 1);
  CHECK(bytes[3] == 2);
}

TEST_CASE("what is no internet address, or is cut short, is none") {
  sockaddr_storage other{};
  other.ss_family = AF_UNIX;
  CHECK_FALSE(host::from_kernel(reinterpret_cast<const sockaddr*>(&other), sizeof other));
  auto six = host::to_kernel(*parse_endpoint("[::1]:1"));
  CHECK_FALSE(host::from_kernel(six.get(), sizeof(sockaddr_in)));
  CHECK_FALSE(host::from_kernel(six.get(), 1));
  CHECK_FALSE(host::from_kernel(nullptr, 0));
}
