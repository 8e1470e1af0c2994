// SPDX-License-Identifier: Apache-2.0
// gethostname, getifaddrs: what a program asks about the machine that it is on.
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr applies with_hostname{3, ""};    // posix, zsock
constexpr applies with_interfaces{5, ""};  // posix, nrf

std::string host_name(const context& t, std::size_t room = 256) {
  std::string name(room, '#');
  t.ok(t.net.gethostname(name.data(), room), "gethostname");
  return name.substr(0, std::min(name.find('\0'), room));
}

std::vector<found_interface> interfaces(const context& t) {
  std::vector<found_interface> found;
  t.ok(t.net.getifaddrs(found), "getifaddrs");
  return found;
}

bool has_family(const std::vector<found_interface>& all, int wanted) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& one) { return one.address.ss_family == wanted; });
}

const test_case cases[]{
    {"host_name", "POSIX gethostname(): the name of the host", with_hostname,
     [](context& t) {
       std::array<char, 256> wanted{};
       t.ok(::gethostname(wanted.data(), wanted.size()), "the kernel's");
       t.equal(host_name(t), wanted.data(), "name");
     }},
    {"host_name_again", "POSIX gethostname(): no state", with_hostname,
     [](context& t) { t.equal(host_name(t), host_name(t), "name"); }},
    {"host_name_ends", "POSIX gethostname(): null-terminated where it fits", with_hostname,
     [](context& t) {
       const auto name = host_name(t);
       std::string room(name.size() + 1, '#');
       t.ok(t.net.gethostname(room.data(), room.size()), "gethostname");
       t.equal(room.back(), 0, "the last byte");
     }},
    {"host_name_bounds", "POSIX gethostname(): no byte beyond the length", with_hostname,
     [](context& t) {
       std::string room(300, '#');
       (void)t.net.gethostname(room.data(), 256);
       t.equal(room.substr(256), std::string(44, '#'), "what follows");
     }},
    {"host_name_nowhere", "Zephyr gethostname(): EINVAL without a place", zsock_only,
     [](context& t) { t.error(t.net.gethostname(nullptr, 16), EINVAL, "gethostname"); }},
    {"interfaces", "POSIX-like getifaddrs(): at least one address", with_interfaces,
     [](context& t) { t.check(!interfaces(t).empty(), "there is one"); }},
    {"interfaces_named", "getifaddrs(3): each has a name", with_interfaces,
     [](context& t) {
       for (const auto& one : interfaces(t)) t.check(!one.name.empty(), "a name");
     }},
    {"interfaces_families", "getifaddrs(3): the family tells the address", with_interfaces,
     [](context& t) {
       const auto all = interfaces(t);
       t.check(has_family(all, AF_INET), "an IPv4 address");
       for (const auto& one : all)
         t.check(one.address.ss_family == AF_INET || one.address.ss_family == AF_INET6, "family");
     }},
    {"interfaces_again", "getifaddrs(3): a fresh list each time", with_interfaces,
     [](context& t) {
       t.equal(static_cast<int>(interfaces(t).size()), static_cast<int>(interfaces(t).size()),
               "count");
     }},
    {"interfaces_no_address_any", "getifaddrs(3): real addresses, not the wildcard",
     with_interfaces,
     [](context& t) {
       for (const auto& one : interfaces(t)) {
         if (one.address.ss_family != AF_INET) continue;
         sockaddr_in four{};
         std::memcpy(&four, &one.address, sizeof four);
         t.check(four.sin_addr.s_addr != 0, "not 0.0.0.0");
       }
     }},
    {"interfaces_bindable", "POSIX bind(): to an address of the machine", with_interfaces,
     [](context& t) {
       for (const auto& one : interfaces(t)) {
         if (one.address.ss_family != AF_INET) continue;
         const auto near = t.datagram();
         t.ok(
             t.net.bind(near, reinterpret_cast<const sockaddr*>(&one.address), sizeof(sockaddr_in)),
             "bind");
         return;
       }
     }},
    {"interfaces_are_pdns", "Nordic getifaddrs(): the PDNs by their names", nrf_only.needing("at"),
     [](context& t) { t.equal(interfaces(t).front().name, "pdn0", "the first"); }},
};

}  // namespace

std::span<const test_case> machine_cases() {
  return cases;
}

}  // namespace cellsock::conformance
