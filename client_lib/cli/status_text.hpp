// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "cellsock/v1/control.pb.h"

namespace cellsock::cli {

/// `cellsock status` for people. Its layout may change; programs use --json. Pure.
[[nodiscard]] std::string status_text(const v1::StatusReply& status);

/// `512 B`, `12.3 KiB`, `4.0 GiB`.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// `0.4 s`, `12.0 s`, `3 min 12 s`, `5 h 3 min`, `2 d 4 h`.
[[nodiscard]] std::string span_text(std::uint64_t milliseconds);

}  // namespace cellsock::cli
