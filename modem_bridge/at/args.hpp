// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stack/result.hpp"

/// A cursor over the comma-separated fields of one response line. The modem is hostile input: every
/// field is checked, nothing is truncated in silence, nothing throws.
namespace cellsock::at {

class args {
public:
  /// `fields` is what follows the prefix; it must outlive the cursor.
  explicit args(std::string_view fields) : rest_(fields) {}

  /// Decimal, within [min, max]. errc::malformed otherwise, as with every reader below.
  [[nodiscard]] result<std::int64_t> integer(std::int64_t min, std::int64_t max);
  /// As `integer`; an empty or absent field is an empty optional.
  [[nodiscard]] result<std::optional<std::int64_t>> optional_integer(std::int64_t min,
                                                                     std::int64_t max);
  /// A field in double quotes, without them.
  [[nodiscard]] result<std::string_view> quoted();
  /// Quoted or not; quotes taken off.
  [[nodiscard]] result<std::string_view> text();
  /// Hexadecimal digits in quotes, as cell ids and area codes come.
  [[nodiscard]] result<std::uint32_t> hex();
  /// Passes one field, whatever it holds.
  void skip();

  [[nodiscard]] bool at_end() const noexcept { return ended_; }
  /// Looks without taking. False at the end.
  [[nodiscard]] bool next_is_quoted() const noexcept;
  [[nodiscard]] bool next_is_empty() const noexcept;

private:
  [[nodiscard]] std::optional<std::string_view> take();
  [[nodiscard]] failure bad(std::string_view expected) const;

  std::string_view rest_;
  bool ended_ = false;
  int taken_ = 0;
};

/// What follows `prefix` and the blanks after it; empty when the line does not begin with it.
[[nodiscard]] std::optional<std::string_view> after_prefix(std::string_view line,
                                                           std::string_view prefix);

}  // namespace cellsock::at
