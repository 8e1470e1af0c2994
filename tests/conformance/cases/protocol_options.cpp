// SPDX-License-Identifier: Apache-2.0
// Options at the IP, IPv6 and TCP levels, and what no level has.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nrf_socket.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr int secure_level = 282;  // the kernel's TLS on Linux, secure sockets elsewhere

void keeps(context& t, const sock& near, int level, int option, int value) {
  t.ok(t.set(near, level, option, value), "set");
  t.equal(t.get(near, level, option), value, "get");
}

void refuses(context& t, const sock& near, int level, int option, int value, int wanted) {
  t.error(t.set(near, level, option, value), wanted, "set");
}

const test_case cases[]{
    {"no_delay", "Linux tcp(7): TCP_NODELAY", but_nrf.needing("nodelay"),
     [](context& t) {
       const auto near = t.stream();
       t.equal(t.get(near, IPPROTO_TCP, TCP_NODELAY), 0, "at first");
       keeps(t, near, IPPROTO_TCP, TCP_NODELAY, 1);
     }},
    {"keep_idle", "Linux tcp(7): TCP_KEEPIDLE", but_nrf.needing("keepalive"),
     [](context& t) { keeps(t, t.stream(), IPPROTO_TCP, TCP_KEEPIDLE, 60); }},
    {"keep_interval", "Linux tcp(7): TCP_KEEPINTVL", but_nrf.needing("keepalive"),
     [](context& t) { keeps(t, t.stream(), IPPROTO_TCP, TCP_KEEPINTVL, 30); }},
    {"keep_count", "Linux tcp(7): TCP_KEEPCNT", but_nrf.needing("keepalive"),
     [](context& t) { keeps(t, t.stream(), IPPROTO_TCP, TCP_KEEPCNT, 4); }},
    {"keep_idle_range", "Linux tcp(7): TCP_KEEPIDLE is 1 to 32767", but_nrf,
     [](context& t) { refuses(t, t.stream(), IPPROTO_TCP, TCP_KEEPIDLE, 32768, EINVAL); }},
    {"tcp_on_datagram", "Linux setsockopt(2): ENOPROTOOPT", but_nrf,
     [](context& t) { refuses(t, t.datagram(), IPPROTO_TCP, TCP_NODELAY, 1, ENOPROTOOPT); }},
    {"tos", "Linux ip(7): IP_TOS", but_nrf.needing("tos"),
     [](context& t) { keeps(t, t.datagram(), IPPROTO_IP, IP_TOS, 0x10); }},
    {"ttl", "Linux ip(7): IP_TTL", but_nrf.needing("ttl"),
     [](context& t) { keeps(t, t.datagram(), IPPROTO_IP, IP_TTL, 44); }},
    {"ttl_range", "Linux ip(7): IP_TTL is 1 to 255", but_nrf,
     [](context& t) {
       refuses(t, t.datagram(), IPPROTO_IP, IP_TTL, 0, EINVAL);
       refuses(t, t.datagram(), IPPROTO_IP, IP_TTL, 256, EINVAL);
     }},
    {"hops", "Linux ipv6(7): IPV6_UNICAST_HOPS", but_nrf.needing("hops"),
     [](context& t) { keeps(t, t.datagram(AF_INET6), IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33); }},
    {"v6_only", "POSIX IPV6_V6ONLY", but_nrf.needing("v6only"),
     [](context& t) { keeps(t, t.stream(AF_INET6), IPPROTO_IPV6, IPV6_V6ONLY, 1); }},
    {"v6_on_v4", "Linux setsockopt(2): ENOPROTOOPT", but_nrf,
     [](context& t) { refuses(t, t.stream(), IPPROTO_IPV6, IPV6_V6ONLY, 1, ENOPROTOOPT); }},
    {"unknown_ip", "Linux setsockopt(2): ENOPROTOOPT", everywhere,
     [](context& t) { refuses(t, t.stream(), IPPROTO_IP, 999, 1, ENOPROTOOPT); }},
    {"unknown_tcp", "Linux setsockopt(2): ENOPROTOOPT", everywhere,
     [](context& t) { refuses(t, t.stream(), IPPROTO_TCP, 999, 1, ENOPROTOOPT); }},
    {"unknown_v6", "Linux setsockopt(2): ENOPROTOOPT", everywhere,
     [](context& t) { refuses(t, t.stream(AF_INET6), IPPROTO_IPV6, 999, 1, ENOPROTOOPT); }},
    {"secure_level", "Nordic, Zephyr: not on a plain socket; never the kernel's TLS", ours,
     [](context& t) {
       int value = 0;
       socklen_t length = sizeof value;
       for (int option = 1; option <= 21; ++option) {
         refuses(t, t.stream(), secure_level, option, 1, ENOPROTOOPT);
         t.error(t.net.getsockopt(t.stream(), secure_level, option, &value, &length), ENOPROTOOPT,
                 "get");
       }
     }},
    {"silence", "Nordic SO_SILENCE_ALL", nrf_only.needing("silence"),
     [](context& t) { keeps(t, t.stream(), NRF_IPPROTO_ALL, NRF_SO_SILENCE_ALL, 1); }},
    {"echo_reply", "Nordic SO_IP_ECHO_REPLY: 1 at first", nrf_only.needing("silence"),
     [](context& t) {
       const auto near = t.stream();
       t.equal(t.get(near, NRF_IPPROTO_IP, NRF_SO_IP_ECHO_REPLY), 1, "at first");
     }},
    {"session_timeout", "Nordic SO_TCP_SRV_SESSTIMEO: 0 to 135 seconds",
     nrf_only.needing("session-timeout"),
     [](context& t) {
       const auto near = t.stream();
       t.equal(t.get(near, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO), 0, "at first");
       keeps(t, near, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 135);
     }},
    {"session_timeout_range", "Nordic SO_TCP_SRV_SESSTIMEO: EINVAL above 135", nrf_only,
     [](context& t) {
       refuses(t, t.stream(), NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 136, EINVAL);
     }},
    {"session_timeout_datagram", "Nordic SO_TCP_SRV_SESSTIMEO: streams only", nrf_only,
     [](context& t) {
       refuses(t, t.datagram(), NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 1, ENOPROTOOPT);
     }},
    {"release_range", "Nordic SO_RAI: EINVAL beyond 1 to 5", nrf_only,
     [](context& t) {
       refuses(t, t.stream(), NRF_SOL_SOCKET, NRF_SO_RAI, 0, EINVAL);
       refuses(t, t.stream(), NRF_SOL_SOCKET, NRF_SO_RAI, 6, EINVAL);
     }},
};

}  // namespace

std::span<const test_case> protocol_option_cases() {
  return cases;
}

}  // namespace cellsock::conformance
