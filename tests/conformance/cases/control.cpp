// SPDX-License-Identifier: Apache-2.0
// fcntl, ioctl.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

int nonblocking_flag(const context& t, int fd) {
  return t.ok(t.net.fcntl(fd, F_GETFL, 0), "F_GETFL") & O_NONBLOCK;
}

int unread(const context& t, int fd) {
  int count = -1;
  t.ok(t.net.ioctl(fd, FIONREAD, &count), "FIONREAD");
  return count;
}

const test_case cases[]{
    {"blocking_first", "POSIX socket(): O_NONBLOCK is clear", everywhere,
     [](context& t) { t.equal(nonblocking_flag(t, t.stream()), 0, "O_NONBLOCK"); }},
    {"set", "POSIX fcntl(): F_SETFL", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.equal(nonblocking_flag(t, near), O_NONBLOCK, "O_NONBLOCK");
     }},
    {"clear", "POSIX fcntl(): F_SETFL", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.nonblocking(near, false);
       t.equal(nonblocking_flag(t, near), 0, "O_NONBLOCK");
     }},
    {"takes_effect", "POSIX recv(): EAGAIN with O_NONBLOCK", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.nonblocking(near);
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), EAGAIN, "recv");
     }},
    {"unknown_command", "POSIX fcntl(): EINVAL", everywhere,
     [](context& t) { t.error(t.net.fcntl(t.stream(), 9999, 0), EINVAL, "fcntl"); }},
    {"not_open", "POSIX fcntl(): EBADF", everywhere,
     [](context& t) {
       t.error(t.net.fcntl(not_open, F_GETFL, 0), EBADF, "F_GETFL");
       t.error(t.net.fcntl(not_open, F_SETFL, O_NONBLOCK), EBADF, "F_SETFL");
     }},
    {"shared_by_duplicates", "POSIX dup(): status flags are shared", everywhere,
     [](context& t) {
       const auto near = t.stream();
       const sock twin(t.net, ::fcntl(near, F_DUPFD, 0));
       t.nonblocking(near);
       t.equal(nonblocking_flag(t, twin), O_NONBLOCK, "O_NONBLOCK");
     }},
    {"after_a_failed_connect", "POSIX fcntl(): a flag stays until it is changed", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, nobody()), {EINPROGRESS, ECONNREFUSED}, "connect");
       t.wait(near, POLLOUT);
       t.error(t.connect(near, nobody()), {ECONNREFUSED, EINPROGRESS}, "connect again");
       t.equal(nonblocking_flag(t, near), O_NONBLOCK, "O_NONBLOCK");
     }},
    {"no_socket", "Nordic: ENOTSOCK for other descriptors", nrf_only,
     [](context& t) { t.error(t.net.fcntl(no_socket().get(), F_GETFL, 0), ENOTSOCK, "fcntl"); }},
    {"other_flags", "Nordic: EINVAL for flags but O_NONBLOCK; elsewhere ignored", everywhere,
     [](context& t) {
       const auto near = t.stream();
       const int result = t.net.fcntl(near, F_SETFL, O_NONBLOCK | O_APPEND);
       if (t.in("fcntl-flags", family::nrf)) return t.error(result, EINVAL, "F_SETFL");
       t.ok(result, "F_SETFL");
       t.equal(nonblocking_flag(t, near), O_NONBLOCK, "O_NONBLOCK");
     }},
    {"unread_none", "Linux FIONREAD: 0", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.equal(unread(t, near), 0, "FIONREAD");
     }},
    {"unread_some", "Linux tcp(7): FIONREAD", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abcde");
       t.wait(near, POLLIN);
       t.equal(unread(t, near), 5, "FIONREAD");
       t.equal(t.receive(near, 2), "ab", "recv");
       t.equal(unread(t, near), 3, "FIONREAD");
     }},
    {"unread_datagram", "Linux udp(7): FIONREAD is the next datagram's", but_nrf,
     [](context& t) {
       const auto near = t.datagram();
       far_datagram peer;
       t.ok(t.send_to(near, "x", peer.where()), "sendto");
       address from;
       peer.receive(from);
       peer.send("1234567", from);
       t.wait(near, POLLIN);
       t.equal(unread(t, near), 7, "FIONREAD");
     }},
    {"unread_at_end", "Linux FIONREAD: 0 at the end", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.wait(near, POLLIN);
       t.equal(unread(t, near), 0, "FIONREAD");
     }},
    {"fionbio", "Linux FIONBIO: as O_NONBLOCK", but_nrf,
     [](context& t) {
       const auto near = t.stream();
       int on = 1;
       t.ok(t.net.ioctl(near, FIONBIO, &on), "FIONBIO");
       t.equal(nonblocking_flag(t, near), O_NONBLOCK, "O_NONBLOCK");
       on = 0;
       t.ok(t.net.ioctl(near, FIONBIO, &on), "FIONBIO");
       t.equal(nonblocking_flag(t, near), 0, "O_NONBLOCK");
     }},
    {"unknown_request", "POSIX ioctl(): ENOTTY; Zephyr EOPNOTSUPP", but_nrf,
     [](context& t) {
       int value = 0;
       t.error(t.net.ioctl(t.stream(), 0x7FEE, &value),
               t.by_family("ioctl-unknown", ENOTTY, EOPNOTSUPP, 0), "ioctl");
     }},
    {"request_not_open", "POSIX ioctl(): EBADF", but_nrf,
     [](context& t) {
       int value = 0;
       t.error(t.net.ioctl(not_open, FIONREAD, &value), EBADF, "ioctl");
     }},
};

}  // namespace

std::span<const test_case> control_cases() {
  return cases;
}

}  // namespace cellsock::conformance
