// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "modem_bridge/emulator/control.hpp"

namespace cellsock::emulator {

/// The whole state as one JSON object on one line.
[[nodiscard]] std::string status_json(const control_target& target);

}  // namespace cellsock::emulator
