// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

/// What a line means, given the command in flight. Never assumes that the next line belongs to the
/// command: a URC may stand anywhere (docs/at_dialects.md §4).
namespace cellsock::at {

enum class line_kind {
  ok,
  error,        // a bare ERROR, or +CME / +CMS ERROR with its number
  information,  // of the command in flight
  urc,
  unknown,
};

struct classified {
  line_kind kind = line_kind::unknown;
  std::optional<int> code = {};  // of +CME ERROR / +CMS ERROR
};

/// What the command in flight may print.
struct expectation {
  std::string_view prefix = {};  // of its information lines
  bool bare = false;             // lines without a known prefix are its information (AT+CGMI)
  bool read = false;  // a `?` command: its lines have one more leading field than the URC
};

/// `in_flight` null: no command, so only URCs make sense.
[[nodiscard]] classified classify(std::string_view line, const expectation* in_flight);

}  // namespace cellsock::at
