// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/args.hpp"

#include <charconv>

namespace cellsock::at {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

failure args::bad(std::string_view expected) const {
  return fail(errc::malformed,
              "field " + std::to_string(taken_) + " is not " + std::string(expected));
}

std::optional<std::string_view> args::take() {
  ++taken_;
  if (ended_) return std::nullopt;
  bool in_quotes = false;
  std::size_t end = 0;
  for (; end < rest_.size(); ++end) {
    if (rest_[end] == '"') in_quotes = !in_quotes;
    if (rest_[end] == ',' && !in_quotes) break;
  }
  const std::string_view field = trimmed(rest_.substr(0, end));
  ended_ = end == rest_.size();
  rest_.remove_prefix(ended_ ? end : end + 1);
  return field;
}

result<std::int64_t> args::integer(std::int64_t min, std::int64_t max) {
  const auto field = take();
  std::int64_t value = 0;
  if (!field || field->empty()) return bad("a number");
  const auto [end, problem] = std::from_chars(field->data(), field->data() + field->size(), value);
  if (problem != std::errc{} || end != field->data() + field->size()) return bad("a number");
  if (value < min || value > max) return bad("in range");
  return value;
}

result<std::optional<std::int64_t>> args::optional_integer(std::int64_t min, std::int64_t max) {
  if (at_end() || next_is_empty()) {
    skip();
    return std::optional<std::int64_t>{};
  }
  auto value = integer(min, max);
  if (!value) return value.error();
  return std::optional<std::int64_t>{*value};
}

result<std::string_view> args::quoted() {
  const auto field = take();
  if (!field || field->size() < 2 || field->front() != '"' || field->back() != '"')
    return bad("a quoted text");
  const auto inside = field->substr(1, field->size() - 2);
  if (inside.find('"') != std::string_view::npos) return bad("one quoted text");
  return inside;
}

result<std::string_view> args::text() {
  if (next_is_quoted()) return quoted();
  const auto field = take();
  if (!field) return bad("there");
  if (field->find('"') != std::string_view::npos) return bad("one text");
  return *field;
}

result<std::uint32_t> args::hex() {
  const auto field = quoted();
  if (!field) return field.error();
  std::uint32_t value = 0;
  const auto [end, problem] =
      std::from_chars(field->data(), field->data() + field->size(), value, 16);
  if (field->empty() || problem != std::errc{} || end != field->data() + field->size())
    return bad("hexadecimal");
  return value;
}

void args::skip() {
  (void)take();
}

bool args::next_is_quoted() const noexcept {
  const auto field = trimmed(rest_);
  return !ended_ && !field.empty() && field.front() == '"';
}

bool args::next_is_empty() const noexcept {
  const auto field = trimmed(rest_);
  return !ended_ && (field.empty() || field.front() == ',');
}

std::optional<std::string_view> after_prefix(std::string_view line, std::string_view prefix) {
  if (prefix.empty() || !line.starts_with(prefix)) return std::nullopt;
  return trimmed(line.substr(prefix.size()));
}

}  // namespace cellsock::at
