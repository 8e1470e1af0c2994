// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/pty.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "modem_bridge/emulator/line_speed.hpp"

namespace cellsock::emulator {
namespace {

failure broken(const char* what) {
  return fail(errc::port_failed, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

result<pty> pty::open(unsigned baud) {
  pty made;
  made.master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (made.master_ < 0) return broken("cannot get a pseudo terminal");
  if (::grantpt(made.master_) < 0 || ::unlockpt(made.master_) < 0) return broken("unlockpt");
  std::array<char, 128> name{};
  if (::ptsname_r(made.master_, name.data(), name.size()) != 0) return broken("ptsname");
  made.path_ = name.data();
  made.slave_ = ::open(made.path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (made.slave_ < 0) return broken(made.path_.c_str());
  termios raw{};
  if (::tcgetattr(made.slave_, &raw) < 0) return broken("tcgetattr");
  ::cfmakeraw(&raw);
  if (::tcsetattr(made.slave_, TCSANOW, &raw) < 0) return broken("tcsetattr");
  if (!set_line_speed(made.slave_, baud)) return broken("rate");
  return made;
}

unsigned pty::host_baud() const {
  return line_speed(slave_);
}

pty::pty(pty&& other) noexcept
    : master_(std::exchange(other.master_, -1)),
      slave_(std::exchange(other.slave_, -1)),
      path_(std::move(other.path_)) {}

pty::~pty() {
  if (slave_ >= 0) ::close(slave_);
  if (master_ >= 0) ::close(master_);
}

result<stable_link> stable_link::make(std::filesystem::path at, std::string target) {
  std::error_code problem;
  if (std::filesystem::exists(std::filesystem::symlink_status(at, problem)) &&
      !std::filesystem::is_symlink(at, problem))
    return fail(errc::invalid_argument, at.string() + " exists and is not a symbolic link");
  const std::filesystem::path fresh = at.string() + ".new." + std::to_string(::getpid());
  std::filesystem::remove(fresh, problem);
  std::filesystem::create_symlink(target, fresh, problem);
  if (!problem) std::filesystem::rename(fresh, at, problem);
  if (problem) return fail(errc::port_failed, at.string() + ": " + problem.message());
  return stable_link(std::move(at), std::move(target));
}

stable_link::stable_link(stable_link&& other) noexcept
    : at_(std::exchange(other.at_, {})), target_(std::move(other.target_)) {}

stable_link::~stable_link() {
  if (at_.empty()) return;
  std::error_code problem;
  if (std::filesystem::read_symlink(at_, problem) == target_) std::filesystem::remove(at_, problem);
}

}  // namespace cellsock::emulator
