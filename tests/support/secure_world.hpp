// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/keeper_actor.hpp"
#include "tests/support/pki.hpp"

namespace cellsock::test {

/// Takes jobs and does them when told: what runs aside ends when the test says so.
class held_workers final : public workers {
public:
  void run(std::function<void()> job) override { waiting_.push_back(std::move(job)); }
  /// Those that wait now; true if there were any.
  bool work() {
    auto now = std::exchange(waiting_, {});
    for (auto& job : now) std::exchange(job, {})();
    return !now.empty();
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
  std::vector<std::function<void()>> waiting_;
};

/// A kit whose jobs are done between the actors' turns, and whose date is that of the tests' keys.
struct test_kit {
  std::shared_ptr<held_workers> aside = std::make_shared<held_workers>();
  std::shared_ptr<tls::random_source> random = system_randomness();
  secure_kit kit = {};

  static std::shared_ptr<tls::random_source> system_randomness() {
    auto made = tls::system_random();
    return made ? *made : nullptr;
  }
  /// `directory`: of durable credentials; without one, none can be added.
  secure_kit& make(caf::actor_system& system, const reactor& loop, std::string directory = {}) {
    kit = {{}, aside, random, [] { return today; }};
    kit.keeper = keeper_handle(system.spawn<keeper_actor>(
        keeper_seed{kit.aside, kit.random, kit.today, std::move(directory)}, loop));
    return kit;
  }
  void end() {
    if (kit.keeper) caf::anon_send_exit(kit.keeper, caf::exit_reason::user_shutdown);
    kit = {};
  }
};

}  // namespace cellsock::test
