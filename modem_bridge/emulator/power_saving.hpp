// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "modem_bridge/emulator/time.hpp"

/// The bit strings of 3GPP TS 24.008 that name times.
namespace cellsock::emulator::power_saving {

namespace detail {
/// A unit of three bits before a count of five; the unit 7 is "deactivated".
[[nodiscard]] inline std::optional<duration> counted(
    std::string_view bits, const std::array<std::chrono::seconds, 7>& units) {
  unsigned value = 0;
  for (const char bit : bits) value = value * 2 + (bit == '1' ? 1U : 0U);
  const std::size_t unit = value >> 5U;
  if (bits.size() != 8 || unit >= units.size()) return {};
  return units[unit] * static_cast<int>(value & 31U);
}
}  // namespace detail

inline constexpr std::string_view deactivated = "11100000";

/// T3412 extended: between two periodic updates.
[[nodiscard]] inline std::optional<duration> periodic_update(std::string_view bits) {
  using namespace std::chrono_literals;
  return detail::counted(bits, {600s, 3600s, 36000s, 2s, 30s, 60s, 1152000s});
}

/// T3324: how long the modem can be reached after a connection. Units 3 to 6 count as minutes.
[[nodiscard]] inline std::optional<duration> active_time(std::string_view bits) {
  using namespace std::chrono_literals;
  return detail::counted(bits, {2s, 60s, 360s, 60s, 60s, 60s, 60s});
}

/// Extended discontinuous reception: how often a sleeping modem listens.
[[nodiscard]] inline std::optional<duration> reception_cycle(std::string_view bits) {
  // In units of 10 ms.
  constexpr std::array cycles{512,   1024,  2048,  4096,  6144,   8192,   10240,  12288,
                              14336, 16384, 32768, 65536, 131072, 262144, 524288, 1048576};
  std::size_t value = 0;
  for (const char bit : bits) value = value * 2 + (bit == '1' ? 1U : 0U);
  if (bits.size() != 4) return {};
  return std::chrono::milliseconds(10) * cycles[value];
}

}  // namespace cellsock::emulator::power_saving
