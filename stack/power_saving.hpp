// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Timers of power saving mode and the cycle of extended discontinuous reception, as they stand in
/// commands: bits as text (3GPP TS 24.008 §10.5.7.4, §10.5.7.4a, §10.5.5.32). Not every time can be
/// said: the nearest one is. Pure.
namespace cellsock {

enum class power_timer : std::uint8_t {
  t3412_ext,  // between two tracking area updates
  t3324,      // reachable before each sleep
};

/// Eight bits.
[[nodiscard]] std::string timer_bits(power_timer which, std::chrono::seconds wanted);
/// Empty: deactivated, or no timer.
[[nodiscard]] std::optional<std::chrono::seconds> timer_of(power_timer which,
                                                           std::string_view bits);

enum class edrx_system : std::uint8_t { ltem = 4, nbiot = 5 };  // as +CEDRXS numbers them

/// Four bits.
[[nodiscard]] std::string edrx_bits(edrx_system system, std::chrono::milliseconds wanted);
[[nodiscard]] std::optional<std::chrono::milliseconds> edrx_of(edrx_system system,
                                                               std::string_view bits);

/// What is asked of the network.
struct psm_wish {
  bool on = false;
  std::chrono::seconds t3412_ext{0};
  std::chrono::seconds t3324{0};
};
struct edrx_wish {
  bool on = false;
  std::chrono::milliseconds cycle{0};
};

}  // namespace cellsock
