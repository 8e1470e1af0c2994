// SPDX-License-Identifier: Apache-2.0
// Options at SOL_SOCKET.
#include <netinet/in.h>
#include <nrf_socket.h>

#include <cstring>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// Off at first, on when set to any number.
void is_flag(context& t, int option) {
  const auto near = t.stream();
  t.equal(t.get(near, SOL_SOCKET, option), 0, "at first");
  t.ok(t.set(near, SOL_SOCKET, option, 42), "set");
  t.equal(t.get(near, SOL_SOCKET, option), 1, "then");
  t.ok(t.set(near, SOL_SOCKET, option, 0), "clear");
  t.equal(t.get(near, SOL_SOCKET, option), 0, "at last");
}

void keeps_timeout(context& t, int option) {
  const auto near = t.stream();
  timeval kept{9, 9};
  socklen_t length = sizeof kept;
  t.ok(t.net.getsockopt(near, SOL_SOCKET, option, &kept, &length), "get");
  t.equal(kept.tv_sec + kept.tv_usec, 0, "none at first");
  // A whole number of any kernel's ticks.
  t.ok(t.set_timeout(near, option, 12500), "set");
  t.ok(t.net.getsockopt(near, SOL_SOCKET, option, &kept, &length), "get");
  t.equal(kept.tv_sec, 12, "seconds");
  t.equal(kept.tv_usec, 500000, "microseconds");
}

const test_case cases[]{
    {"reuse_address", "POSIX SO_REUSEADDR: 0 or 1", everywhere.needing("reuse-address"),
     [](context& t) { is_flag(t, SO_REUSEADDR); }},
    {"receive_timeout", "POSIX SO_RCVTIMEO", everywhere,
     [](context& t) { keeps_timeout(t, SO_RCVTIMEO); }},
    {"send_timeout", "POSIX SO_SNDTIMEO", everywhere,
     [](context& t) { keeps_timeout(t, SO_SNDTIMEO); }},
    {"timeout_to_the_millisecond", "Zephyr, Nordic: exact in milliseconds", ours,
     [](context& t) {
       const auto near = t.stream();
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 7), "set");
       timeval kept{};
       socklen_t length = sizeof kept;
       t.ok(t.net.getsockopt(near, SOL_SOCKET, SO_RCVTIMEO, &kept, &length), "get");
       t.equal(kept.tv_usec, 7000, "microseconds");
     }},
    {"timeout_too_fine", "POSIX SO_RCVTIMEO: EDOM; Zephyr, Nordic EINVAL", everywhere,
     [](context& t) {
       const timeval wrong{0, 1000000};
       t.error(t.net.setsockopt(t.stream(), SOL_SOCKET, SO_RCVTIMEO, &wrong, sizeof wrong),
               t.by_family("option-timeout-range", EDOM, EINVAL, EINVAL), "setsockopt");
     }},
    {"timeout_short", "POSIX setsockopt(): EINVAL for a short value", everywhere,
     [](context& t) {
       const timeval wanted{1, 0};
       t.error(t.net.setsockopt(t.stream(), SOL_SOCKET, SO_RCVTIMEO, &wanted, 3), EINVAL,
               "setsockopt");
     }},
    {"no_error", "POSIX SO_ERROR: 0", everywhere,
     [](context& t) {
       t.equal(t.pending(t.stream()), 0, "stream");
       t.equal(t.pending(t.datagram()), 0, "datagram");
     }},
    {"error_of_reset", "POSIX SO_ERROR: read and cleared", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       t.wait(near, POLLIN);
       t.equal(t.pending(near), ECONNRESET, "SO_ERROR");
       t.equal(t.pending(near), 0, "SO_ERROR again");
     }},
    {"error_not_set", "POSIX SO_ERROR: ENOPROTOOPT when set", everywhere,
     [](context& t) { t.error(t.set(t.stream(), SOL_SOCKET, SO_ERROR, 1), ENOPROTOOPT, "set"); }},
    {"error_cut", "Linux getsockopt(2): cut; Nordic cut; Zephyr EINVAL", everywhere,
     [](context& t) {
       char byte = 77;
       socklen_t length = 1;
       const int result = t.net.getsockopt(t.stream(), SOL_SOCKET, SO_ERROR, &byte, &length);
       if (t.in("option-length", family::zsock)) return t.error(result, EINVAL, "getsockopt");
       t.ok(result, "getsockopt");
       t.equal(byte, 0, "the first byte");
     }},
    {"type", "POSIX SO_TYPE", but_nrf,
     [](context& t) {
       t.equal(t.get(t.stream(), SOL_SOCKET, SO_TYPE), SOCK_STREAM, "stream");
       t.equal(t.get(t.datagram(), SOL_SOCKET, SO_TYPE), SOCK_DGRAM, "datagram");
     }},
    {"protocol", "Linux SO_PROTOCOL", but_nrf,
     [](context& t) {
       t.equal(t.get(t.stream(), SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP, "stream");
       t.equal(t.get(t.datagram(), SOL_SOCKET, SO_PROTOCOL), IPPROTO_UDP, "datagram");
     }},
    {"domain", "Linux SO_DOMAIN", but_nrf,
     [](context& t) {
       t.equal(t.get(t.stream(), SOL_SOCKET, SO_DOMAIN), AF_INET, "v4");
       t.equal(t.get(t.stream(AF_INET6), SOL_SOCKET, SO_DOMAIN), AF_INET6, "v6");
     }},
    {"type_not_set", "POSIX setsockopt(): ENOPROTOOPT for a fact", but_nrf,
     [](context& t) { t.error(t.set(t.stream(), SOL_SOCKET, SO_TYPE, 1), ENOPROTOOPT, "set"); }},
    {"not_listening", "POSIX SO_ACCEPTCONN: 0", but_nrf,
     [](context& t) { t.equal(t.get(t.stream(), SOL_SOCKET, SO_ACCEPTCONN), 0, "get"); }},
    {"keepalive", "POSIX SO_KEEPALIVE", but_nrf.needing("keepalive"),
     [](context& t) { is_flag(t, SO_KEEPALIVE); }},
    {"broadcast", "POSIX SO_BROADCAST", but_nrf.needing("broadcast"),
     [](context& t) { is_flag(t, SO_BROADCAST); }},
    {"reuse_port", "Linux SO_REUSEPORT", but_nrf.needing("reuse-port"),
     [](context& t) { is_flag(t, SO_REUSEPORT); }},
    {"linger", "POSIX SO_LINGER", but_nrf.needing("linger"),
     [](context& t) {
       const auto near = t.stream();
       const linger wanted{1, 5};
       t.ok(t.net.setsockopt(near, SOL_SOCKET, SO_LINGER, &wanted, sizeof wanted), "set");
       linger kept{};
       socklen_t length = sizeof kept;
       t.ok(t.net.getsockopt(near, SOL_SOCKET, SO_LINGER, &kept, &length), "get");
       t.equal(kept.l_onoff, 1, "l_onoff");
       t.equal(kept.l_linger, 5, "l_linger");
     }},
    {"out_of_band", "POSIX SO_OOBINLINE: taken", but_nrf,
     [](context& t) { t.ok(t.set(t.stream(), SOL_SOCKET, SO_OOBINLINE, 1), "set"); }},
    {"send_buffer", "Linux: twice what was set; Zephyr: as set", but_nrf.needing("buffers"),
     [](context& t) {
       const auto near = t.stream();
       t.ok(t.set(near, SOL_SOCKET, SO_SNDBUF, 20000), "set");
       t.equal(t.get(near, SOL_SOCKET, SO_SNDBUF), t.by_family("buffers", 40000, 20000, 0), "get");
     }},
    {"receive_buffer", "Linux: twice what was set; Zephyr: as set", but_nrf.needing("buffers"),
     [](context& t) {
       const auto near = t.stream();
       t.ok(t.set(near, SOL_SOCKET, SO_RCVBUF, 20000), "set");
       t.equal(t.get(near, SOL_SOCKET, SO_RCVBUF), t.by_family("buffers", 40000, 20000, 0), "get");
     }},
    {"priority", "Linux SO_PRIORITY", but_nrf.needing("priority"),
     [](context& t) {
       const auto near = t.stream();
       t.ok(t.set(near, SOL_SOCKET, SO_PRIORITY, 5), "set");
       t.equal(t.get(near, SOL_SOCKET, SO_PRIORITY), 5, "get");
     }},
    {"unknown", "POSIX setsockopt(): ENOPROTOOPT", everywhere,
     [](context& t) {
       const auto near = t.stream();
       int value = 0;
       socklen_t length = sizeof value;
       t.error(t.set(near, SOL_SOCKET, 9999, 1), ENOPROTOOPT, "set");
       t.error(t.net.getsockopt(near, SOL_SOCKET, 9999, &value, &length), ENOPROTOOPT, "get");
     }},
    {"unknown_level", "POSIX setsockopt(): ENOPROTOOPT; getsockopt on Linux EOPNOTSUPP", everywhere,
     [](context& t) { t.error(t.set(t.stream(), 7777, 1, 1), ENOPROTOOPT, "set"); }},
    {"short_value", "POSIX setsockopt(): EINVAL", everywhere,
     [](context& t) {
       const char byte = 1;
       t.error(t.net.setsockopt(t.stream(), SOL_SOCKET, SO_REUSEADDR, &byte, 1), EINVAL, "set");
     }},
    {"no_value", "Linux setsockopt(2): EFAULT", everywhere,
     [](context& t) {
       t.error(t.net.setsockopt(t.stream(), SOL_SOCKET, SO_REUSEADDR, nullptr, sizeof(int)), EFAULT,
               "set");
     }},
    {"not_open", "POSIX getsockopt(): EBADF", everywhere,
     [](context& t) {
       int value = 0;
       socklen_t length = sizeof value;
       t.error(t.net.getsockopt(not_open, SOL_SOCKET, SO_ERROR, &value, &length), EBADF, "get");
       t.error(t.set(not_open, SOL_SOCKET, SO_REUSEADDR, 1), EBADF, "set");
     }},
    {"no_socket", "POSIX getsockopt(): ENOTSOCK", everywhere,
     [](context& t) {
       const auto other = no_socket();
       t.error(t.set(other.get(), SOL_SOCKET, SO_REUSEADDR, 1), ENOTSOCK, "set");
     }},
    {"no_send_callback", "Nordic SO_SENDCB: ENOPROTOOPT where it is not offered", nrf_only,
     [](context& t) {
       t.error(t.set(t.stream(), NRF_SOL_SOCKET, NRF_SO_SENDCB, 0), ENOPROTOOPT, "set");
     }},
    {"pdn_of_choice", "Nordic SO_BINDTOPDN: before a peer", nrf_only.needing("pdn"),
     [](context& t) {
       const auto near = t.stream();
       t.ok(t.set(near, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, 0), "set");
       t.error(t.set(near, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, 99), EINVAL, "out of range");
     }},
    {"pdn_too_late", "Nordic SO_BINDTOPDN: EINVAL with a peer", nrf_only,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.set(near, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, 0), EINVAL, "set");
     }},
};

}  // namespace

std::span<const test_case> socket_option_cases() {
  return cases;
}

}  // namespace cellsock::conformance
