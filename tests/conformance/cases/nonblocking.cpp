// SPDX-License-Identifier: Apache-2.0
// O_NONBLOCK in every call that could wait.
#include <fcntl.h>
#include <netinet/in.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// Fills what is between a non-blocking stream and a peer that does not read, until poll says that
/// there is no room; the count. (What is in between may take more a moment after it said EAGAIN.)
std::size_t filled(const context& t, int fd) {
  const std::string piece(4096, 'f');
  std::size_t sent = 0;
  // The far end takes a few megabytes at most on loopback.
  while (sent < (64u << 20)) {
    const auto taken = t.send(fd, piece);
    if (taken >= 0) {
      sent += static_cast<std::size_t>(taken);
      continue;
    }
    t.error(taken, EAGAIN, "send");
    if ((t.shown(fd, POLLOUT) & POLLOUT) == 0) return sent;
  }
  t.fail("poll always showed room");
}

const test_case cases[]{
    {"recv", "POSIX recv(): EAGAIN", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.nonblocking(near);
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), EAGAIN, "recv");
     }},
    {"recv_datagram", "POSIX recvfrom(): EAGAIN", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.bind_somewhere(near, AF_INET, SOCK_DGRAM);
       t.nonblocking(near);
       char byte = 0;
       t.error(t.net.recvfrom(near, &byte, 1, 0, nullptr, nullptr), EAGAIN, "recvfrom");
     }},
    {"recv_data", "POSIX recv(): what is there", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       far.write("abc");
       t.wait(near, POLLIN);
       t.equal(t.receive(near), "abc", "recv");
     }},
    {"recv_end", "POSIX recv(): 0 at the end, every time", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       far.finish();
       t.wait(near, POLLIN);
       t.equal(t.receive(near), "", "recv");
       t.equal(t.receive(near), "", "recv again");
     }},
    {"recv_reset", "POSIX recv(): ECONNRESET", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       far.reset();
       t.wait(near, POLLIN);
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), ECONNRESET, "recv");
     }},
    {"send", "POSIX send(): all of a small one", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       t.equal(t.send(near, "abc"), 3, "send");
       t.equal(far.read(3), "abc", "what came");
     }},
    {"send_full", "POSIX send(): EAGAIN; poll() without POLLOUT, then with",
     everywhere.needing("back-pressure"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       const auto sent = filled(t, near);
       far.read(sent);
       t.equal(t.wait(near, POLLOUT), POLLOUT, "POLLOUT after");
     }},
    {"send_part", "POSIX send(): part of a large one", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.nonblocking(near);
       const auto all = pattern(16u << 20);
       const auto taken = t.send(near, all);
       t.check(taken > 0 && taken < static_cast<ssize_t>(all.size()), "part of it");
     }},
    {"send_dontwait", "POSIX MSG_DONTWAIT: this call alone", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, "abc", MSG_DONTWAIT), 3, "send");
       t.equal(t.net.fcntl(near, F_GETFL, 0) & O_NONBLOCK, 0, "O_NONBLOCK");
       t.equal(far.read(3), "abc", "what came");
     }},
    {"send_no_peer", "POSIX send(): no EAGAIN where waiting is in vain", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.send(near, "x"), t.by_family("send-no-peer", EPIPE, ENOTCONN, ENOTCONN), "send");
     }},
    {"sendto_datagram", "POSIX sendto(): at once", everywhere,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       t.nonblocking(near);
       t.equal(t.send_to(near, "x", far.where()), 1, "sendto");
       address from;
       t.equal(far.receive(from), "x", "what came");
     }},
    {"connect_datagram", "POSIX connect(): a datagram socket's is at once", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.nonblocking(near);
       t.ok(t.connect(near, loopback(9)), "connect");
     }},
    {"recv_while_connecting", "Linux recv(2): EAGAIN while connect is under way", everywhere,
     [](context& t) {
       const far_listener full(AF_INET, 0);
       const auto waiting = far_stream::connected_to(full.where());
       const auto near = t.stream();
       t.ok(t.set_timeout(near, SO_SNDTIMEO, 1000), "SO_SNDTIMEO");
       t.nonblocking(near);
       t.error(t.connect(near, full.where()), EINPROGRESS, "connect");
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), EAGAIN, "recv");
       t.error(t.send(near, "x"), EAGAIN, "send");
     }},
};

}  // namespace

std::span<const test_case> nonblocking_cases() {
  return cases;
}

}  // namespace cellsock::conformance
