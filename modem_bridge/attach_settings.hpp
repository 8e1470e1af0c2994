// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "stack/power_saving.hpp"

namespace cellsock {

/// As %XSYSTEMMODE has it.
struct system_mode {
  bool ltem = false;
  bool nbiot = false;
  bool gnss = false;
  unsigned preference = 0;  // 0 none, 1 LTE-M, 2 NB-IoT, 3 and 4 the same after the operator's own
  friend bool operator==(const system_mode&, const system_mode&) = default;
};

/// How the modem is to be on its network. What is empty stays as the modem has it.
struct attach_settings {
  std::optional<system_mode> system = {};
  std::optional<psm_wish> psm = {};
  std::optional<edrx_wish> edrx = {};
  std::string pin = {};  // never shown
};

/// What a person wants of the radio.
enum class radio_mode : std::uint8_t { on, flight, off };

}  // namespace cellsock
