// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <map>
#include <string>

namespace cellsock::emulator {

/// Access technologies as `+CEREG` and `%XPTW` number them.
inline constexpr int lte_m = 7;
inline constexpr int nb_iot = 9;

/// What the modem keeps over a restart, once it was told to store it (CFUN=0).
struct modem_settings {
  /// `%XSYSTEMMODE`: LTE-M, NB-IoT, GNSS, preference.
  std::array<int, 4> system_mode{1, 0, 0, 0};

  struct power_saving {
    bool on = false;
    std::string periodic_update = "10101010";  // T3412 extended, 8 bits
    std::string active_time = "00100001";      // T3324, 8 bits
  } psm = {};

  /// Extended reception, by access technology.
  std::map<int, std::string> reception_cycles = {};  // 4 bits
  std::map<int, std::string> paging_windows = {};    // 4 bits

  int release_assistance = 0;  // `%RAI`
  /// `%REL14FEAT`: MAC inactivity, AS-RAI, NB dual HARQ, NB transport block, inter-frequency.
  std::array<int, 5> release_14{};

  bool manual_operator = false;
  std::string operator_code = {};

  [[nodiscard]] bool lte_allowed() const { return system_mode[0] != 0 || system_mode[1] != 0; }
  /// The one that is used where the network has both.
  [[nodiscard]] int access_technology() const {
    if (system_mode[1] == 0) return lte_m;
    if (system_mode[0] == 0) return nb_iot;
    return system_mode[3] == 2 || system_mode[3] == 4 ? nb_iot : lte_m;
  }
};

}  // namespace cellsock::emulator
