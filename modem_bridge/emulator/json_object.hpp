// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cellsock::emulator {

/// Writes one JSON object on one line; the core's only need of JSON.
class json_object {
public:
  void add(std::string_view key, std::string_view value) { raw(key, quoted(value)); }
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }
  void add(std::string_view key, int value) { raw(key, std::to_string(value)); }
  void add(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  /// `value` is JSON already.
  void raw(std::string_view key, std::string_view value) {
    body_ += body_.empty() ? "" : ",";
    body_ += quoted(key);
    body_ += ':';
    body_ += value;
  }
  [[nodiscard]] std::string text() const { return "{" + body_ + "}"; }

  [[nodiscard]] static std::string quoted(std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : value) {
      const auto code = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (code < 0x20 || code > 0x7e) {
        out += "\\u00";
        out += digits[code >> 4U];
        out += digits[code & 15U];
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

private:
  std::string body_;
};

}  // namespace cellsock::emulator
