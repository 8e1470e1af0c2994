// SPDX-License-Identifier: Apache-2.0
// bind, getsockname, getpeername.
#include <netinet/in.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

address own_name(const context& t, int fd) {
  address made;
  t.ok(t.net.getsockname(fd, made.get(), &made.length), "getsockname");
  return made;
}

address peer_name(const context& t, int fd) {
  address made;
  t.ok(t.net.getpeername(fd, made.get(), &made.length), "getpeername");
  return made;
}

const test_case cases[]{
    {"mapped_v4_refused", "Linux ipv6(7): IPV6_V6ONLY, no IPv4 address", but_nrf.needing("v6"),
     [](context& t) {
       const auto near = t.datagram(AF_INET6);
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 1), "setsockopt");
       t.error(t.bind(near, ip(AF_INET6, "::ffff:127.0.0.1", 0)), EINVAL, "bind");
     }},
    {"port_of_choice", "POSIX bind()", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       const auto port = t.bind_somewhere(near, AF_INET, SOCK_DGRAM);
       far_datagram peer;
       t.equal(t.send_to(near, "x", peer.where()), 1, "sendto");
       address from;
       peer.receive(from);
       t.equal(from.port(), port, "the port that the peer sees");
     }},
    {"any_port", "POSIX bind(): port 0 is any that is free", but_nrf,
     [](context& t) {
       const auto near = t.datagram();
       t.ok(t.bind(near, wildcard(0)), "bind");
       const auto name = own_name(t, near);
       t.check(name.port() != 0, "a port was chosen");
       t.equal(name.length, sizeof(sockaddr_in), "its length");
     }},
    {"stream", "POSIX bind(): a client's port", everywhere,
     [](context& t) {
       far_listener peer;
       const auto near = t.stream();
       t.bind_somewhere(near);
       t.ok(t.connect(near, peer.where()), "connect");
       t.equal(t.send(near, "x"), 1, "send");
       t.equal(peer.accept().read(1), "x", "what came");
     }},
    {"twice", "POSIX bind(): EINVAL", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.bind_somewhere(near, AF_INET, SOCK_DGRAM);
       t.error(t.bind(near, wildcard(nobody(SOCK_DGRAM).port())), EINVAL, "bind again");
     }},
    {"in_use", "POSIX bind(): EADDRINUSE", everywhere,
     [](context& t) {
       const auto first = t.datagram();
       const auto port = t.bind_somewhere(first, AF_INET, SOCK_DGRAM);
       const auto second = t.datagram();
       t.error(t.bind(second, wildcard(port)), EADDRINUSE, "bind");
     }},
    {"not_ours", "POSIX bind(): EADDRNOTAVAIL", everywhere,
     [](context& t) {
       t.error(t.bind(t.datagram(), ip(AF_INET, "192.0.2.77", 0)), EADDRNOTAVAIL, "bind");
     }},
    {"other_family", "POSIX bind(): EAFNOSUPPORT; Linux EINVAL for a short one", everywhere,
     [](context& t) {
       t.error(t.bind(t.datagram(), wildcard(0, AF_INET6)), EAFNOSUPPORT, "bind");
     }},
    {"short_address", "POSIX bind(): EINVAL", everywhere,
     [](context& t) {
       auto to = wildcard(0);
       to.length = 8;
       t.error(t.bind(t.stream(), to), EINVAL, "bind");
     }},
    {"no_address", "Linux bind(2): EFAULT", everywhere,
     [](context& t) {
       t.error(t.net.bind(t.stream(), nullptr, sizeof(sockaddr_in)), EFAULT, "bind");
     }},
    {"not_open", "POSIX bind(): EBADF", everywhere,
     [](context& t) { t.error(t.bind(not_open, wildcard(0)), EBADF, "bind"); }},
    {"no_socket", "POSIX bind(): ENOTSOCK", everywhere,
     [](context& t) { t.error(t.bind(no_socket().get(), wildcard(0)), ENOTSOCK, "bind"); }},
    {"connected", "POSIX bind(): EINVAL", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.bind(near, wildcard(0)), EINVAL, "bind");
     }},
    {"name_before", "Linux: 0.0.0.0 port 0; Zephyr getsockname(): EINVAL", but_nrf,
     [](context& t) {
       const auto near = t.stream();
       address name;
       const int result = t.net.getsockname(near, name.get(), &name.length);
       if (t.in("name-unbound", family::zsock)) {
         t.error(result, EINVAL, "getsockname");
       } else {
         t.ok(result, "getsockname");
         t.equal(name.port(), 0, "port");
       }
     }},
    {"name_of_bound", "POSIX getsockname()", but_nrf,
     [](context& t) {
       const auto near = t.stream();
       const auto port = t.bind_somewhere(near);
       const auto name = own_name(t, near);
       t.equal(name.port(), port, "port");
       t.equal(name.family(), AF_INET, "family");
     }},
    {"name_of_connected", "POSIX getsockname(): connect gives a port", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.check(own_name(t, near).port() != 0, "port");
     }},
    {"name_cut", "POSIX getsockname(): cut, the length is the whole one's", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       address name;
       name.length = 2;
       t.ok(t.net.getpeername(near, name.get(), &name.length), "getpeername");
       t.equal(name.length, sizeof(sockaddr_in), "length");
       t.equal(name.family(), AF_INET, "family");
       t.equal(name.port(), 0, "beyond the room");
     }},
    {"peer", "POSIX getpeername()", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       const auto name = peer_name(t, near);
       t.equal(name.port(), far.own_name().port(), "port");
       t.check(name.same_host(far.own_name()), "address");
     }},
    {"peer_v6", "POSIX getpeername()", but_nrf.needing("v6"),
     [](context& t) {
       const auto [near, far] = t.connected(AF_INET6);
       const auto name = peer_name(t, near);
       t.equal(name.length, sizeof(sockaddr_in6), "length");
       t.check(name.same_host(far.own_name()), "address");
     }},
    {"peer_of_datagram", "POSIX getpeername()", but_nrf,
     [](context& t) {
       const auto near = t.datagram();
       t.ok(t.connect(near, loopback(4242)), "connect");
       t.equal(peer_name(t, near).port(), 4242, "port");
     }},
    {"no_peer", "POSIX getpeername(): ENOTCONN", but_nrf,
     [](context& t) {
       address name;
       const auto near = t.stream();
       t.error(t.net.getpeername(near, name.get(), &name.length), ENOTCONN, "getpeername");
     }},
    {"no_room", "Linux getpeername(2): EFAULT; Zephyr EINVAL", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.getpeername(near, nullptr, nullptr),
               t.by_family("name-null", EFAULT, EINVAL, 0), "getpeername");
     }},
    {"address_of_bound", "POSIX getsockname(): the wildcard as it was bound", but_nrf,
     [](context& t) {
       const auto near = t.stream();
       t.bind_somewhere(near);
       t.check(own_name(t, near).same_host(wildcard(0)), "0.0.0.0");
     }},
    {"name_of_sender", "Linux: sendto() gives a port", but_nrf,
     [](context& t) {
       const far_datagram peer;
       const auto near = t.datagram();
       t.ok(t.send_to(near, "x", peer.where()), "sendto");
       t.check(own_name(t, near).port() != 0, "port");
     }},
    {"peer_after_end", "Linux getpeername(2): while it stands", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto port = far.own_name().port();
       far.finish();
       t.equal(t.receive(near), "", "the end");
       t.equal(peer_name(t, near).port(), port, "port");
     }},
    {"peer_after_reset", "Linux getpeername(2): ENOTCONN", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       t.wait(near, POLLIN);
       address name;
       t.error(t.net.getpeername(near, name.get(), &name.length), ENOTCONN, "getpeername");
     }},
};

}  // namespace

std::span<const test_case> bind_cases() {
  return cases;
}

}  // namespace cellsock::conformance
