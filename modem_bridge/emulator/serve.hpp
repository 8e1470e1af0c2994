// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "modem_bridge/emulator/config.hpp"

namespace cellsock::emulator {

enum class log_level : std::uint8_t { error, info, debug };

/// What one running emulator needs besides the modem itself.
struct serve_options {
  modem_config modem;
  std::string listen = {};        // `unix:…` or `tcp:…` instead of a pty
  int descriptor = -1;            // an inherited stream socket instead of a pty
  std::string link_path = {};     // empty: no link
  std::string control_path = {};  // empty: the default one, if it is free
  std::string events_path = {};   // empty: no file
  std::string radio_path = {};    // the radio's changes of state; empty: no file
  log_level level = log_level::info;
};

/// Runs a modem until SIGTERM or SIGINT, or until an inherited socket's other end is closed;
/// returns the exit code.
int serve(const serve_options& options);

}  // namespace cellsock::emulator
