// SPDX-License-Identifier: Apache-2.0
// What the radio did, as JSON.
#include <array>
#include <cstdio>

#include "modem_bridge/emulator/json_object.hpp"
#include "modem_bridge/emulator/rrc_model.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::array<std::string_view, 4> state_names{"off", "idle", "connected", "psm"};
constexpr std::array<std::string_view, 9> cause_names{
    "attach", "detach", "uplink", "downlink", "dns", "tau", "inactivity", "rai", "t3324"};
static_assert(cause_names.size() == static_cast<std::size_t>(rrc_model::cause::active_time) + 1);
static_assert(state_names.size() == static_cast<std::size_t>(rrc_model::state::asleep) + 1);

/// Seconds with the microseconds of the emulator's clock.
std::string seconds(duration length) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(length).count();
  std::array<char, 40> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                    static_cast<long long>(us % 1'000'000));
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace

std::string to_json(const rrc_model::transition& what) {
  json_object all;
  all.add("n", what.number);
  all.raw("t", seconds(what.at));
  all.add("from", state_names[static_cast<std::size_t>(what.from)]);
  all.add("to", state_names[static_cast<std::size_t>(what.to)]);
  all.add("cause", cause_names[static_cast<std::size_t>(what.why)]);
  if (what.handle != rrc_model::no_handle) all.add("handle", what.handle);
  all.raw("lasted_s", seconds(what.length));
  if (what.from != rrc_model::state::connected) return all.text();
  all.add("up", what.up);
  all.add("down", what.down);
  all.raw("tail_s", seconds(what.tail));
  return all.text();
}

std::string to_json(const rrc_model::totals& what) {
  json_object all;
  all.raw("connected_s", seconds(what.connected));
  all.raw("idle_s", seconds(what.idle));
  all.raw("psm_s", seconds(what.asleep));
  all.add("setups", what.setups);
  all.raw("tail_s", seconds(what.tail));
  all.add("rai_releases", what.early_releases);
  all.add("up", what.up);
  all.add("down", what.down);
  return all.text();
}

}  // namespace cellsock::emulator
