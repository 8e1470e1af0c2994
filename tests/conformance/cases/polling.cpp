// SPDX-License-Identifier: Apache-2.0
// poll.
#include <unistd.h>

#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr short ends = POLLERR | POLLHUP;

const test_case cases[]{
    {"room", "POSIX poll(): POLLOUT on a connected stream", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.equal(t.wait(near, POLLIN | POLLOUT), POLLOUT, "revents");
     }},
    {"data", "POSIX poll(): POLLIN", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.shown(near, POLLIN), 0, "before");
       far.write("x");
       t.equal(t.wait(near, POLLIN), POLLIN, "revents");
       t.equal(t.receive(near), "x", "recv");
       t.equal(t.shown(near, POLLIN), 0, "after");
     }},
    {"peers_end", "Linux: POLLIN; Nordic: POLLIN and POLLHUP", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       const int wanted = t.by_family("poll-end", POLLIN, POLLIN | POLLHUP, POLLIN | POLLHUP);
       t.equal(t.wait(near, POLLIN), wanted, "revents");
     }},
    {"end_after_data", "POSIX poll(): data that came before the end can be read", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       far.close();
       t.check((t.wait(near, POLLIN) & POLLIN) != 0, "POLLIN");
       t.equal(t.receive_all(near, 3), "abc", "recv");
       t.check((t.wait(near, POLLIN) & POLLIN) != 0, "POLLIN at the end");
       t.equal(t.receive(near), "", "the end");
     }},
    {"reset", "POSIX poll(): POLLERR, POLLHUP", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       t.equal(t.wait(near, 0) & ends, ends, "revents");
     }},
    {"failed_connect", "Linux: POLLERR and POLLHUP among others; Zephyr: POLLERR alone", everywhere,
     [](context& t) {
       const auto near = t.stream();
       t.nonblocking(near);
       t.error(t.connect(near, nobody()), EINPROGRESS, "connect");
       const int all = POLLIN | POLLOUT | POLLERR | POLLHUP;
       t.equal(t.wait(near, POLLIN | POLLOUT),
               t.by_family("poll-failed-connect", all, POLLERR, all), "revents");
     }},
    {"fresh", "Linux: POLLOUT and POLLHUP on a stream that never was connected", everywhere,
     [](context& t) {
       t.equal(t.shown(t.stream(), POLLIN | POLLOUT), POLLOUT | POLLHUP, "revents");
     }},
    {"closed_number", "POSIX poll(): POLLNVAL", everywhere,
     [](context& t) {
       pollfd one{not_open, POLLIN, 0};
       t.equal(t.net.poll(&one, 1, 1000), 1, "poll");
       t.equal(one.revents, POLLNVAL, "revents");
     }},
    {"negative_number", "POSIX poll(): ignored, revents 0", everywhere,
     [](context& t) {
       pollfd one{-1, POLLIN, POLLIN};
       t.equal(t.net.poll(&one, 1, 0), 0, "poll");
       t.equal(one.revents, 0, "revents");
     }},
    {"nothing_to_watch", "POSIX poll(): no descriptors", everywhere,
     [](context& t) { t.equal(t.net.poll(nullptr, 0, 10), 0, "poll"); }},
    {"no_list", "Linux poll(2): EFAULT", everywhere,
     [](context& t) { t.error(t.net.poll(nullptr, 1, 0), EFAULT, "poll"); }},
    {"datagram", "POSIX poll(): POLLOUT, then POLLIN", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.equal(t.wait(near, POLLIN | POLLOUT), POLLOUT, "revents");
       far_datagram peer;
       t.ok(t.send_to(near, "x", peer.where()), "sendto");
       address from;
       peer.receive(from);
       peer.send("y", from);
       t.equal(t.wait(near, POLLIN), POLLIN, "revents");
     }},
    {"counts", "POSIX poll(): how many have revents", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       auto [other, other_far] = t.connected();
       far.write("x");
       std::array<pollfd, 3> list{{{near, POLLIN, 0}, {other, POLLIN, 0}, {-1, POLLIN, 0}}};
       t.equal(t.net.poll(list.data(), 3, patience_ms), 1, "poll");
       t.equal(list[0].revents, POLLIN, "the first");
       t.equal(list[1].revents, 0, "the second");
       other_far.write("y");
       t.wait(other, POLLIN);
       t.equal(t.net.poll(list.data(), 3, patience_ms), 2, "poll again");
     }},
    {"with_a_pipe", "POSIX poll(): descriptors of any kind", but_nrf,
     [](context& t) {
       std::array<int, 2> ends_of_pipe{};
       t.ok(::pipe(ends_of_pipe.data()), "pipe");
       const kernel_fd out(ends_of_pipe[0]);
       const kernel_fd in(ends_of_pipe[1]);
       const auto [near, far] = t.connected();
       t.equal(::write(in.get(), "x", 1), 1, "write");
       std::array<pollfd, 2> list{{{near, POLLIN, 0}, {out.get(), POLLIN, 0}}};
       t.equal(t.net.poll(list.data(), 2, patience_ms), 1, "poll");
       t.equal(list[1].revents, POLLIN, "the pipe");
     }},
    {"six_streams", "POSIX poll(): many in one call", everywhere,
     [](context& t) {
       std::vector<connection> all;
       std::vector<pollfd> list;
       for (int i = 0; i < 6; ++i) {
         all.push_back(t.connected());
         list.push_back({all.back().near, POLLIN, 0});
       }
       for (const int chosen : {4, 1}) {
         auto& one = all[static_cast<std::size_t>(chosen)];
         one.far.write("x");
         t.equal(t.net.poll(list.data(), 6, patience_ms), 1, "poll");
         t.equal(list[static_cast<std::size_t>(chosen)].revents, POLLIN, "the chosen one");
         t.equal(t.receive(one.near), "x", "recv");
       }
     }},
    {"same_twice", "POSIX poll(): one descriptor in two entries", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.wait(near, POLLIN);
       std::array<pollfd, 2> list{{{near, POLLIN, 0}, {near, POLLOUT, 0}}};
       t.equal(t.net.poll(list.data(), 2, patience_ms), 2, "poll");
       t.equal(list[0].revents, POLLIN, "the first");
       t.equal(list[1].revents, POLLOUT, "the second");
     }},
    {"other_names_of_bits", "POSIX poll(): POLLRDNORM and POLLWRNORM", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.wait(near, POLLIN);
       t.equal(t.shown(near, POLLRDNORM | POLLWRNORM), POLLRDNORM | POLLWRNORM, "revents");
     }},
    {"peers_end_by_name", "Linux poll(2): POLLRDHUP if asked for", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.check((t.wait(near, POLLRDHUP) & POLLRDHUP) != 0, "POLLRDHUP");
     }},
};

}  // namespace

std::span<const test_case> poll_cases() {
  return cases;
}

}  // namespace cellsock::conformance
