// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "stack/endpoint.hpp"

namespace cellsock::host {

/// One network interface as the kernel has it now.
struct interface_facts {
  std::string name;
  bool there = false;
  bool up = false;
  bool loopback = false;
  unsigned mtu = 0;
  std::vector<ip_address> addresses = {};
};

/// An interface that does not exist is `there == false`. Never blocks.
[[nodiscard]] interface_facts read_interface(const std::string& name);
/// All but loopback, in the kernel's order.
[[nodiscard]] std::vector<std::string> interface_names();

}  // namespace cellsock::host
