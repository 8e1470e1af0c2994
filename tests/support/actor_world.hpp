// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <caf/scheduler/test_coordinator.hpp>
#include <functional>

#include "actors/ask.hpp"
#include "actors/reactor.hpp"

namespace cellsock::test {

/// CAF's test scheduler (virtual time, one thread) beside a real io_context: channels are real
/// socketpairs, and readiness is polled between the actors' turns. No sleeps, deterministic.
struct actor_world {
  struct config : caf::actor_system_config {
    config() {
      set("scheduler.policy", caf::atom("testing"));
      set("scheduler.max-throughput", std::size_t{100});
    }
  };

  asio::io_context io;
  reactor loop{io};
  config settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::function<bool()> also = {};  // one more thing that may have work to do

  using time_point = std::chrono::steady_clock::time_point;
  [[nodiscard]] time_point now() { return scheduler.clock().now(); }

  /// Everything that can happen without time passing.
  void settle() {
    bool busy = true;
    while (busy) {
      busy = scheduler.run() > 0;
      io.restart();
      busy = io.poll() > 0 || busy;
      if (also) busy = also() || busy;
    }
  }

  /// Lets time pass, stopping at every moment at which something is due (`next`: beyond actors).
  void advance(std::chrono::nanoseconds span,
               const std::function<std::optional<time_point>()>& next = {}) {
    const auto end = now() + span;
    settle();
    for (;;) {
      auto& schedule = scheduler.clock().schedule();
      auto stop = end;
      if (!schedule.empty()) stop = std::min<time_point>(stop, schedule.begin()->first);
      if (next)
        if (const auto other = next()) stop = std::min(stop, *other);
      if (stop > now())
        scheduler.advance_time(stop - now());
      else
        scheduler.clock().trigger_expired_timeouts();
      settle();
      if (now() >= end) break;
    }
  }

  /// Asks and waits in virtual time; the failure if that was the answer.
  template <class Reply, class To, class Message>
  result<Reply> call(const To& to, Message message) {
    caf::scoped_actor self{system};
    auto handle = self->request(to, caf::infinite, std::move(message));
    settle();
    std::optional<result<Reply>> answer;
    handle.receive([&](Reply& r) { answer.emplace(std::move(r)); },
                   [&](caf::error& e) { answer.emplace(to_failure(e)); });
    return *answer;
  }

  template <class Handle>
  void kill(Handle& handle) {
    if (handle) caf::anon_send_exit(handle, caf::exit_reason::kill);
    settle();
    handle = Handle{};
  }
};

}  // namespace cellsock::test
