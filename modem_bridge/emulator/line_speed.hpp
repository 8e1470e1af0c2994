// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cellsock::emulator {

/// The rate a terminal is set to, standard or not; 0: it does not say.
[[nodiscard]] unsigned line_speed(int terminal);
/// False: the terminal refuses it.
bool set_line_speed(int terminal, unsigned baud);

}  // namespace cellsock::emulator
