// SPDX-License-Identifier: Apache-2.0
// How long calls wait. Only "not before" is judged by a clock, and "at all" by the runner's
// patience.
#include <netinet/in.h>
#include <unistd.h>

#include <chrono>
#include <future>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr int some_ms = 60;

template <class Call>
void waits_at_least(const context& t, int milliseconds, Call call) {
  const auto before = std::chrono::steady_clock::now();
  call();
  const auto taken = std::chrono::steady_clock::now() - before;
  t.check(taken >= std::chrono::milliseconds(milliseconds), "not before its time");
}

void receive_times_out(context& t, int fd) {
  t.ok(t.set_timeout(fd, SO_RCVTIMEO, some_ms), "SO_RCVTIMEO");
  char byte = 0;
  waits_at_least(t, some_ms, [&] { t.error(t.net.recv(fd, &byte, 1, 0), EAGAIN, "recv"); });
}

const test_case cases[]{
    {"recv", "POSIX SO_RCVTIMEO: EAGAIN", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       receive_times_out(t, near);
     }},
    {"recv_datagram", "POSIX SO_RCVTIMEO: EAGAIN", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.bind_somewhere(near, AF_INET, SOCK_DGRAM);
       receive_times_out(t, near);
     }},
    {"recv_again", "POSIX SO_RCVTIMEO: for each call", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       receive_times_out(t, near);
       receive_times_out(t, near);
       far.write("x");
       t.wait(near, POLLIN);
       t.equal(t.receive(near), "x", "recv");
     }},
    {"recv_in_time", "POSIX SO_RCVTIMEO: data ends the wait", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(t.set_timeout(near, SO_RCVTIMEO, patience_ms), "SO_RCVTIMEO");
       far.write("x");
       t.equal(t.receive(near), "x", "recv");
     }},
    {"recv_for_ever", "POSIX SO_RCVTIMEO: 0 is none", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       receive_times_out(t, near);
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 0), "SO_RCVTIMEO");
       const int fd = near;
       auto received = std::async(std::launch::async, [&t, fd] { return t.receive(fd); });
       t.check(
           received.wait_for(std::chrono::milliseconds(2 * some_ms)) != std::future_status::ready,
           "still waiting");
       far.write("x");
       t.equal(received.get(), "x", "recv");
     }},
    {"recv_dontwait", "POSIX MSG_DONTWAIT: goes before SO_RCVTIMEO", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 10 * patience_ms), "SO_RCVTIMEO");
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, MSG_DONTWAIT), EAGAIN, "recv");
     }},
    {"recv_end", "POSIX SO_RCVTIMEO: the end ends the wait", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 10 * patience_ms), "SO_RCVTIMEO");
       far.finish();
       t.equal(t.receive(near), "", "recv");
     }},
    {"send", "POSIX SO_SNDTIMEO: EAGAIN or what was taken", everywhere.needing("back-pressure"),
     [](context& t) {
       const auto [near, far] = t.connected();
       t.ok(t.set_timeout(near, SO_SNDTIMEO, some_ms), "SO_SNDTIMEO");
       const std::string much(1u << 20, 's');
       for (int round = 0; round < 64; ++round) {
         const auto taken = t.send(near, much);
         if (taken < 0) return t.error(taken, EAGAIN, "send");
       }
       t.fail("64 MiB were taken");
     }},
    {"accept", "POSIX SO_RCVTIMEO: EAGAIN of accept", everywhere.needing("server"),
     [](context& t) {
       const auto [listener, where] = t.listening();
       t.ok(t.set_timeout(listener, SO_RCVTIMEO, some_ms), "SO_RCVTIMEO");
       const int fd = listener;
       waits_at_least(t, some_ms,
                      [&t, fd] { t.error(t.net.accept(fd, nullptr, nullptr), EAGAIN, "accept"); });
     }},
    {"poll", "POSIX poll(): not before its time", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       pollfd one{near, POLLIN, 0};
       waits_at_least(t, some_ms, [&] { t.equal(t.net.poll(&one, 1, some_ms), 0, "poll"); });
     }},
    {"poll_for_ever", "POSIX poll(): -1 waits for an event", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       pollfd one{near, POLLIN, 0};
       t.equal(t.net.poll(&one, 1, -1), 1, "poll");
     }},
    {"select", "POSIX select(): not before its time", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       const int fd = near;
       waits_at_least(t, some_ms, [&t, fd] {
         fd_set reads;
         FD_ZERO(&reads);
         FD_SET(fd, &reads);
         timeval limit{0, some_ms * 1000};
         t.equal(t.net.select(fd + 1, &reads, nullptr, nullptr, &limit), 0, "select");
       });
     }},
    {"of_a_duplicate", "POSIX dup(): options are the socket's", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       const sock twin(t.net, t.ok(::dup(near), "dup"));
       t.ok(t.set_timeout(twin, SO_RCVTIMEO, some_ms), "SO_RCVTIMEO");
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), EAGAIN, "recv");
     }},
    {"of_another_process", "POSIX fork(): options are the socket's", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       t.equal(t.in_child([&] { return t.set_timeout(fd, SO_RCVTIMEO, some_ms) == 0 ? 0 : errno; }),
               0, "the child's setsockopt");
       timeval kept{};
       socklen_t length = sizeof kept;
       t.ok(t.net.getsockopt(near, SOL_SOCKET, SO_RCVTIMEO, &kept, &length), "get");
       t.check(kept.tv_usec != 0, "the child's value");
     }},
};

}  // namespace

std::span<const test_case> timeout_cases() {
  return cases;
}

}  // namespace cellsock::conformance
