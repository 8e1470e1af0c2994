// SPDX-License-Identifier: Apache-2.0
// shutdown.
#include <array>
#include <future>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

struct pair_of_ends {
  sock one;
  sock other;
};

pair_of_ends local_pair(const context& t) {
  std::array<int, 2> ends{};
  t.ok(t.net.socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
  return {sock(t.net, ends[0]), sock(t.net, ends[1])};
}

const test_case cases[]{
    {"reading", "POSIX shutdown(SHUT_RD): receives end", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.equal(t.receive(near), "", "recv");
     }},
    {"reading_what_came", "Linux SHUT_RD: what had come is still read", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("before");
       t.wait(near, POLLIN);
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.equal(t.receive(near), "before", "recv");
       t.equal(t.receive(near), "", "the end");
     }},
    {"reading_twice", "Linux SHUT_RD: again is no error", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown again");
     }},
    {"reading_still_sends", "POSIX SHUT_RD: sending goes on", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.equal(t.send(near, "on"), 2, "send");
       t.equal(far.read(2), "on", "what came");
     }},
    {"reading_wakes", "Zephyr, Linux SHUT_RD: a blocked receive returns 0", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       const int fd = near;
       // Whichever comes first, the receive must return 0.
       auto received = std::async(std::launch::async, [&t, fd] { return t.receive(fd); });
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.equal(received.get(), "", "recv");
     }},
    {"reading_polls", "Linux SHUT_RD: readable", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_RD), "shutdown");
       t.check((t.wait(near, POLLIN) & POLLIN) != 0, "POLLIN");
     }},
    {"writing", "POSIX SHUT_WR: the peer sees the end", but_nrf.needing("half-close"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(t.send(near, "last"), "send");
       t.ok(t.net.shutdown(near, SHUT_WR), "shutdown");
       t.equal(far.read_to_end(), "last", "what came");
       far.write("answer");
       t.equal(t.receive_all(near, 6), "answer", "recv");
     }},
    {"writing_then_send", "POSIX SHUT_WR: EPIPE, no signal", but_nrf.needing("half-close"),
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_WR), "shutdown");
       t.error(t.send(near, "x"), EPIPE, "send");
     }},
    {"both", "POSIX SHUT_RDWR", but_nrf.needing("half-close"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(t.net.shutdown(near, SHUT_RDWR), "shutdown");
       t.equal(far.read_to_end(), "", "what came");
       t.equal(t.receive(near), "", "recv");
     }},
    {"writing_cannot", "Zephyr shutdown(): EOPNOTSUPP where the link cannot; nothing happens",
     but_nrf.needing("no-half-close"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.error(t.net.shutdown(near, SHUT_WR), EOPNOTSUPP, "SHUT_WR");
       t.error(t.net.shutdown(near, SHUT_RDWR), EOPNOTSUPP, "SHUT_RDWR");
       t.equal(t.send(near, "on"), 2, "send");
       t.equal(far.read(2), "on", "what came");
     }},
    {"no_peer", "POSIX shutdown(): ENOTCONN", but_nrf,
     [](context& t) { t.error(t.net.shutdown(t.stream(), SHUT_RD), ENOTCONN, "shutdown"); }},
    {"bad_side", "POSIX shutdown(): EINVAL", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.shutdown(near, 9), EINVAL, "shutdown");
     }},
    {"not_open", "POSIX shutdown(): EBADF", but_nrf,
     [](context& t) { t.error(t.net.shutdown(not_open, SHUT_RD), EBADF, "shutdown"); }},
    {"no_socket", "POSIX shutdown(): ENOTSOCK", but_nrf,
     [](context& t) { t.error(t.net.shutdown(no_socket().get(), SHUT_RD), ENOTSOCK, "shutdown"); }},
    {"pair_writing", "POSIX SHUT_WR on a socketpair", but_nrf,
     [](context& t) {
       const auto [one, other] = local_pair(t);
       t.ok(t.send(one, "last"), "send");
       t.ok(t.net.shutdown(one, SHUT_WR), "shutdown");
       t.equal(t.receive(other), "last", "recv");
       t.equal(t.receive(other), "", "the end");
       t.error(t.send(one, "x"), EPIPE, "send");
     }},
};

}  // namespace

std::span<const test_case> shutdown_cases() {
  return cases;
}

}  // namespace cellsock::conformance
