// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace cellsock::emulator {

/// Where an emulator listens for verbs when nobody says otherwise: one per user.
[[nodiscard]] std::string default_control_path();

/// `nrf91-emulator ctl`: sends one verb, prints the answer. Returns the exit code: 0 done, 1 the
/// emulator refused, 2 it did not understand, 3 no emulator answers there.
int run_control_client(const std::string& path, const std::vector<std::string>& words);

}  // namespace cellsock::emulator
