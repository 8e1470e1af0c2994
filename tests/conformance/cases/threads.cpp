// SPDX-License-Identifier: Apache-2.0
// Several threads and processes on one socket, and signals.
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// What a call in another thread came to.
struct ended_call {
  ssize_t result;
  int error;
};

/// Starts a call that waits; `task` is its thread's number in the kernel.
template <class Call>
std::future<ended_call> begun(std::atomic<int>& task, Call call) {
  return std::async(std::launch::async, [&task, call] {
    task = ::gettid();
    const ssize_t result = call();
    return ended_call{result, errno};
  });
}

/// Until the kernel says that the thread sleeps.
void await_sleeping(const context& t, const std::atomic<int>& task) {
  for (int attempt = 0; attempt < patience_ms; ++attempt) {
    pollfd none{-1, 0, 0};
    ::poll(&none, 1, 1);
    const std::string path = "/proc/self/task/" + std::to_string(task) + "/stat";
    FILE* file = task != 0 ? std::fopen(path.c_str(), "r") : nullptr;
    if (file == nullptr) continue;
    char state = 0;
    const bool read = std::fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    std::fclose(file);
    if (read && state == 'S') return;
  }
  t.fail("the thread does not come to wait");
}

void no_op(int) {}

const test_case cases[]{
    {"woken_by_data", "POSIX recv(): another thread may send meanwhile", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       auto received = std::async(std::launch::async, [&t, fd] { return t.receive(fd); });
       t.equal(t.send(near, "?"), 1, "send");
       t.equal(far.read(1), "?", "what came");
       far.write("!");
       t.equal(received.get(), "!", "recv");
     }},
    {"both_ways_at_once", "POSIX 2.9: a socket is full duplex among threads", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto out = pattern(30000);
       const auto in = std::string(30000, 'i');
       const int fd = near;
       auto sent = std::async(std::launch::async, [&t, fd, &out] { return t.send(fd, out); });
       auto received =
           std::async(std::launch::async, [&t, fd, &in] { return t.receive_all(fd, in.size()); });
       far.write(in);
       t.equal(far.read(out.size()), out, "what went out");
       t.equal(sent.get(), static_cast<int>(out.size()), "send");
       t.equal(received.get(), in, "what came in");
     }},
    {"two_receivers", "POSIX recv(): each byte goes to one of them", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       const auto take = [&t, fd] {
         std::string got;
         for (auto more = t.receive(fd, 100); !more.empty(); more = t.receive(fd, 100)) got += more;
         return got.size();
       };
       auto one = std::async(std::launch::async, take);
       auto other = std::async(std::launch::async, take);
       far.write(std::string(5000, 'x'));
       far.finish();
       t.equal(static_cast<std::int64_t>(one.get() + other.get()), 5000, "together");
     }},
    {"own_sockets", "POSIX 2.9: calls are safe among threads", everywhere,
     [](context& t) {
       std::vector<std::future<void>> all;
       for (int i = 0; i < 4; ++i)
         all.push_back(std::async(std::launch::async, [&t, i] {
           auto [near, far] = t.connected();
           const std::string own(200, static_cast<char>('a' + i));
           t.equal(t.send(near, own), 200, "send");
           far.write(far.read(200));
           t.equal(t.receive_all(near, 200), own, "the echo");
         }));
       for (auto& one : all) one.get();
     }},
    {"close_wakes_recv", "Zephyr close(): a blocked receive ends with EINTR", ours,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near.release();
       std::atomic<int> task{0};
       char byte = 0;
       auto call = begun(task, [&t, fd, &byte] { return t.net.recv(fd, &byte, 1, 0); });
       await_sleeping(t, task);
       t.ok(t.net.close(fd), "close");
       const auto ended = call.get();
       t.equal(ended.result, -1, "recv");
       t.equal(ended.error, EINTR, "errno");
     }},
    {"close_wakes_poll", "Zephyr poll(): POLLNVAL when it is closed meanwhile", ours,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near.release();
       std::atomic<int> task{0};
       pollfd one{fd, POLLIN, 0};
       auto call = begun(task, [&t, &one] { return t.net.poll(&one, 1, -1); });
       await_sleeping(t, task);
       t.ok(t.net.close(fd), "close");
       t.equal(call.get().result, 1, "poll");
       t.equal(one.revents, POLLNVAL, "revents");
     }},
    {"close_wakes_accept", "Zephyr close(): a blocked accept ends with EINTR",
     ours.needing("server"),
     [](context& t) {
       auto [listener, where] = t.listening();
       const int fd = listener.release();
       std::atomic<int> task{0};
       auto call = begun(task, [&t, fd] { return t.net.accept(fd, nullptr, nullptr); });
       await_sleeping(t, task);
       t.ok(t.net.close(fd), "close");
       const auto ended = call.get();
       t.equal(ended.result, -1, "accept");
       t.equal(ended.error, EINTR, "errno");
     }},
    {"signal", "POSIX recv(): EINTR", everywhere,
     [](context& t) {
       struct sigaction quiet {};
       quiet.sa_handler = no_op;
       t.ok(::sigaction(SIGUSR1, &quiet, nullptr), "sigaction");
       auto [near, far] = t.connected();
       const int fd = near;
       std::atomic<int> task{0};
       char byte = 0;
       auto call = begun(task, [&t, fd, &byte] { return t.net.recv(fd, &byte, 1, 0); });
       await_sleeping(t, task);
       t.ok(::tgkill(::getpid(), task, SIGUSR1), "tgkill");
       const auto ended = call.get();
       t.equal(ended.result, -1, "recv");
       t.equal(ended.error, EINTR, "errno");
     }},
    {"child_sends", "POSIX fork(): the child has the socket", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       t.equal(t.in_child([&t, fd] { return t.send(fd, "child") == 5 ? 0 : errno; }), 0,
               "the child's send");
       t.equal(far.read(5), "child", "what came");
       t.equal(t.send(near, "parent"), 6, "send");
       t.equal(far.read(6), "parent", "what came");
     }},
    {"child_closes", "POSIX close(): the other process's copy stays", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       t.equal(t.in_child([&t, fd] { return t.net.close(fd) == 0 ? 0 : errno; }), 0, "its close");
       t.equal(t.send(near, "on"), 2, "send");
       t.equal(far.read(2), "on", "what came");
     }},
    {"child_opens", "POSIX fork(): the child may open its own", everywhere,
     [](context& t) {
       far_listener peer;
       const auto near = t.stream();
       const auto child = [&] {
         const int fd = t.net.socket(AF_INET, SOCK_STREAM, 0);
         if (fd < 0 || t.connect(fd, peer.where()) != 0) return errno;
         return t.send(fd, "own") == 3 ? 0 : errno;
       };
       t.equal(t.in_child(child), 0, "the child");
       t.equal(peer.accept().read_to_end(), "own", "what came");
       t.ok(t.connect(near, peer.where()), "connect");
     }},
    {"duplicate", "POSIX dup(): the socket lives as long as one of them", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const sock twin(t.net, t.ok(::dup(near), "dup"));
       near.close();
       t.equal(t.send(twin, "twin"), 4, "send");
       t.equal(far.read(4), "twin", "what came");
       far.write("back");
       t.equal(t.receive(twin), "back", "recv");
     }},
};

}  // namespace

std::span<const test_case> thread_cases() {
  return cases;
}

}  // namespace cellsock::conformance
