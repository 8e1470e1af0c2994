// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cellsock::client {

/// The bytes of hexadecimal text, which may end in a zero or a line end; nothing if it is none.
[[nodiscard]] inline std::optional<std::string> from_hex(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    return digits.find(lower);
  };
  std::string bytes;
  bytes.reserve(text.size() / 2);  // growing would leave copies of what may be a key
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto high = digit(text[at]);
    const auto low = digit(text[at + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

[[nodiscard]] inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += {digits[value / 16], digits[value % 16]};
  }
  return text;
}

}  // namespace cellsock::client
