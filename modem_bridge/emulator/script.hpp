// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/config.hpp"
#include "stack/result.hpp"

namespace cellsock::emulator {

/// `10`, `0.5s`, `250ms`, `2m`, `24h`; without a unit it is `unit`. At most a year.
[[nodiscard]] std::optional<duration> parse_span(std::string_view word, std::string_view unit);

/// Lines `at TIME VERB…`, TIME since power-on, in seconds unless it says else; `#` begins a
/// comment. In order of time. The error names the line.
[[nodiscard]] result<std::vector<scripted_verb>> parse_script(std::string_view text);

}  // namespace cellsock::emulator
