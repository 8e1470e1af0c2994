// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>

namespace cellsock::emulator {

/// Collects one command line, as the firmware's line editor does in a CRLF build:
/// a line ends with LF after CR outside quotes, so a lone CR or LF is an ordinary byte; quotes
/// protect everything; BS and DEL erase the byte before, in quotes too, and an erased quote toggles
/// back; bytes beyond 4096 are only counted.
class line_editor {
public:
  static constexpr std::size_t line_bytes_max = 4096;

  struct line {
    std::string text;
    bool overlong = false;
  };

  /// Takes one byte; yields a line when it is complete. Empty lines yield nothing.
  std::optional<line> put(std::byte value);
  void clear();
  [[nodiscard]] std::size_t pending_bytes() const { return text_.size() + excess_; }

private:
  void erase();

  std::string text_;
  std::size_t excess_ = 0;
  bool quoted_ = false;
  char previous_ = 0;
};

}  // namespace cellsock::emulator
