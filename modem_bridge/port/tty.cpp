// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/tty.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace cellsock {
namespace {

// Any rate needs the kernel's own structure, which <termios.h> neither has nor tolerates beside
// <asm/termbits.h>; this is its layout on every architecture with the generic one (x86, arm,
// riscv).
struct kernel_termios2 {
  std::uint32_t input, output, control, local;
  std::uint8_t discipline;
  std::array<std::uint8_t, 19> characters;
  std::uint32_t input_speed, output_speed;
};
static_assert(sizeof(kernel_termios2) == 44);
constexpr std::uint32_t any_rate = 0010000;     // BOTHER
constexpr std::uint32_t rate_mask = 0010017;    // CBAUD
constexpr std::uint32_t input_rate_shift = 16;  // IBSHIFT
constexpr unsigned long get_settings = _IOR('T', 0x2A, kernel_termios2);
constexpr unsigned long set_settings = _IOW('T', 0x2B, kernel_termios2);

std::string because(int error) {
  return std::system_category().message(error);
}

failure open_failure(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO: return fail(errc::port_missing, path + ": " + because(error));
    case EBUSY:
      return fail(errc::port_busy, path + " is held by another program (see `fuser " + path + "`)");
    case EACCES:
      return fail(errc::port_failed,
                  path + ": permission denied; add the daemon's user to the group of the device");
    default: return fail(errc::port_failed, path + ": " + because(error));
  }
}

/// Writes the settings and reads back what the driver made of the rate.
status apply(int descriptor, const std::string& path, const kernel_termios2& line) {
  const auto baud = line.output_speed;
  if (::ioctl(descriptor, set_settings, &line) != 0)
    return fail(errc::port_failed,
                path + ": cannot set " + std::to_string(baud) + " baud: " + because(errno));
  kernel_termios2 got{};
  if (::ioctl(descriptor, get_settings, &got) != 0)
    return fail(errc::port_failed, path + ": " + because(errno));
  // A receiver stays in step within about 3 %. (A pty may forget flow control: it has no lines.)
  const auto off = got.output_speed > baud ? got.output_speed - baud : baud - got.output_speed;
  if ((got.control & rate_mask) == any_rate && off > baud / 33)
    return fail(errc::port_failed, path + " cannot do " + std::to_string(baud) + " baud (nearest " +
                                       std::to_string(got.output_speed) + ")");
  ::ioctl(descriptor, TCFLSH, TCIOFLUSH);
  return done{};
}

status make_raw(int descriptor, const std::string& path, const tty_settings& wanted) {
  kernel_termios2 line{};
  if (::ioctl(descriptor, get_settings, &line) != 0)
    return fail(errc::port_failed, path + " is not a serial device: " + because(errno));
  line.input = IGNBRK;
  line.output = 0;
  line.local = 0;
  // CLOCAL: no carrier on a three-wire line. HUPCL off: dropping DTR would power down some modems.
  line.control = CS8 | CREAD | CLOCAL | any_rate | (any_rate << input_rate_shift);
  if (wanted.rts_cts) line.control |= static_cast<std::uint32_t>(CRTSCTS);
  line.characters.fill(0);
  line.characters[VMIN] = 1;
  line.input_speed = line.output_speed = wanted.baud;
  return apply(descriptor, path, line);
}

}  // namespace

result<int> open_tty(const std::string& path, const tty_settings& settings) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return open_failure(path, errno);
  const auto refuse = [&](failure why) {
    ::close(descriptor);
    return why;
  };
  if (::isatty(descriptor) == 0)
    return refuse(fail(errc::port_failed, path + " is not a serial device"));
  // TIOCEXCL stops later opens but not root's; the advisory lock stops whoever asks for it.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return refuse(open_failure(path, errno == EWOULDBLOCK ? EBUSY : errno));
  if (::ioctl(descriptor, TIOCEXCL) != 0) return refuse(open_failure(path, errno));
  if (auto raw = make_raw(descriptor, path, settings); !raw) {
    release_tty(descriptor);
    return refuse(raw.error());
  }
  return descriptor;
}

void release_tty(int descriptor) noexcept {
  ::ioctl(descriptor, TIOCNXCL);
  ::flock(descriptor, LOCK_UN);
}

void close_tty(int descriptor) noexcept {
  release_tty(descriptor);
  ::close(descriptor);
}

status set_tty_baud(int descriptor, const std::string& path, unsigned baud) {
  kernel_termios2 line{};
  if (::ioctl(descriptor, get_settings, &line) != 0)
    return fail(errc::port_failed, path + ": " + because(errno));
  line.control &= ~(rate_mask | (rate_mask << input_rate_shift));
  line.control |= any_rate | (any_rate << input_rate_shift);
  line.input_speed = line.output_speed = baud;
  return apply(descriptor, path, line);
}

std::optional<modem_lines> tty_lines(int descriptor) noexcept {
  int levels = 0;
  if (::ioctl(descriptor, TIOCMGET, &levels) != 0) return std::nullopt;
  return modem_lines{(levels & TIOCM_DTR) != 0, (levels & TIOCM_CTS) != 0,
                     (levels & TIOCM_RI) != 0};
}

void set_tty_dtr(int descriptor, bool asserted) noexcept {
  const int line = TIOCM_DTR;
  ::ioctl(descriptor, asserted ? TIOCMBIS : TIOCMBIC, &line);
}

}  // namespace cellsock
