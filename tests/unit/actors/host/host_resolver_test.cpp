// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_resolver.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "actors/host/host_limits.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using host::host_resolver;

namespace {

/// Holds every lookup until it is opened, and counts who is inside.
struct gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::size_t inside = 0;
  std::size_t left = 0;

  void pass() {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
    ++left;
    changed.notify_all();
  }
  void let_all_through() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  void wait_until_inside(std::size_t count) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 30s, [&] { return inside >= count; }));
  }
  void wait_until_left(std::size_t count) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 30s, [&] { return left >= count; }));
  }
};

struct fixture {
  asio::io_context io;
  // Without it the context does not wait for what a thread will post.
  asio::executor_work_guard<asio::io_context::executor_type> open_ended{io.get_executor()};
  reactor loop{io};
  std::vector<msg::lookup_ended> answers;
  std::shared_ptr<gate> door = std::make_shared<gate>();
  std::optional<host_resolver> resolver;

  fixture() {
    resolver.emplace(
        loop, [this](msg::lookup_ended a) { answers.push_back(std::move(a)); },
        [door = door](const host_resolver::question& q) {
          door->pass();
          return msg::lookup_ended{q.ticket, {*parse_address("192.0.2.1")}, failure{errc::none}};
        });
  }
  void wait_for_answers(std::size_t count) {
    for (int i = 0; i < 3000 && answers.size() < count; ++i) {
      io.restart();
      io.run_one_for(10ms);
    }
    REQUIRE(answers.size() >= count);
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "many names at once: so many threads, the rest wait for their turn") {
  const auto many = host::limits::lookup_threads_max + 5;
  for (std::uint64_t t = 1; t <= many; ++t) REQUIRE(resolver->ask({t, "name.test", std::nullopt}));
  door->wait_until_inside(host::limits::lookup_threads_max);
  CHECK(resolver->threads() == host::limits::lookup_threads_max);
  CHECK(door->inside == host::limits::lookup_threads_max);
  resolver->withdraw(many);  // had not begun
  door->let_all_through();
  wait_for_answers(many - 1);
  CHECK(resolver->threads() == 0);
  for (const auto& one : answers) CHECK(one.ticket != many);
}

TEST_CASE_FIXTURE(fixture, "names that wait have a limit, and so does a name's length") {
  const auto most = host::limits::lookup_threads_max + host::limits::lookups_waiting_max;
  for (std::uint64_t t = 1; t <= most; ++t) REQUIRE(resolver->ask({t, "n.test", std::nullopt}));
  CHECK(resolver->ask({most + 1, "n.test", std::nullopt}).error().code == errc::limit_reached);
  CHECK(resolver->ask({most + 2, std::string(254, 'n'), std::nullopt}).error().code ==
        errc::name_failed);
  door->wait_until_inside(host::limits::lookup_threads_max);
  resolver.reset();
  door->let_all_through();
  door->wait_until_left(host::limits::lookup_threads_max);
}

TEST_CASE_FIXTURE(fixture, "a thread that ends after the link has gone touches nothing of it") {
  REQUIRE(resolver->ask({1, "n.test", std::nullopt}));
  door->wait_until_inside(1);
  resolver.reset();
  door->let_all_through();
  door->wait_until_left(1);
  io.restart();
  io.poll();
  CHECK(answers.empty());
}

TEST_CASE("the system's resolver: a literal is itself, and a name that cannot be is not found") {
  asio::io_context io;
  const auto open_ended = asio::make_work_guard(io);
  reactor loop{io};
  std::vector<msg::lookup_ended> answers;
  host_resolver resolver(loop, [&](msg::lookup_ended a) { answers.push_back(std::move(a)); });
  REQUIRE(resolver.ask({1, "127.0.0.9", std::nullopt}));
  REQUIRE(resolver.ask({2, "::1", ip_family::v4}));
  for (int i = 0; i < 3000 && answers.size() < 2; ++i) {
    io.restart();
    io.run_one_for(10ms);
  }
  REQUIRE(answers.size() == 2);
  if (answers[0].ticket == 2) std::swap(answers[0], answers[1]);
  CHECK(answers[0].addresses == std::vector<ip_address>{*parse_address("127.0.0.9")});
  CHECK(answers[1].addresses.empty());
  CHECK(answers[1].why.code == errc::name_not_found);
}
