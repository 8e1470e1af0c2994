// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <cstdlib>

#include "modem_bridge/scheduler.hpp"

// The scheduler beside a model that knows only who has something to do. Properties: a turn goes to
// somebody who can use it; there is one whenever somebody can; nobody who waits is overtaken by
// more than a bounded amount of line; two that always have bulk get the same.
namespace {

using namespace cellsock;

constexpr std::size_t quantum = 1000;
constexpr std::size_t sockets = 8;
constexpr std::size_t cost_max = 4 * quantum;
// Each other socket: what it may use per round and overshoot by, for the rounds a debt of one turn
// takes to pay off; and what may pass ahead between two regular turns of anybody.
constexpr std::size_t wait_max = sockets * (2 * quantum + cost_max) * (cost_max / quantum + 2);

struct model {
  std::size_t sends = 0;
  bool fetches = false;
  std::size_t overtaken_by = 0;  // bytes of line others used since it began to wait
  [[nodiscard]] bool ready() const { return sends > 0 || fetches; }
};

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scheduler turns(quantum);
  std::array<model, sockets> models;
  for (std::size_t at = 0; at + 2 < size; at += 3) {
    const unsigned act = data[at] >> 4U, who = data[at] & 7U, amount = data[at + 1] << 4U;
    auto& m = models[who];
    const socket_id id{who};
    switch (act % 8) {
      case 0: m.sends = amount, turns.to_send(id, amount); break;
      case 1: m.fetches = (amount & 16U) != 0, turns.to_fetch(id, m.fetches); break;
      case 2: m = {}, turns.forget(id); break;
      default: {
        const auto taken = turns.next();
        bool somebody = false;
        for (const auto& one : models) somebody |= one.ready();
        expect(taken.has_value() == somebody);
        if (!taken) break;
        auto& chosen = models[number(taken->id)];
        const bool sends = taken->what == direction::send;
        expect(sends ? chosen.sends > 0 : chosen.fetches);
        if (taken->ahead)
          expect(taken->bytes_max == scheduler::small_bytes);
        else
          expect(taken->bytes_max == quantum || taken->bytes_max == quantum / 2);
        if (taken->ahead && sends) expect(chosen.sends <= scheduler::small_bytes);
        const std::size_t cost = std::min<std::size_t>(1 + data[at + 2] * 16U, cost_max);
        turns.charge(*taken, cost, cost);
        for (auto& one : models) {
          if (&one == &chosen || !one.ready())
            one.overtaken_by = 0;
          else
            one.overtaken_by += cost;
          expect(one.overtaken_by <= wait_max);
        }
      }
    }
  }
  return 0;
}
