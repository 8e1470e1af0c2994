// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

/// Structured log lines: a stable event id, then key=value fields. Never payload, never keys. Loop
/// thread only, after `open`; before that (unit tests) lines below warn are dropped.
namespace cellsock::log {

enum class level : unsigned char { debug, info, warn, error };

/// A field's value as text; numbers are printed as such.
class value {
public:
  value(std::string_view text) : text_(text) {}
  value(const char* text) : text_(text) {}
  value(const std::string& text) : text_(text) {}
  template <std::integral Number>
  value(Number n) : text_(std::to_string(n)) {}
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

struct field {
  std::string_view key;
  cellsock::log::value value;
};

/// Parses "debug", "info", "warn", "error"; false if it is none.
[[nodiscard]] bool open(std::string_view lowest);
void write(level severity, std::string_view event, std::initializer_list<field> fields);

inline void debug(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::error, event, fields);
}

}  // namespace cellsock::log
