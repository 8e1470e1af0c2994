// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/line_editor.hpp"

#include <utility>

namespace cellsock::emulator {

std::optional<line_editor::line> line_editor::put(std::byte value) {
  const char c = static_cast<char>(value);
  if (c == '\b' || c == '\x7f') {
    erase();
    return {};
  }
  if (c == '\n' && !quoted_ && previous_ == '\r') {
    line done{std::move(text_), false};
    // The CR was stored like any byte; in a line of exactly the largest size it is the excess.
    if (excess_ > 0)
      done.overlong = excess_ > 1;
    else
      done.text.pop_back();
    clear();
    if (done.text.empty()) return {};
    return done;
  }
  if (c == '"') quoted_ = !quoted_;
  previous_ = c;
  if (text_.size() < line_bytes_max)
    text_.push_back(c);
  else
    ++excess_;
  return {};
}

void line_editor::erase() {
  if (excess_ > 0) {
    // What was dropped is not known any more; a quote among it cannot be toggled back.
    --excess_;
    previous_ = 0;
    return;
  }
  if (text_.empty()) return;
  if (text_.back() == '"') quoted_ = !quoted_;
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
