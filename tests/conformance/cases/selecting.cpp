// SPDX-License-Identifier: Apache-2.0
// select.
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// A set of one.
struct only {
  fd_set set;
  explicit only(int fd) {
    FD_ZERO(&set);
    FD_SET(fd, &set);
  }
};

timeval patience() {
  return {patience_ms / 1000, 0};
}

int readable(const context& t, int fd, timeval limit) {
  only reads(fd);
  const int result = t.net.select(fd + 1, &reads.set, nullptr, nullptr, &limit);
  if (result > 0) t.check(FD_ISSET(fd, &reads.set), "in the set");
  if (result == 0) t.check(!FD_ISSET(fd, &reads.set), "not in the set");
  return result;
}

const test_case cases[]{
    {"nothing", "POSIX select(): 0, the sets are cleared", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.equal(readable(t, near, {0, 0}), 0, "select");
     }},
    {"data", "POSIX select(): readable", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.equal(readable(t, near, patience()), 1, "select");
     }},
    {"end", "POSIX select(): the end is readable", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.equal(readable(t, near, patience()), 1, "select");
     }},
    {"reset", "POSIX select(): an error is readable", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       t.equal(readable(t, near, patience()), 1, "select");
     }},
    {"writable", "POSIX select(): room to send", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       only writes(near);
       auto limit = patience();
       t.equal(t.net.select(near + 1, nullptr, &writes.set, nullptr, &limit), 1, "select");
       t.check(FD_ISSET(near, &writes.set), "in the set");
     }},
    {"connect_done", "POSIX connect(): writable once it stands", but_nrf,
     [](context& t) {
       const far_listener peer;
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, peer.where()), EINPROGRESS, "connect");
       only writes(near);
       auto limit = patience();
       t.equal(t.net.select(near + 1, nullptr, &writes.set, nullptr, &limit), 1, "select");
       t.equal(t.pending(near), 0, "SO_ERROR");
     }},
    {"connect_failed", "POSIX connect(): writable once it has failed", but_nrf,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, nobody()), EINPROGRESS, "connect");
       only writes(near);
       auto limit = patience();
       t.equal(t.net.select(near + 1, nullptr, &writes.set, nullptr, &limit), 1, "select");
       t.equal(t.pending(near), ECONNREFUSED, "SO_ERROR");
     }},
    {"both_sets", "POSIX select(): counts a descriptor once per set", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.wait(near, POLLIN);
       only reads(near);
       only writes(near);
       auto limit = patience();
       t.equal(t.net.select(near + 1, &reads.set, &writes.set, nullptr, &limit), 2, "select");
     }},
    {"several", "POSIX select(): only the ready ones stay", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto [other, other_far] = t.connected();
       far.write("x");
       only reads(near);
       FD_SET(other, &reads.set);
       auto limit = patience();
       const int most = std::max<int>(near, other);
       t.equal(t.net.select(most + 1, &reads.set, nullptr, nullptr, &limit), 1, "select");
       t.check(FD_ISSET(near, &reads.set) && !FD_ISSET(other, &reads.set), "the right one");
     }},
    {"with_a_pipe", "POSIX select(): descriptors of any kind", but_nrf,
     [](context& t) {
       std::array<int, 2> ends{};
       t.ok(::pipe(ends.data()), "pipe");
       const kernel_fd out(ends[0]);
       const kernel_fd in(ends[1]);
       const auto near = t.datagram();
       only reads(out.get());
       FD_SET(near, &reads.set);
       t.equal(::write(in.get(), "x", 1), 1, "write");
       auto limit = patience();
       const int most = std::max<int>(near, out.get());
       t.equal(t.net.select(most + 1, &reads.set, nullptr, nullptr, &limit), 1, "select");
       t.check(FD_ISSET(out.get(), &reads.set) && !FD_ISSET(near, &reads.set), "the pipe");
     }},
    {"closed_number", "POSIX select(): EBADF", but_nrf,
     [](context& t) {
       // Within the kernel's table: what lies beyond it select does not look at.
       const int number = t.datagram().release();
       t.ok(t.net.close(number), "close");
       only reads(number);
       timeval none{0, 0};
       t.error(t.net.select(number + 1, &reads.set, nullptr, nullptr, &none), EBADF, "select");
     }},
    {"bad_count", "POSIX select(): EINVAL", but_nrf,
     [](context& t) {
       timeval none{0, 0};
       t.error(t.net.select(-1, nullptr, nullptr, nullptr, &none), EINVAL, "select");
     }},
    {"bad_time", "POSIX select(): EINVAL", but_nrf,
     [](context& t) {
       timeval none{-1, 0};
       t.error(t.net.select(0, nullptr, nullptr, nullptr, &none), EINVAL, "select");
     }},
    {"time_left", "Linux select(2): the timeout is what was left; Zephyr: unchanged", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       only reads(near);
       timeval limit{0, 20000};
       t.equal(t.net.select(near + 1, &reads.set, nullptr, nullptr, &limit), 0, "select");
       t.equal(limit.tv_usec, t.by_family("select-timeout", 0, 20000, 0), "the timeout");
     }},
};

}  // namespace

std::span<const test_case> select_cases() {
  return cases;
}

}  // namespace cellsock::conformance
