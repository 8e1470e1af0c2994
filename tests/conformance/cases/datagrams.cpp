// SPDX-License-Identifier: Apache-2.0
// What datagrams have that streams have not.
#include <netinet/in.h>

#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// What the far end sees of a near one that has sent to it.
address known_to(const context& t, int near, far_datagram& far) {
  t.ok(t.send_to(near, "hello", far.where()), "sendto");
  address from;
  t.equal(far.receive(from), "hello", "what came");
  return from;
}

std::string receive_from(const context& t, int fd, address& from, std::size_t room = 2048) {
  std::string got(room, '\0');
  from = {};
  const int count =
      t.ok(t.net.recvfrom(fd, got.data(), room, 0, from.get(), &from.length), "recvfrom");
  got.resize(static_cast<std::size_t>(count));
  return got;
}

void goes_round(context& t, int family) {
  far_datagram far(family);
  const auto near = t.datagram(family);
  const auto seen = known_to(t, near, far);
  far.send("answer", seen);
  address from;
  t.equal(receive_from(t, near, from), "answer", "recvfrom");
  t.equal(from.port(), far.where().port(), "the sender's port");
  t.check(from.same_host(far.where()), "the sender's address");
}

const test_case cases[]{
    {"round", "POSIX sendto(), recvfrom()", everywhere, [](context& t) { goes_round(t, AF_INET); }},
    {"round_v6", "POSIX sendto(), recvfrom()", everywhere.needing("v6"),
     [](context& t) { goes_round(t, AF_INET6); }},
    {"connected", "POSIX send(), recv() on a datagram socket with a peer", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       t.ok(t.connect(near, far.where()), "connect");
       t.equal(t.send(near, "abc"), 3, "send");
       address from;
       t.equal(far.receive(from), "abc", "what came");
       far.send("def", from);
       t.equal(t.receive(near), "def", "recv");
     }},
    {"mapped_v4", "RFC 3493 3.7: with IPV6_V6ONLY off, IPv4 peers are ::ffff:a.b.c.d",
     but_nrf.needing("v6"),
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram(AF_INET6);
       const auto mapped = ip(AF_INET6, "::ffff:127.0.0.1", far.where().port());
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 0), "setsockopt");
       t.equal(t.send_to(near, "to v4", mapped), 5, "sendto");
       address near_name;
       t.equal(far.receive(near_name), "to v4", "what came");
       far.send("from v4", near_name);
       address from;
       t.equal(receive_from(t, near, from), "from v4", "recvfrom");
       t.check(from.same_host(mapped), "the sender is the mapped one");
     }},
    {"mapped_v4_refused", "Linux ipv6(7): IPV6_V6ONLY, IPv6 peers only", but_nrf.needing("v6"),
     [](context& t) {
       const auto near = t.datagram(AF_INET6);
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 1), "setsockopt");
       t.error(t.send_to(near, "x", ip(AF_INET6, "::ffff:127.0.0.1", 9)), ENETUNREACH, "sendto");
     }},
    {"both_families", "RFC 3493 3.7: one socket, peers of both families",
     but_nrf.needing("v6 both-families"),
     [](context& t) {
       far_datagram four;
       far_datagram six(AF_INET6);
       const auto near = t.datagram(AF_INET6);
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 0), "setsockopt");
       t.ok(t.send_to(near, "4", ip(AF_INET6, "::ffff:127.0.0.1", four.where().port())), "to v4");
       t.ok(t.send_to(near, "6", six.where()), "to v6");
       address from;
       t.equal(four.receive(from) + six.receive(from), "46", "what came");
     }},
    {"no_destination", "POSIX send(): EDESTADDRREQ", everywhere,
     [](context& t) { t.error(t.send(t.datagram(), "x"), EDESTADDRREQ, "send"); }},
    {"boundaries", "POSIX recv(): one datagram at a time", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       const auto seen = known_to(t, near, far);
       for (const auto* one : {"one", "second", "3"}) far.send(one, seen);
       t.equal(t.receive(near), "one", "the first");
       t.equal(t.receive(near), "second", "the second");
       t.equal(t.receive(near), "3", "the third");
     }},
    {"rest_is_lost", "POSIX recv(): what does not fit is discarded", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       const auto seen = known_to(t, near, far);
       far.send("too long", seen);
       far.send("next", seen);
       t.equal(t.receive(near, 3), "too", "recv");
       t.equal(t.receive(near), "next", "the next");
     }},
    {"order", "UDP over one path: as sent", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       for (int i = 0; i < 5; ++i)
         t.ok(t.send_to(near, std::string(1, static_cast<char>('a' + i)), far.where()), "sendto");
       std::string all;
       address from;
       for (int i = 0; i < 5; ++i) all += far.receive(from);
       t.equal(all, "abcde", "what came");
     }},
    {"a_kilobyte", "POSIX sendto(): any bytes", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       const auto all = pattern(1000);
       t.equal(t.send_to(near, all, far.where()), 1000, "sendto");
       address from;
       t.equal(far.receive(from), all, "what came");
       far.send(all, from);
       t.equal(t.receive(near), all, "recv");
     }},
    {"empty", "POSIX sendto(): a datagram of 0 bytes", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       t.equal(t.send_to(near, "", far.where()), 0, "sendto");
       address from;
       t.equal(far.receive(from), "", "what came");
     }},
    {"too_long", "POSIX sendto(): EMSGSIZE", everywhere,
     [](context& t) {
       t.error(t.send_to(t.datagram(), std::string(65600, 'x'), loopback(9)), EMSGSIZE, "sendto");
     }},
    {"large", "Linux udp(7): 8000 bytes are fragmented", everywhere,
     [](context& t) {
       far_datagram far;
       t.equal(t.send_to(t.datagram(), std::string(8000, 'x'), far.where()), 8000, "sendto");
     }},
    {"other_family", "POSIX sendto(): EAFNOSUPPORT", everywhere,
     [](context& t) {
       t.error(t.send_to(t.datagram(), "x", ip(AF_INET6, "::1", 9)), EAFNOSUPPORT, "sendto");
     }},
    {"elsewhere", "Linux udp(7): sendto() goes before the peer", everywhere,
     [](context& t) {
       far_datagram peer;
       far_datagram other;
       const auto near = t.datagram();
       t.ok(t.connect(near, peer.where()), "connect");
       t.equal(t.send_to(near, "x", other.where()), 1, "sendto");
       address from;
       t.equal(other.receive(from), "x", "what came");
     }},
    {"only_from_peer", "POSIX connect(): others are not received", everywhere,
     [](context& t) {
       far_datagram peer;
       far_datagram stranger;
       const auto near = t.datagram();
       t.ok(t.connect(near, peer.where()), "connect");
       t.ok(t.send(near, "x"), "send");
       address seen;
       peer.receive(seen);
       stranger.send("not asked", seen);
       peer.send("asked", seen);
       t.equal(t.receive(near), "asked", "recv");
     }},
    {"bound", "POSIX bind(): receives without having sent", everywhere.needing("udp-server"),
     [](context& t) {
       const auto near = t.datagram();
       const auto port = t.bind_somewhere(near, AF_INET, SOCK_DGRAM);
       far_datagram far;
       far.send("unasked", loopback(port));
       address from;
       t.equal(receive_from(t, near, from), "unasked", "recvfrom");
       t.equal(from.port(), far.where().port(), "the sender's port");
     }},
    {"no_name_wanted", "POSIX recvfrom(): a null address", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       far.send("x", known_to(t, near, far));
       char byte = 0;
       t.equal(t.net.recvfrom(near, &byte, 1, 0, nullptr, nullptr), 1, "recvfrom");
     }},
    {"gathered", "POSIX sendmsg(): pieces make one datagram", but_nrf,
     [](context& t) {
       far_datagram far;
       auto to = far.where();
       std::string first = "ab";
       std::string second = "cde";
       std::array<iovec, 2> pieces{{{first.data(), 2}, {second.data(), 3}}};
       msghdr message{};
       message.msg_name = to.get();
       message.msg_namelen = to.length;
       message.msg_iov = pieces.data();
       message.msg_iovlen = pieces.size();
       t.equal(t.net.sendmsg(t.datagram(), &message, 0), 5, "sendmsg");
       address from;
       t.equal(far.receive(from), "abcde", "what came");
     }},
    {"sender_in_message", "POSIX recvmsg(): msg_name", but_nrf,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       far.send("abc", known_to(t, near, far));
       address from;
       std::string room(8, '\0');
       iovec place{room.data(), room.size()};
       msghdr message{};
       message.msg_name = from.get();
       message.msg_namelen = from.length;
       message.msg_iov = &place;
       message.msg_iovlen = 1;
       t.equal(t.net.recvmsg(near, &message, 0), 3, "recvmsg");
       t.equal(message.msg_namelen, sizeof(sockaddr_in), "the name's length");
       t.equal(from.port(), far.where().port(), "the sender's port");
     }},
    {"refused", "Linux udp(7): ECONNREFUSED after a port unreachable", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.ok(t.connect(near, nobody(SOCK_DGRAM)), "connect");
       t.ok(t.send(near, "x"), "send");
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 3000), "SO_RCVTIMEO");
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), ECONNREFUSED, "recv");
     }},
    {"no_room", "Linux recv(2): a buffer of 0 takes the datagram", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       const auto seen = known_to(t, near, far);
       far.send("lost", seen);
       far.send("next", seen);
       t.wait(near, POLLIN);
       char none = 0;
       t.equal(t.net.recv(near, &none, 0, 0), 0, "recv");
       t.equal(t.receive(near), "next", "the next");
     }},
    {"sender_cut", "POSIX recvfrom(): cut, the length is the whole one's", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       far.send("x", known_to(t, near, far));
       address from;
       from.length = 2;
       char byte = 0;
       t.equal(t.net.recvfrom(near, &byte, 1, 0, from.get(), &from.length), 1, "recvfrom");
       t.equal(from.length, sizeof(sockaddr_in), "length");
       t.equal(from.port(), 0, "beyond the room");
     }},
    {"destination_port_zero", "Linux udp(7): EINVAL", everywhere,
     [](context& t) { t.error(t.send_to(t.datagram(), "x", loopback(0)), EINVAL, "sendto"); }},
    {"short_destination", "POSIX sendto(): EINVAL", everywhere,
     [](context& t) {
       auto to = loopback(9);
       to.length = 8;
       t.error(t.send_to(t.datagram(), "x", to), EINVAL, "sendto");
     }},
    {"close_after_send", "POSIX close(): what was accepted is sent", everywhere,
     [](context& t) {
       far_datagram far;
       t.ok(t.send_to(t.datagram(), "last words", far.where()), "sendto");
       address from;
       t.equal(far.receive(from), "last words", "what came");
     }},
};

}  // namespace

std::span<const test_case> datagram_cases() {
  return cases;
}

}  // namespace cellsock::conformance
