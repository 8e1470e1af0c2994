// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_options.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "actors/descriptor.hpp"

using namespace cellsock;
using o = socket_option;

namespace {

std::int64_t read_back(int fd, ip_family family, o name, std::int64_t value) {
  REQUIRE(host::set_option(fd, family, name, value));
  const auto now = host::get_option(fd, family, name);
  REQUIRE(now);
  return *now;
}

}  // namespace

TEST_CASE("options that the kernel carries read back as set") {
  const descriptor four(::socket(AF_INET, SOCK_STREAM, 0));
  const descriptor six(::socket(AF_INET6, SOCK_STREAM, 0));
  for (const auto flag : {o::reuse_address, o::keep_alive, o::no_delay, o::broadcast})
    CHECK(read_back(four.get(), ip_family::v4, flag, 1) == 1);
  CHECK(read_back(four.get(), ip_family::v4, o::keep_alive_idle_s, 77) == 77);
  CHECK(read_back(four.get(), ip_family::v4, o::time_to_live, 9) == 9);
  CHECK(read_back(six.get(), ip_family::v6, o::v6_only, 1) == 1);
  CHECK(read_back(six.get(), ip_family::v6, o::hop_limit, 12) == 12);
}

TEST_CASE("options of another family, of the modem, or read-only are unknown here") {
  const descriptor four(::socket(AF_INET, SOCK_STREAM, 0));
  CHECK(host::set_option(four.get(), ip_family::v4, o::v6_only, 1).error().code ==
        errc::unknown_option);
  CHECK(host::set_option(four.get(), ip_family::v4, o::release_assistance, 1).error().code ==
        errc::unknown_option);
  CHECK(host::set_option(four.get(), ip_family::v4, o::mtu, 1500).error().code ==
        errc::unknown_option);
  CHECK(host::get_option(four.get(), ip_family::v4, o::mtu).error().code == errc::not_connected);
  CHECK(host::set_option(four.get(), ip_family::v4, o::keep_alive_count, std::int64_t{1} << 40)
            .error()
            .code == errc::invalid_argument);
}

TEST_CASE("linger: 0 resets, a time to wait is never the kernel's, since close() would block") {
  const descriptor four(::socket(AF_INET, SOCK_STREAM, 0));
  const auto now = [&four] {
    linger value{7, 7};
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(four.get(), SOL_SOCKET, SO_LINGER, &value, &size) == 0);
    return std::pair(value.l_onoff != 0, value.l_linger);
  };
  REQUIRE(host::set_option(four.get(), ip_family::v4, o::linger_s, 0));
  CHECK(now() == std::pair(true, 0));
  REQUIRE(host::set_option(four.get(), ip_family::v4, o::linger_s, 5));
  CHECK(now().first == false);
}
