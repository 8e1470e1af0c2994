// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/keeper_actor.hpp"
#include "tests/support/held_workers.hpp"
#include "tests/support/pki.hpp"

namespace cellsock::test {

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
