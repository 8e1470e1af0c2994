// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <net/if.h>

#include <mutex>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

const std::string server("\x08\x08\x04\x04", 4);

TEST_CASE("the PDNs with their addresses") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kInterfaces, [](const v1::Request&) {
    v1::Reply reply;
    auto& first = *reply.mutable_interfaces()->add_interfaces();
    first.set_name("pdn0");
    first.set_up(true);
    first.add_addresses(std::string("\x0A\x00\x00\x07", 4));
    first.add_addresses("\x20\x01" + std::string(13, '\0') + "\x07");
    reply.mutable_interfaces()->add_interfaces()->set_name("pdn1");
    return reply;
  });
  nrf_ifaddrs* list = nullptr;
  REQUIRE(nrf_getifaddrs(&list) == 0);
  const auto* entry = list;
  CHECK(std::string(entry->ifa_name) == "pdn0");
  CHECK(entry->ifa_flags == (IFF_UP | IFF_RUNNING));
  CHECK(entry->ifa_addr->sa_family == NRF_AF_INET);
  CHECK(reinterpret_cast<const nrf_sockaddr_in*>(entry->ifa_addr)->sin_addr.s_addr ==
        nrf_htonl(0x0A000007));
  CHECK(entry->ifa_netmask == nullptr);
  entry = entry->ifa_next;
  REQUIRE(entry != nullptr);
  CHECK(std::string(entry->ifa_name) == "pdn0");
  CHECK(entry->ifa_addr->sa_family == NRF_AF_INET6);
  CHECK(reinterpret_cast<const nrf_sockaddr_in6*>(entry->ifa_addr)->sin6_addr.s6_addr[15] == 7);
  entry = entry->ifa_next;
  REQUIRE(entry != nullptr);
  CHECK(std::string(entry->ifa_name) == "pdn1");
  CHECK(entry->ifa_flags == 0);
  CHECK(entry->ifa_addr == nullptr);
  CHECK(entry->ifa_next == nullptr);
  nrf_freeifaddrs(list);
  nrf_freeifaddrs(nullptr);
}

TEST_CASE("no PDNs, no daemon, nowhere to put them") {
  {
    fake_daemon daemon;
    nrf_ifaddrs* list = nullptr;
    CHECK(errno_of_call(nrf_getifaddrs(&list)) == EOPNOTSUPP);  // a link without
    CHECK(errno_of_call(nrf_getifaddrs(nullptr)) == EFAULT);
  }
  nrf_ifaddrs* list = nullptr;
  CHECK(errno_of_call(nrf_getifaddrs(&list)) == ENETDOWN);
}

TEST_CASE("a name server to fall back on") {
  fake_daemon daemon;
  std::mutex mutex;
  v1::SetDnsRequest last;
  daemon.answer(v1::Request::kSetDns, [&](const v1::Request& request) {
    const std::lock_guard lock(mutex);
    last = request.set_dns();
    return v1::Reply{};
  });
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return last;
  };
  nrf_in_addr address{};
  nrf_inet_pton(NRF_AF_INET, "8.8.4.4", &address);
  CHECK(nrf_setdnsaddr(NRF_AF_INET, &address, sizeof address) == 0);
  CHECK(told().family() == v1::FAMILY_INET);
  CHECK(told().address() == server);
  nrf_in6_addr six{};
  CHECK(nrf_setdnsaddr(NRF_AF_INET6, &six, sizeof six) == 0);
  CHECK(told().address().size() == 16);
  CHECK(nrf_setdnsaddr(NRF_AF_INET, nullptr, 0) == 0);
  CHECK(told().address().empty());
  CHECK(errno_of_call(nrf_setdnsaddr(NRF_AF_INET, &address, 5)) == EINVAL);
  CHECK(errno_of_call(nrf_setdnsaddr(NRF_AF_INET, nullptr, 4)) == EINVAL);
  CHECK(errno_of_call(nrf_setdnsaddr(77, &address, 4)) == EAFNOSUPPORT);
}

}  // namespace
}  // namespace cellsock::testing
