// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/pem.hpp"

#include <algorithm>
#include <optional>

#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";

failure at_line(unsigned line, std::string_view what) {
  return fail(errc::credential_invalid, "line " + std::to_string(line) + ": " + std::string(what));
}

/// `-----BEGIN X-----` -> X.
std::optional<std::string_view> label_of(std::string_view line, std::string_view mark) {
  if (!line.starts_with(mark) || !line.ends_with(dashes) ||
      line.size() < mark.size() + dashes.size())
    return std::nullopt;
  return line.substr(mark.size(), line.size() - mark.size() - dashes.size());
}

constexpr int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// Base64 over many lines. Nothing that it held stays behind.
class base64_reader {
public:
  /// Null, or what is wrong.
  const char* take(std::string_view line, secret& out) {
    for (const char c : line) {
      if (c == ' ' || c == '\t') continue;
      if (c == '=') {
        ++padding_;
        continue;
      }
      const int value = value_of(c);
      if (value < 0) return "a character that base64 does not have";
      if (padding_ != 0) return "base64 goes on after its end";
      bits_ = (bits_ << 6) | static_cast<unsigned>(value);
      if (++digits_ % 4 != 0) continue;
      emit(out, 3);
    }
    return nullptr;
  }
  const char* finish(secret& out) {
    const auto left = digits_ % 4;
    if (left == 1 || (left == 0 ? 0 : 4 - left) != padding_) return "base64 of a wrong length";
    if (left == 2) bits_ >>= 4, emit(out, 1);
    if (left == 3) bits_ >>= 2, emit(out, 2);
    return nullptr;
  }

private:
  void emit(secret& out, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      const std::byte b{static_cast<unsigned char>(bits_ >> (8 * i))};
      out.append({&b, 1});
    }
    bits_ = 0;
  }
  unsigned bits_ = 0;
  unsigned digits_ = 0;
  unsigned padding_ = 0;
};

class line_source {
public:
  explicit line_source(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    ++number_;
    const auto end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    const auto last = line.find_last_not_of(std::string_view(" \t\r\0", 4));
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return true;
  }
  [[nodiscard]] unsigned number() const { return number_; }

private:
  std::string_view rest_;
  unsigned number_ = 0;
};

result<pem_block> read_block(line_source& lines, std::string_view label) {
  pem_block block{std::string(label), lines.number()};
  block.encrypted = label == "ENCRYPTED PRIVATE KEY";
  base64_reader base64;
  std::string_view line;
  while (lines.next(line)) {
    if (const auto ended = label_of(line, end_mark)) {
      if (*ended != label) return at_line(lines.number(), "ends another block than it began");
      if (const auto* wrong = base64.finish(block.der)) return at_line(lines.number(), wrong);
      if (block.encrypted) block.der = {};
      return block;
    }
    if (label_of(line, begin_mark)) break;
    if (line.find(':') != std::string_view::npos) {  // RFC 1421's headers, of old encrypted keys
      block.encrypted = block.encrypted || line.find("ENCRYPTED") != std::string_view::npos;
      continue;
    }
    if (block.encrypted) continue;
    if (const auto* wrong = base64.take(line, block.der)) return at_line(lines.number(), wrong);
  }
  return at_line(block.line, "BEGIN " + block.label + " has no END");
}

}  // namespace

bool looks_like_pem(std::span<const std::byte> bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.find(begin_mark) != std::string_view::npos;
}

result<std::vector<pem_block>> read_pem(std::string_view text) {
  std::vector<pem_block> blocks;
  line_source lines(text);
  std::string_view line;
  while (lines.next(line)) {
    const auto label = label_of(line, begin_mark);
    if (!label) continue;
    if (blocks.size() == limits::pem_blocks_max)
      return at_line(lines.number(),
                     "more than " + std::to_string(limits::pem_blocks_max) + " blocks");
    auto block = read_block(lines, *label);
    if (!block) return block.error();
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

}  // namespace cellsock
