// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

namespace cellsock {

/// What a process is, as a person knows it; empty where the kernel does not say (it has ended, or
/// belongs to another user).
struct process_identity {
  std::string name = {};        // its own, of at most 15 bytes
  std::string executable = {};  // path
  std::string unit = {};        // systemd service
};
[[nodiscard]] process_identity identify(pid_t pid);

/// Of the text of /proc/PID/cgroup: the innermost service. Pure.
[[nodiscard]] std::string unit_in(std::string_view cgroups);

}  // namespace cellsock
