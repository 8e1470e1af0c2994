// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

#include "stack/result.hpp"

namespace cellsock::emulator {

/// A pseudo terminal whose slave a program opens as if it were the modem's serial port.
///
/// The slave is made raw and kept open here: a cooked one would echo the modem's own `Ready` back
/// as input, and a master without any open slave reads as hung up between two programs.
class pty {
public:
  /// `baud`: what the slave is set to until the host sets something else.
  static result<pty> open(unsigned baud = 115200);
  pty(pty&& other) noexcept;
  pty& operator=(pty&&) = delete;
  ~pty();

  [[nodiscard]] int master() const { return master_; }
  [[nodiscard]] const std::string& slave_path() const { return path_; }
  /// The rate the host set the slave to.
  [[nodiscard]] unsigned host_baud() const;

private:
  pty() = default;

  int master_ = -1;
  int slave_ = -1;
  std::string path_;
};

/// A symbolic link that always leads to the running emulator's port: put in place in one step, and
/// removed at the end if it still is ours.
class stable_link {
public:
  static result<stable_link> make(std::filesystem::path at, std::string target);
  stable_link(stable_link&& other) noexcept;
  stable_link& operator=(stable_link&&) = delete;
  ~stable_link();

private:
  stable_link(std::filesystem::path at, std::string target)
      : at_(std::move(at)), target_(std::move(target)) {}

  std::filesystem::path at_;
  std::string target_;
};

}  // namespace cellsock::emulator
