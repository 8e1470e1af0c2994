// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "stack/link_status.hpp"
#include "stack/result.hpp"

/// A serial device as Linux gives it: opened, locked, raw. Blocking nowhere.
namespace cellsock {

struct tty_settings {
  unsigned baud = 115200;  // any rate the driver can make, also 1,000,000
  bool rts_cts = true;
};

/// Opens `path` (close-on-exec, not controlling, non-blocking), takes it for this process alone,
/// and sets raw 8N1. The caller owns the descriptor and ends it with `close_tty`. Errors:
/// port_missing, port_busy, port_failed, each with what to do.
[[nodiscard]] result<int> open_tty(const std::string& path, const tty_settings& settings);
/// Gives the device back, whatever other descriptors of it exist.
void close_tty(int descriptor) noexcept;
/// Gives up the exclusive use before the descriptor is closed by somebody else.
void release_tty(int descriptor) noexcept;

/// The rate alone; what is under way in either direction is lost.
[[nodiscard]] status set_tty_baud(int descriptor, const std::string& path, unsigned baud);
/// Nothing where the device has no such lines (a pty).
[[nodiscard]] std::optional<modem_lines> tty_lines(int descriptor) noexcept;
void set_tty_dtr(int descriptor, bool asserted) noexcept;

}  // namespace cellsock
