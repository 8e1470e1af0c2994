// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/line_editor.hpp"

#include <utility>

namespace cellsock::emulator {

bool line_editor::ends(char c) const {
  if (quoted_) return false;
  switch (rules_.terminator) {
    case line_end::cr: return c == '\r';
    case line_end::lf: return c == '\n';
    case line_end::crlf: break;
  }
  return c == '\n' && previous_ == '\r';
}

/// Whether `c` does not get into the line at all; a byte that is not the awaited `T` takes the `A`
/// with it.
bool line_editor::dropped(char c) {
  if (!rules_.junk_dropped || text_.size() > 1) return false;
  const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (text_.empty()) return upper != 'A';
  if (upper == 'T') return false;
  text_.clear();
  return true;
}

std::optional<line_editor::line> line_editor::put(std::byte value) {
  const char c = static_cast<char>(value);
  if (c == '\b' || c == '\x7f') {
    erase();
    return {};
  }
  if (ends(c)) {
    line done{std::move(text_), excess_ > 0};
    if (rules_.terminator == line_end::crlf) {
      // The CR was stored like any byte; in a line of exactly the largest size it is the excess.
      if (excess_ > 0)
        done.overlong = excess_ > 1;
      else if (!done.text.empty())
        done.text.pop_back();
    }
    clear();
    if (done.text.empty() || (rules_.junk_dropped && done.text.size() < 2)) return {};
    return done;
  }
  if (dropped(c)) {
    previous_ = c;
    return {};
  }
  if (c == '"') quoted_ = !quoted_;
  previous_ = c;
  if (text_.size() < rules_.line_bytes_max) {
    text_.push_back(c);
    return {};
  }
  if (!rules_.overlong_at_once) {
    ++excess_;
    return {};
  }
  line done{std::move(text_), true};
  clear();
  return done;
}

void line_editor::erase() {
  if (excess_ > 0) {
    // What was dropped is not known any more; a quote among it cannot be toggled back.
    --excess_;
    previous_ = 0;
    return;
  }
  if (text_.empty()) return;
  if (text_.back() == '"' && rules_.erased_quote_toggles) quoted_ = !quoted_;
  text_.pop_back();
  previous_ = text_.empty() ? '\0' : text_.back();
}

void line_editor::clear() {
  text_.clear();
  excess_ = 0;
  quoted_ = false;
  previous_ = 0;
}

}  // namespace cellsock::emulator
