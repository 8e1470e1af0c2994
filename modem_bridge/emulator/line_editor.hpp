// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "modem_bridge/emulator/flavour.hpp"

namespace cellsock::emulator {

/// How one build of the firmware collects lines.
struct line_rules {
  line_end terminator = line_end::crlf;
  std::size_t line_bytes_max = 4096;
  bool junk_dropped = false;
  bool erased_quote_toggles = true;
  bool overlong_at_once = false;
};

/// Collects one command line, as the firmware's line editor does: the terminator ends a line
/// outside quotes (in a CRLF build LF after CR, so a lone CR or LF is an ordinary byte); quotes
/// protect everything; BS and DEL erase the byte before, in quotes too, and an erased quote toggles
/// back (in older builds not); bytes beyond the largest size are only counted, or end the line.
/// A build that drops junk waits at the start of a line for `A`, then for `T`.
class line_editor {
public:
  explicit line_editor(line_rules rules = {}) : rules_(rules) {}

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
  [[nodiscard]] bool ends(char c) const;
  bool dropped(char c);

  line_rules rules_;
  std::string text_;
  std::size_t excess_ = 0;
  bool quoted_ = false;
  char previous_ = 0;
};

}  // namespace cellsock::emulator
