// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/cell_verdict.hpp"

#include "stack/limits.hpp"

namespace cellsock {
namespace {

/// Traffic of the network itself may keep the radio connected once or twice.
constexpr unsigned ignored_enough = 3;

}  // namespace

bool cell_verdict::worth(rai_hint hint, time_point now) const {
  const auto& k = at(hint);
  return k.counted.ignored_in_a_row < ignored_enough || now >= k.again;
}

void cell_verdict::heeded(rai_hint hint) {
  auto& k = kinds_[static_cast<std::size_t>(hint)];
  ++k.counted.heeded;
  k.counted.ignored_in_a_row = 0;
}

void cell_verdict::ignored(rai_hint hint, time_point now) {
  auto& k = kinds_[static_cast<std::size_t>(hint)];
  ++k.counted.ignored;
  ++k.counted.ignored_in_a_row;
  k.again = now + limits::rai_retry;
}

}  // namespace cellsock
