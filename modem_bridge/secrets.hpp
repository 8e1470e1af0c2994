// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

/// What traces, logs and `status` may show of a command or a response: payload as its length,
/// secrets as `***`.
namespace cellsock {

[[nodiscard]] std::string shown_command(std::string_view line);
[[nodiscard]] std::string shown_response(std::string_view line);

}  // namespace cellsock
