// SPDX-License-Identifier: Apache-2.0
#include "actors/worker_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace cellsock;

TEST_CASE("jobs run on other threads, all of them, from any thread") {
  worker_pool pool(2);
  std::atomic<int> done = 0;
  std::atomic<bool> here = false;
  std::promise<void> all;
  const auto me = std::this_thread::get_id();
  std::vector<std::thread> givers;
  for (int t = 0; t < 4; ++t)
    givers.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        pool.run([&] {
          if (std::this_thread::get_id() == me) here = true;
          if (++done == 400) all.set_value();
        });
    });
  for (auto& giver : givers) giver.join();
  CHECK(all.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK_FALSE(here);
}

TEST_CASE("stop waits for what runs, drops what waits and what comes later") {
  worker_pool pool(1);
  std::promise<void> begun, go;
  std::atomic<int> ran = 0;
  pool.run([&] {
    begun.set_value();
    go.get_future().wait();
    ++ran;
  });
  begun.get_future().wait();
  auto held = std::make_shared<int>(1);
  pool.run([&ran, held] { ++ran; });
  std::thread stopper([&] { pool.stop(); });
  while (held.use_count() > 1) std::this_thread::yield();  // the waiting one is let go of
  go.set_value();
  stopper.join();
  CHECK(ran == 1);
  pool.run([&] { ++ran; });
  CHECK(ran == 1);
}
