// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stack/ids.hpp"
#include "stack/pdn.hpp"

namespace cellsock {

/// What a packet network is to carry. The network may give less.
enum class pdn_families : std::uint8_t { v4, v6, v4v6 };
/// As +CGDCONT writes it; empty for none.
[[nodiscard]] std::string_view pdn_type(std::optional<pdn_families> families) noexcept;

/// As +CGAUTH numbers them.
enum class pdn_authentication : std::uint8_t { none = 0, pap = 1, chap = 2 };

/// Who we are to an APN that asks.
struct pdn_login {
  pdn_authentication how = pdn_authentication::none;
  std::string user = {};
  std::string password = {};  // never shown
};

struct pdn_settings {
  cid context{};
  pdn_id id{};                              // what it is called until the modem says otherwise
  std::string apn = {};                     // empty: the network's default
  std::optional<pdn_families> family = {};  // empty: as the modem has it defined
  pdn_login login = {};
  pdn_policy policy = {};
};

}  // namespace cellsock
