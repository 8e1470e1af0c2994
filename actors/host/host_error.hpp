// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "stack/result.hpp"

/// The kernel's words in ours: one table for errno, one for getaddrinfo.
namespace cellsock::host {

[[nodiscard]] errc code_of_errno(int error) noexcept;
/// `what` says which step failed and where: "bind 192.0.2.1:80".
[[nodiscard]] failure failure_of_errno(int error, const std::string& what);
/// `error` counts for EAI_SYSTEM only.
[[nodiscard]] failure failure_of_lookup(int code, int error, const std::string& name);

}  // namespace cellsock::host
