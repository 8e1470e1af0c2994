// SPDX-License-Identifier: Apache-2.0
// Apart from the rest: the kernel's termios2, which knows any rate, clashes with the C library's
// termios.
#include "modem_bridge/emulator/line_speed.hpp"

#include <asm/termbits.h>
#include <sys/ioctl.h>

namespace cellsock::emulator {

unsigned line_speed(int terminal) {
  termios2 now{};
  return ::ioctl(terminal, TCGETS2, &now) == 0 ? now.c_ospeed : 0;
}

bool set_line_speed(int terminal, unsigned baud) {
  termios2 next{};
  if (::ioctl(terminal, TCGETS2, &next) != 0) return false;
  next.c_cflag &= ~static_cast<unsigned>(CBAUD | CIBAUD);
  next.c_cflag |= BOTHER | (BOTHER << IBSHIFT);
  next.c_ispeed = baud;
  next.c_ospeed = baud;
  return ::ioctl(terminal, TCSETS2, &next) == 0;
}

}  // namespace cellsock::emulator
