// SPDX-License-Identifier: Apache-2.0
#include "stack/link_status.hpp"

#include <array>

namespace cellsock {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(link_state::count_)> state_names{
    "closed", "opening", "syncing", "identifying", "configuring", "searching", "ready", "lost"};

constexpr std::array<std::string_view, static_cast<std::size_t>(registration::count_)>
    registration_names{"unknown", "off",         "searching",      "home",  "roaming",
                       "denied",  "no-coverage", "emergency-only", "no-sim"};

static_assert(!state_names.back().empty() && !registration_names.back().empty(),
              "each value has a name");

}  // namespace

std::string_view name(link_state state) noexcept {
  return state_names[static_cast<std::size_t>(state) % state_names.size()];
}

std::string_view name(registration value) noexcept {
  return registration_names[static_cast<std::size_t>(value) % registration_names.size()];
}

}  // namespace cellsock
