// SPDX-License-Identifier: Apache-2.0
// connect.
#include <netinet/in.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// A listener whose queue is full: loopback lets a connect to it hang.
struct nobody_answers {
  far_listener full{AF_INET, 0};
  far_stream waiting = far_stream::connected_to(full.where());
};

const test_case cases[]{
    {"stream", "POSIX connect()", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, "hello"), 5, "send");
       t.equal(far.read(5), "hello", "what came");
     }},
    {"stream_v6", "POSIX connect()", everywhere.needing("v6"),
     [](context& t) {
       auto [near, far] = t.connected(AF_INET6);
       far.write("six");
       t.equal(t.receive(near), "six", "what came");
     }},
    {"refused", "POSIX connect(): ECONNREFUSED", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.error(t.connect(near, nobody()), ECONNREFUSED, "connect");
     }},
    {"again_after_refusal", "Linux connect(2): a stream may try again", everywhere,
     [](context& t) {
       const far_listener peer;
       const auto near = t.stream();
       t.error(t.connect(near, nobody()), ECONNREFUSED, "connect");
       t.ok(t.connect(near, peer.where()), "connect again");
     }},
    {"connected_already", "POSIX connect(): EISCONN; Zephyr: 0", everywhere,
     [](context& t) {
       far_listener peer;
       const auto near = t.stream();
       t.ok(t.connect(near, peer.where()), "connect");
       const int result = t.connect(near, peer.where());
       if (t.in("connect-connected", family::zsock)) {
         t.equal(result, 0, "connect again");
       } else {
         t.error(result, EISCONN, "connect again");
       }
     }},
    {"background", "POSIX connect(): EINPROGRESS, then POLLOUT and SO_ERROR 0", everywhere,
     [](context& t) {
       far_listener peer;
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, peer.where()), EINPROGRESS, "connect");
       t.equal(t.wait(near, POLLOUT) & (POLLOUT | POLLERR | POLLHUP), POLLOUT, "poll");
       t.equal(t.pending(near), 0, "SO_ERROR");
       t.equal(t.send(near, "x"), 1, "send");
       t.equal(peer.accept().read(1), "x", "what came");
     }},
    {"background_refused", "POSIX connect(): SO_ERROR says ECONNREFUSED, once", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, nobody()), EINPROGRESS, "connect");
       t.check((t.wait(near, POLLOUT) & POLLERR) != 0, "POLLERR");
       t.equal(t.pending(near), ECONNREFUSED, "SO_ERROR");
       t.equal(t.pending(near), 0, "SO_ERROR again");
     }},
    {"pending", "POSIX connect(): EALREADY", everywhere,
     [](context& t) {
       const nobody_answers peer;
       const auto near = t.stream();
       t.ok(t.set_timeout(near, SO_SNDTIMEO, 1000), "SO_SNDTIMEO");
       t.nonblocking(near);
       t.error(t.connect(near, peer.full.where()), EINPROGRESS, "connect");
       t.error(t.connect(near, peer.full.where()), EALREADY, "connect again");
       t.equal(t.shown(near, POLLOUT), 0, "poll");
     }},
    {"timeout", "Nordic SO_SNDTIMEO bounds connect; Linux ends with EINPROGRESS", everywhere,
     [](context& t) {
       const nobody_answers peer;
       const auto near = t.stream();
       t.ok(t.set_timeout(near, SO_SNDTIMEO, 1000), "SO_SNDTIMEO");
       t.error(t.connect(near, peer.full.where()),
               t.by_family("connect-timeout", EINPROGRESS, ETIMEDOUT, ETIMEDOUT), "connect");
     }},
    {"other_family", "POSIX connect(): EAFNOSUPPORT", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.error(t.connect(near, ip(AF_INET6, "::1", 80)), EAFNOSUPPORT, "connect");
     }},
    {"short_address", "POSIX connect(): EINVAL", everywhere,
     [](context& t) {
       auto to = loopback(80);
       to.length = 8;
       t.error(t.connect(t.stream(), to), EINVAL, "connect");
     }},
    {"no_address", "Linux connect(2): EFAULT", everywhere,
     [](context& t) {
       t.error(t.net.connect(t.stream(), nullptr, sizeof(sockaddr_in)), EFAULT, "connect");
     }},
    {"not_open", "POSIX connect(): EBADF", everywhere,
     [](context& t) { t.error(t.connect(not_open, loopback(80)), EBADF, "connect"); }},
    {"no_socket", "POSIX connect(): ENOTSOCK", everywhere,
     [](context& t) { t.error(t.connect(no_socket().get(), loopback(80)), ENOTSOCK, "connect"); }},
    {"datagram", "POSIX connect(): sets the peer", everywhere,
     [](context& t) {
       far_datagram peer;
       const auto near = t.datagram();
       t.ok(t.connect(near, peer.where()), "connect");
       t.equal(t.send(near, "to the peer"), 11, "send");
       address from;
       t.equal(peer.receive(from), "to the peer", "what came");
     }},
    {"datagram_again", "POSIX connect(): resets the peer", everywhere,
     [](context& t) {
       far_datagram first;
       far_datagram second;
       const auto near = t.datagram();
       t.ok(t.connect(near, first.where()), "connect");
       t.ok(t.connect(near, second.where()), "connect again");
       t.equal(t.send(near, "second"), 6, "send");
       address from;
       t.equal(second.receive(from), "second", "what came");
     }},
    {"datagram_dissolved", "POSIX connect(): a null address resets the peer", everywhere,
     [](context& t) {
       far_datagram peer;
       const auto near = t.datagram();
       t.ok(t.connect(near, peer.where()), "connect");
       address none;
       none.storage.ss_family = AF_UNSPEC;
       none.length = sizeof(sockaddr_in);
       t.ok(t.connect(near, none), "dissolve");
       t.error(t.send(near, "x"), EDESTADDRREQ, "send");
     }},
    {"mapped_v4", "Linux ipv6(7): ::ffff:a.b.c.d is the IPv4 peer", everywhere.needing("v6"),
     [](context& t) {
       const far_listener peer;
       const auto near = t.stream(AF_INET6);
       t.ok(t.connect(near, ip(AF_INET6, "::ffff:127.0.0.1", peer.where().port())), "connect");
     }},
    {"mapped_v4_asked_for", "RFC 3493 5.3: with IPV6_V6ONLY off, ::ffff:a.b.c.d is the IPv4 peer",
     but_nrf.needing("v6"),
     [](context& t) {
       far_listener peer;
       const auto near = t.stream(AF_INET6);
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 0), "setsockopt");
       t.ok(t.connect(near, ip(AF_INET6, "::ffff:127.0.0.1", peer.where().port())), "connect");
       t.equal(t.send(near, "to v4"), 5, "send");
       auto far = peer.accept();
       t.equal(far.read(5), "to v4", "what came");
       address name;
       t.ok(t.net.getpeername(near, name.get(), &name.length), "getpeername");
       t.equal(name.family(), AF_INET6, "its family");
       t.check(name.same_host(ip(AF_INET6, "::ffff:127.0.0.1", 1)), "the name is the mapped one");
     }},
    {"mapped_v4_refused", "Linux ipv6(7): IPV6_V6ONLY, IPv6 peers only", but_nrf.needing("v6"),
     [](context& t) {
       const far_listener peer;
       const auto near = t.stream(AF_INET6);
       t.ok(t.set(near, IPPROTO_IPV6, IPV6_V6ONLY, 1), "setsockopt");
       t.error(t.connect(near, ip(AF_INET6, "::ffff:127.0.0.1", peer.where().port())), ENETUNREACH,
               "connect");
     }},
    {"after_the_end", "Linux connect(2): EISCONN although the peer has finished; Zephyr: 0",
     everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.equal(t.receive(near), "", "the end");
       const far_listener other;
       const int result = t.connect(near, other.where());
       if (t.in("connect-connected", family::zsock)) return t.equal(result, 0, "connect");
       t.error(result, EISCONN, "connect");
     }},
    {"peers_port_zero", "Linux tcp(7): nobody is at port 0", everywhere,
     [](context& t) {
       t.error(t.connect(t.stream(), loopback(0)), {ECONNREFUSED, EINVAL}, "connect");
     }},
    {"by_another_process", "POSIX fork(): the socket is one", everywhere,
     [](context& t) {
       far_listener peer;
       const auto near = t.stream();
       t.equal(t.in_child([&] { return t.connect(near, peer.where()) == 0 ? 0 : errno; }), 0,
               "the child's connect");
       t.equal(t.send(near, "x"), 1, "send");
       t.equal(peer.accept().read(1), "x", "what came");
     }},
};

}  // namespace

std::span<const test_case> connect_cases() {
  return cases;
}

}  // namespace cellsock::conformance
