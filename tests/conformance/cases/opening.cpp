// SPDX-License-Identifier: Apache-2.0
// socket, socketpair, close.
#include <fcntl.h>
#include <netinet/in.h>

#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

void opens(context& t, int family, int type, int protocol) {
  sock made(t.net, t.ok(t.net.socket(family, type, protocol), "socket"));
  t.equal(made.close(), 0, "close");
}

const test_case cases[]{
    {"stream_v4", "POSIX socket()", everywhere,
     [](context& t) { opens(t, AF_INET, SOCK_STREAM, 0); }},
    {"datagram_v4", "POSIX socket()", everywhere,
     [](context& t) { opens(t, AF_INET, SOCK_DGRAM, 0); }},
    {"stream_v6", "POSIX socket()", everywhere,
     [](context& t) { opens(t, AF_INET6, SOCK_STREAM, 0); }},
    {"datagram_v6", "POSIX socket()", everywhere,
     [](context& t) { opens(t, AF_INET6, SOCK_DGRAM, 0); }},
    {"stream_by_protocol", "POSIX socket(): IPPROTO_TCP", everywhere,
     [](context& t) { opens(t, AF_INET, SOCK_STREAM, IPPROTO_TCP); }},
    {"datagram_by_protocol", "POSIX socket(): IPPROTO_UDP", everywhere,
     [](context& t) { opens(t, AF_INET, SOCK_DGRAM, IPPROTO_UDP); }},
    {"unspecified_family", "POSIX socket(): EAFNOSUPPORT", everywhere,
     [](context& t) { t.error(t.net.socket(AF_UNSPEC, SOCK_STREAM, 0), EAFNOSUPPORT, "socket"); }},
    {"unknown_family", "POSIX socket(): EAFNOSUPPORT", everywhere,
     [](context& t) { t.error(t.net.socket(99, SOCK_STREAM, 0), EAFNOSUPPORT, "socket"); }},
    {"type_not_carried", "POSIX socket(): EPROTOTYPE; Linux ESOCKTNOSUPPORT; Nordic EPROTOTYPE",
     everywhere,
     [](context& t) {
       const int wanted = t.by_family("socket-type", ESOCKTNOSUPPORT, EPROTOTYPE, EPROTOTYPE);
       t.error(t.net.socket(AF_INET, SOCK_RDM, 0), wanted, "socket");
     }},
    {"stream_over_udp", "POSIX socket(): EPROTONOSUPPORT; Zephyr EOPNOTSUPP", everywhere,
     [](context& t) {
       const int wanted =
           t.by_family("socket-protocol", EPROTONOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT);
       t.error(t.net.socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), wanted, "socket");
     }},
    {"datagram_over_tcp", "POSIX socket(): EPROTONOSUPPORT; Zephyr EOPNOTSUPP", everywhere,
     [](context& t) {
       const int wanted =
           t.by_family("socket-protocol", EPROTONOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT);
       t.error(t.net.socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), wanted, "socket");
     }},
    {"unknown_protocol", "POSIX socket(): EPROTONOSUPPORT", everywhere,
     [](context& t) {
       t.error(t.net.socket(AF_INET, SOCK_STREAM, 250), EPROTONOSUPPORT, "socket");
     }},
    {"close_twice", "POSIX close(): EBADF", everywhere,
     [](context& t) {
       const int fd = t.stream().release();
       t.equal(t.net.close(fd), 0, "close");
       t.error(t.net.close(fd), EBADF, "close again");
     }},
    {"close_not_open", "POSIX close(): EBADF", everywhere,
     [](context& t) {
       t.error(t.net.close(-1), EBADF, "close(-1)");
       t.error(t.net.close(not_open), EBADF, "close(not open)");
     }},
    {"used_after_close", "POSIX send(): EBADF", everywhere,
     [](context& t) {
       const int fd = t.stream().release();
       t.equal(t.net.close(fd), 0, "close");
       t.error(t.send(fd, "x"), EBADF, "send");
     }},
    {"lowest_number", "POSIX 2.14: the lowest descriptor that is free", everywhere,
     [](context& t) {
       auto first = t.stream();
       const int number = first;
       auto second = t.stream();
       first.close();
       const auto again = t.stream();
       t.equal(again, number, "the number");
     }},
    {"errno_untouched", "Nordic, Zephyr: errno is set on failure only", everywhere,
     [](context& t) {
       errno = 1234;
       auto made = t.stream();
       t.equal(errno, 1234, "errno after socket");
       t.equal(t.net.close(made.release()), 0, "close");
       t.equal(errno, 1234, "errno after close");
     }},
    {"inherited_by_exec", "POSIX socket(): FD_CLOEXEC is clear", everywhere,
     [](context& t) { t.equal(::fcntl(t.stream(), F_GETFD) & FD_CLOEXEC, 0, "FD_CLOEXEC"); }},
    {"pair", "POSIX socketpair()", but_nrf,
     [](context& t) {
       std::array<int, 2> ends{};
       t.ok(t.net.socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
       sock one(t.net, ends[0]);
       sock other(t.net, ends[1]);
       t.equal(t.send(one, "abc"), 3, "send");
       t.equal(t.receive(other), "abc", "recv");
       one.close();
       t.equal(t.receive(other), "", "after its close");
     }},
    {"pair_of_other_family", "Zephyr socketpair(): EAFNOSUPPORT; Linux EOPNOTSUPP", but_nrf,
     [](context& t) {
       std::array<int, 2> ends{};
       t.error(t.net.socketpair(AF_INET, SOCK_STREAM, 0, ends.data()),
               t.by_family("socketpair", EOPNOTSUPP, EAFNOSUPPORT, 0), "socketpair");
     }},
};

}  // namespace

std::span<const test_case> opening_cases() {
  return cases;
}

}  // namespace cellsock::conformance
