// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "stack/result.hpp"

/// The kernel facts on which the promise "a socket is a descriptor" rests. They hold on the Linux
/// versions tried; a kernel on which one does not would make programs hang or misread, so the
/// daemon asks before it starts.
namespace cellsock {

struct kernel_fact {
  std::string_view name;         // "unwritable-when-full"
  std::string_view consequence;  // what would go wrong
  std::function<bool()> holds;
};

[[nodiscard]] const std::vector<kernel_fact>& kernel_facts();
/// The first fact that does not hold, with what it means.
[[nodiscard]] status probe_kernel(const std::vector<kernel_fact>& facts = kernel_facts());

}  // namespace cellsock
