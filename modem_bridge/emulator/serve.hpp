// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "modem_bridge/emulator/config.hpp"

namespace cellsock::emulator {

enum class log_level : std::uint8_t { error, info, debug };

/// What one running emulator needs besides the modem itself.
struct serve_options {
  modem_config modem;
  std::string link_path = {};     // empty: no link
  std::string control_path = {};  // empty: the default one, if it is free
  std::string events_path = {};   // empty: no file
  log_level level = log_level::info;
};

/// Runs a modem on a pty until SIGTERM or SIGINT; returns the exit code.
int serve(const serve_options& options);

}  // namespace cellsock::emulator
