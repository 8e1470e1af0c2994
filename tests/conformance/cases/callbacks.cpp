// SPDX-License-Identifier: Apache-2.0
// NRF_SO_POLLCB. A callback has no argument of its own, so what was told goes through a pipe; a
// case is a process of its own.
#include <nrf_socket.h>
#include <unistd.h>

#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// Long enough for a callback that must not come; never waited for when all is well.
constexpr int quiet_ms = 150;

struct told {
  int fd;
  short events;
};

std::array<int, 2> pipe_ends{-1, -1};
constexpr char first_mark = '1';
constexpr char other_mark = '2';

void note_as(char mark, const nrf_pollfd& entry) {
  const std::array<int, 3> line{mark, entry.fd, entry.revents};
  if (::write(pipe_ends[1], line.data(), sizeof line) != sizeof line) ::_exit(3);
}
void note(nrf_pollfd* entry) {
  note_as(first_mark, *entry);
}
void other_note(nrf_pollfd* entry) {
  note_as(other_mark, *entry);
}

int set_callback(const context& t, int fd, nrf_modem_pollcb_t callback, int events,
                 bool oneshot = false) {
  if (pipe_ends[0] < 0) t.ok(::pipe(pipe_ends.data()), "pipe");
  const nrf_modem_pollcb wanted{callback, static_cast<short>(events), oneshot};
  return t.net.setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &wanted, sizeof wanted);
}

int remove_callback(const context& t, int fd) {
  return t.net.setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, nullptr, 0);
}

told next(const context& t, char mark = first_mark, where_it_is at = where_it_is::current()) {
  pollfd one{pipe_ends[0], POLLIN, 0};
  if (::poll(&one, 1, patience_ms) != 1) t.fail("no callback in time", at);
  std::array<int, 3> line{};
  t.equal(::read(pipe_ends[0], line.data(), sizeof line), sizeof line, "the pipe", at);
  t.equal(line[0], mark, "which callback", at);
  return {line[1], static_cast<short>(line[2])};
}

void no_more(const context& t, where_it_is at = where_it_is::current()) {
  pollfd one{pipe_ends[0], POLLIN, 0};
  t.equal(::poll(&one, 1, quiet_ms), 0, "callbacks that should not come", at);
}

const test_case cases[]{
    {"data", "Nordic SO_POLLCB: called when a watched event occurs", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       far.write("x");
       const auto event = next(t);
       t.equal(event.fd, near, "fd");
       t.equal(event.events, NRF_POLLIN, "revents");
       t.equal(t.receive(near), "x", "recv");
     }},
    {"each_time", "Nordic SO_POLLCB: until it is removed", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       for (int round = 0; round < 3; ++round) {
         far.write("x");
         t.equal(next(t).events, NRF_POLLIN, "revents");
         t.equal(t.receive(near), "x", "recv");
       }
     }},
    {"oneshot", "Nordic SO_POLLCB: oneshot is removed after the first", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN, true), "set");
       far.write("x");
       next(t);
       t.equal(t.receive(near), "x", "recv");
       far.write("y");
       t.wait(near, POLLIN);
       no_more(t);
     }},
    {"removed", "Nordic SO_POLLCB: none after NULL and 0", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       t.ok(remove_callback(t, near), "remove");
       far.write("x");
       t.wait(near, POLLIN);
       no_more(t);
     }},
    {"replaced", "Nordic SO_POLLCB: the one that was set last", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       t.ok(set_callback(t, near, other_note, NRF_POLLIN), "set again");
       far.write("x");
       next(t, other_mark);
       no_more(t);
     }},
    {"only_what_is_watched", "Nordic SO_POLLCB: events", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, 0), "set");
       far.write("x");
       t.wait(near, POLLIN);
       no_more(t);
     }},
    {"end_unasked", "Nordic SO_POLLCB: POLLHUP always", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, 0), "set");
       far.finish();
       t.equal(next(t).events, NRF_POLLHUP, "revents");
     }},
    {"reset_unasked", "Nordic SO_POLLCB: POLLERR always", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, 0), "set");
       far.reset();
       t.equal(next(t).events, NRF_POLLHUP | NRF_POLLERR, "revents");
     }},
    {"connect_stands", "Nordic SO_POLLCB: POLLOUT when a connect has succeeded", nrf_only,
     [](context& t) {
       const far_listener peer;
       const auto near = t.stream();
       t.nonblocking(near);
       t.ok(set_callback(t, near, note, NRF_POLLOUT), "set");
       t.error(t.connect(near, peer.where()), EINPROGRESS, "connect");
       t.equal(next(t).events, NRF_POLLOUT, "revents");
     }},
    {"connect_fails", "Nordic SO_POLLCB: POLLERR when a connect has failed", nrf_only,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.ok(set_callback(t, near, note, NRF_POLLOUT), "set");
       t.error(t.connect(near, nobody()), EINPROGRESS, "connect");
       t.check((next(t).events & NRF_POLLERR) != 0, "POLLERR");
       t.equal(t.pending(near), ECONNREFUSED, "SO_ERROR");
     }},
    {"datagram", "Nordic SO_POLLCB: datagram sockets too", nrf_only,
     [](context& t) {
       far_datagram far;
       const auto near = t.datagram();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       t.ok(t.send_to(near, "?", far.where()), "sendto");
       address from;
       far.receive(from);
       far.send("!", from);
       t.equal(next(t).events, NRF_POLLIN, "revents");
     }},
    {"two_sockets", "Nordic SO_POLLCB: each socket's own number", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       auto [other, other_far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       t.ok(set_callback(t, other, note, NRF_POLLIN), "set");
       other_far.write("x");
       t.equal(next(t).fd, other, "fd");
       far.write("x");
       t.equal(next(t).fd, near, "fd");
     }},
    {"none_after_close", "Nordic nrf_close(): no callback any more", nrf_only,
     [](context& t) {
       auto [near, far] = t.connected();
       t.ok(set_callback(t, near, note, NRF_POLLIN), "set");
       near.close();
       t.equal(far.read_to_end(), "", "the end");
       no_more(t);
     }},
    {"not_read", "Nordic SO_POLLCB: set only", nrf_only,
     [](context& t) {
       nrf_modem_pollcb room{};
       socklen_t length = sizeof room;
       t.error(t.net.getsockopt(t.stream(), NRF_SOL_SOCKET, NRF_SO_POLLCB, &room, &length),
               ENOPROTOOPT, "get");
     }},
    {"wrong_length", "Nordic setsockopt: EINVAL", nrf_only,
     [](context& t) {
       const nrf_modem_pollcb wanted{note, NRF_POLLIN, false};
       t.error(t.net.setsockopt(t.stream(), NRF_SOL_SOCKET, NRF_SO_POLLCB, &wanted, 4), EINVAL,
               "set");
     }},
};

}  // namespace

std::span<const test_case> callback_cases() {
  return cases;
}

}  // namespace cellsock::conformance
