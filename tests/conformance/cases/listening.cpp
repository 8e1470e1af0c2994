// SPDX-License-Identifier: Apache-2.0
// listen, accept.
#include <fcntl.h>
#include <netinet/in.h>

#include <future>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr auto server = everywhere.needing("server");

sock accepted(const context& t, int listener, address* from = nullptr) {
  t.wait(listener, POLLIN);
  address peer;
  sock made(t.net, t.ok(t.net.accept(listener, peer.get(), &peer.length), "accept"));
  if (from != nullptr) *from = peer;
  return made;
}

const test_case cases[]{
    {"on_datagram", "POSIX listen(): EOPNOTSUPP", everywhere,
     [](context& t) { t.error(t.net.listen(t.datagram(), 1), EOPNOTSUPP, "listen"); }},
    {"on_connected", "POSIX listen(): EINVAL", everywhere.needing("listen-check"),
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.listen(near, 1), EINVAL, "listen");
     }},
    {"not_open", "POSIX listen(): EBADF", everywhere,
     [](context& t) { t.error(t.net.listen(not_open, 1), EBADF, "listen"); }},
    {"no_socket", "POSIX listen(): ENOTSOCK", everywhere,
     [](context& t) { t.error(t.net.listen(no_socket().get(), 1), ENOTSOCK, "listen"); }},
    {"accept_without", "POSIX accept(): EINVAL", everywhere,
     [](context& t) { t.error(t.net.accept(t.stream(), nullptr, nullptr), EINVAL, "accept"); }},
    {"accept_datagram", "POSIX accept(): EOPNOTSUPP", everywhere,
     [](context& t) {
       t.error(t.net.accept(t.datagram(), nullptr, nullptr), EOPNOTSUPP, "accept");
     }},
    {"accept_not_open", "POSIX accept(): EBADF", everywhere,
     [](context& t) { t.error(t.net.accept(not_open, nullptr, nullptr), EBADF, "accept"); }},
    {"accept_no_socket", "POSIX accept(): ENOTSOCK", everywhere,
     [](context& t) {
       t.error(t.net.accept(no_socket().get(), nullptr, nullptr), ENOTSOCK, "accept");
     }},
    {"one", "POSIX accept(): a connection and its peer", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       auto far = far_stream::connected_to(where);
       address from;
       const auto near = accepted(t, listener, &from);
       t.check(from.same_host(far.own_name()), "the peer's address");
       far.write("in");
       t.equal(t.receive(near), "in", "recv");
       t.equal(t.send(near, "out"), 3, "send");
       t.equal(far.read(3), "out", "what came");
     }},
    {"port_of_peer", "POSIX accept(): the peer's port", everywhere.needing("server peer-port"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       address from;
       const auto near = accepted(t, listener, &from);
       t.equal(from.port(), far.own_name().port(), "port");
     }},
    {"no_name_wanted", "POSIX accept(): a null address", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       t.wait(listener, POLLIN);
       const sock near(t.net, t.ok(t.net.accept(listener, nullptr, nullptr), "accept"));
     }},
    {"blocking", "POSIX accept(): waits for a connection", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       const sock near(t.net, t.ok(t.net.accept(listener, nullptr, nullptr), "accept"));
     }},
    {"none_yet", "POSIX accept(): EAGAIN", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       t.nonblocking(listener);
       t.error(t.net.accept(listener, nullptr, nullptr), EAGAIN, "accept");
       t.equal(t.shown(listener, POLLIN), 0, "poll");
     }},
    {"own_flags", "Linux accept(2): O_NONBLOCK is not inherited", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       t.nonblocking(listener);
       const auto far = far_stream::connected_to(where);
       const auto near = accepted(t, listener);
       t.equal(t.net.fcntl(near, F_GETFL, 0) & O_NONBLOCK, 0, "O_NONBLOCK");
     }},
    {"one_after_another", "POSIX accept(): the listener goes on", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       for (int round = 0; round < 3; ++round) {
         auto far = far_stream::connected_to(where);
         const auto near = accepted(t, listener);
         far.write("x");
         t.equal(t.receive(near), "x", "recv");
         far.finish();
         t.equal(t.receive(near), "", "its end");
       }
     }},
    {"two_at_once", "POSIX listen(): a backlog", everywhere.needing("server two-peers"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       auto first = far_stream::connected_to(where);
       auto second = far_stream::connected_to(where);
       const auto near = accepted(t, listener);
       const auto other = accepted(t, listener);
       first.write("1");
       second.write("2");
       t.equal(t.receive(near) + t.receive(other), "12", "in the order of their coming");
     }},
    {"both_families", "RFC 3493 5.3: with IPV6_V6ONLY off, a server on :: has IPv4 peers too",
     but_nrf.needing("server v6 both-families"),
     [](context& t) {
       const auto listener = t.stream(AF_INET6);
       t.ok(t.set(listener, IPPROTO_IPV6, IPV6_V6ONLY, 0), "setsockopt");
       const auto port = t.bind_somewhere(listener, AF_INET6);
       t.ok(t.net.listen(listener, 4), "listen");
       auto four = far_stream::connected_to(loopback(port));
       address from;
       const auto near = accepted(t, listener, &from);
       t.check(from.same_host(ip(AF_INET6, "::ffff:127.0.0.1", 1)), "the name is the mapped one");
       auto six = far_stream::connected_to(loopback(port, AF_INET6));
       const auto other = accepted(t, listener);
       four.write("4");
       six.write("6");
       t.equal(t.receive(near) + t.receive(other), "46", "recv");
     }},
    {"outlives_listener", "POSIX close(): accepted connections stay", server,
     [](context& t) {
       auto [listener, where] = t.listening();
       auto far = far_stream::connected_to(where);
       const auto near = accepted(t, listener);
       listener.close();
       far.write("still");
       t.equal(t.receive(near), "still", "recv");
     }},
    {"receive_on_it", "POSIX recv(): ENOTCONN", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       char byte = 0;
       t.error(t.net.recv(listener, &byte, 1, 0), ENOTCONN, "recv");
     }},
    {"again", "Linux listen(2): sets the backlog anew", server,
     [](context& t) {
       const auto [listener, where] = t.listening(1);
       t.ok(t.net.listen(listener, 4), "listen again");
       const auto far = far_stream::connected_to(where);
       accepted(t, listener);
     }},
    {"says_so", "POSIX SO_ACCEPTCONN", but_nrf.needing("server"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       t.equal(t.get(listener, SOL_SOCKET, SO_ACCEPTCONN), 1, "SO_ACCEPTCONN");
     }},
    {"name_cut", "POSIX accept(): cut, the length is the whole one's", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       t.wait(listener, POLLIN);
       address from;
       from.length = 2;
       const sock near(t.net, t.ok(t.net.accept(listener, from.get(), &from.length), "accept"));
       t.equal(from.length, sizeof(sockaddr_in), "length");
       t.equal(from.port(), 0, "beyond the room");
     }},
    {"own_name", "POSIX getsockname(): the listener's port", but_nrf.needing("server"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       const auto near = accepted(t, listener);
       address name;
       t.ok(t.net.getsockname(near, name.get(), &name.length), "getsockname");
       t.equal(name.port(), where.port(), "port");
     }},
    {"timeouts_inherited", "Linux accept(2): SO_RCVTIMEO is inherited", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       t.ok(t.set_timeout(listener, SO_RCVTIMEO, 12500), "SO_RCVTIMEO");
       const auto far = far_stream::connected_to(where);
       const auto near = accepted(t, listener);
       timeval kept{};
       socklen_t length = sizeof kept;
       t.ok(t.net.getsockopt(near, SOL_SOCKET, SO_RCVTIMEO, &kept, &length), "get");
       t.equal(kept.tv_sec, 12, "seconds");
     }},
    {"peer_left_early", "Linux accept(2): a peer that came, wrote and went is accepted", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       auto far = far_stream::connected_to(where);
       far.write("was here");
       far.close();
       const auto near = accepted(t, listener);
       t.equal(t.receive_all(near, 8), "was here", "recv");
       t.equal(t.receive(near), "", "the end");
     }},
    {"two_accepting", "POSIX accept(): each connection goes to one thread",
     everywhere.needing("server two-peers"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       const int fd = listener;
       const auto take = [&t, fd] {
         const sock near(t.net, t.ok(t.net.accept(fd, nullptr, nullptr), "accept"));
         return t.receive(near, 1);
       };
       auto one = std::async(std::launch::async, take);
       auto other = std::async(std::launch::async, take);
       auto first = far_stream::connected_to(where);
       auto second = far_stream::connected_to(where);
       first.write("1");
       second.write("2");
       const auto both = one.get() + other.get();
       t.check(both == "12" || both == "21", "one each");
     }},
    {"same_port_again", "POSIX SO_REUSEADDR: a new listener in the place of the old",
     everywhere.needing("server reuse-address"),
     [](context& t) {
       auto old = t.stream();
       t.ok(t.set(old, SOL_SOCKET, SO_REUSEADDR, 1), "SO_REUSEADDR");
       const auto port = t.bind_somewhere(old);
       t.ok(t.net.listen(old, 1), "listen");
       {
         const auto far = far_stream::connected_to(loopback(port));
         accepted(t, old);
       }
       old.close();
       const auto fresh = t.stream();
       t.ok(t.set(fresh, SOL_SOCKET, SO_REUSEADDR, 1), "SO_REUSEADDR");
       t.ok(t.bind(fresh, wildcard(port)), "bind");
       t.ok(t.net.listen(fresh, 1), "listen");
       const auto far = far_stream::connected_to(loopback(port));
       accepted(t, fresh);
     }},
    {"select", "POSIX select(): a listener is readable when accept will not wait",
     but_nrf.needing("server"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       const auto far = far_stream::connected_to(where);
       fd_set reads;
       FD_ZERO(&reads);
       FD_SET(listener, &reads);
       timeval limit{patience_ms / 1000, 0};
       t.equal(t.net.select(listener + 1, &reads, nullptr, nullptr, &limit), 1, "select");
       t.nonblocking(listener);
       const sock near(t.net, t.ok(t.net.accept(listener, nullptr, nullptr), "accept"));
     }},
    {"two_processes", "POSIX fork(): a child accepts from the listener that it inherited", server,
     [](context& t) {
       const auto [listener, where] = t.listening();
       const int fd = listener;
       auto far = far_stream::connected_to(where);
       t.equal(t.in_child([&] {
         const int near = t.net.accept(fd, nullptr, nullptr);
         return near >= 0 && t.send(near, "child") == 5 ? 0 : errno;
       }),
               0, "the child");
       t.equal(far.read_to_end(), "child", "what came");
     }},
};

}  // namespace

std::span<const test_case> listen_cases() {
  return cases;
}

}  // namespace cellsock::conformance
