// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellsock::emulator {

/// A command line that satisfied the grammar: `AT`, or `AT<+|%|#>NAME` followed by nothing, `?`,
/// `=?` or `=` and parameters.
struct command {
  enum class form : std::uint8_t { execute, set, read, test };

  struct parameter {
    enum class kind : std::uint8_t { empty, number, text } is = kind::empty;
    std::int32_t number = 0;
    std::string text = {};
  };

  char separator = 0;     // '+', '%' or '#'; 'E' for ATE0 and ATE1; 0 for a bare AT
  std::string name = {};  // upper case, without the separator
  form shape = form::execute;
  std::vector<parameter> parameters = {};

  [[nodiscard]] std::size_t count() const { return parameters.size(); }
  [[nodiscard]] bool is_text(std::size_t at) const {
    return at < count() && parameters[at].is == parameter::kind::text;
  }
  /// Missing: neither given nor empty between two commas.
  [[nodiscard]] bool has(std::size_t at) const {
    return at < count() && parameters[at].is != parameter::kind::empty;
  }
  [[nodiscard]] std::optional<std::int32_t> number(std::size_t at) const;
  /// A number inside [low, high].
  [[nodiscard]] std::optional<std::int32_t> number(std::size_t at, std::int32_t low,
                                                   std::int32_t high) const;
  /// A string of at most `bytes_max` bytes.
  [[nodiscard]] std::optional<std::string_view> text(std::size_t at, std::size_t bytes_max) const;
  /// `execute` and `set` reach the same handler in this firmware.
  [[nodiscard]] bool is_set() const { return shape == form::execute || shape == form::set; }
};

/// What the grammar of one firmware allows beyond that of all.
struct grammar {
  bool echo = false;  // ATE0, ATE1, and `_` in names
};

/// Reads one line. The firmware sees a C string, so a NUL ends it; it skips to the first AT; case
/// does not matter. Empty: the line is not a command (`ERROR`).
[[nodiscard]] std::optional<command> parse_command(std::string_view line, grammar more = {});

/// The line for a log: every quoted string is replaced by its length.
[[nodiscard]] std::string redact(std::string_view line);

}  // namespace cellsock::emulator
