// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/command.hpp"

#include <charconv>

namespace cellsock::emulator {
namespace {

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_name(char c, grammar more) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (more.echo && c == '_');
}

std::optional<std::size_t> find_at(std::string_view line) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i)
    if (upper(line[i]) == 'A' && upper(line[i + 1]) == 'T') return i;
  return {};
}

/// Decimal, no leading zeros, at most 32 bits.
std::optional<std::int32_t> parse_number(std::string_view digits) {
  const std::string_view magnitude = digits.starts_with('-') ? digits.substr(1) : digits;
  if (magnitude.empty() || (magnitude.size() > 1 && magnitude[0] == '0')) return {};
  std::int32_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return {};
  return value;
}

std::optional<std::vector<command::parameter>> parse_parameters(std::string_view rest) {
  std::vector<command::parameter> found;
  for (;;) {
    command::parameter next;
    if (rest.starts_with('"')) {
      const auto close = rest.find('"', 1);
      if (close == std::string_view::npos) return {};
      next.is = command::parameter::kind::text;
      next.text = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
    } else {
      const std::string_view word = rest.substr(0, rest.find(','));
      if (!word.empty()) {
        const auto value = parse_number(word);
        if (!value) return {};
        next.is = command::parameter::kind::number;
        next.number = *value;
        rest.remove_prefix(word.size());
      }
    }
    found.push_back(std::move(next));
    if (rest.empty()) return found;
    if (!rest.starts_with(',')) return {};
    rest.remove_prefix(1);
  }
}

}  // namespace

std::optional<std::int32_t> command::number(std::size_t at) const {
  if (at >= count() || parameters[at].is != parameter::kind::number) return {};
  return parameters[at].number;
}

std::optional<std::int32_t> command::number(std::size_t at, std::int32_t low,
                                            std::int32_t high) const {
  const auto value = number(at);
  if (!value || *value < low || *value > high) return {};
  return value;
}

std::optional<std::string_view> command::text(std::size_t at, std::size_t bytes_max) const {
  if (!is_text(at) || parameters[at].text.size() > bytes_max) return {};
  return parameters[at].text;
}

std::optional<command> parse_command(std::string_view line, grammar more) {
  line = line.substr(0, line.find('\0'));
  const auto start = find_at(line);
  if (!start) return {};
  line.remove_prefix(*start + 2);
  command parsed;
  if (line.empty()) return parsed;
  parsed.separator = upper(line.front());
  if (more.echo && parsed.separator == 'E') {
    if (line.size() != 2 || (line[1] != '0' && line[1] != '1')) return {};
    parsed.name = line.substr(1);
    return parsed;
  }
  if (parsed.separator != '+' && parsed.separator != '%' && parsed.separator != '#') return {};
  line.remove_prefix(1);
  while (!line.empty() && is_name(upper(line.front()), more)) {
    parsed.name.push_back(upper(line.front()));
    line.remove_prefix(1);
  }
  if (parsed.name.empty()) return {};
  if (line.empty()) return parsed;
  if (line == "?" || line == "=?") {
    parsed.shape = line == "?" ? command::form::read : command::form::test;
    return parsed;
  }
  if (!line.starts_with('=')) return {};
  parsed.shape = command::form::set;
  auto parameters = parse_parameters(line.substr(1));
  if (!parameters) return {};
  parsed.parameters = std::move(*parameters);
  return parsed;
}

std::string redact(std::string_view line) {
  std::string shown;
  while (!line.empty()) {
    const auto open = line.find('"');
    shown += line.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = line.find('"', open + 1);
    const std::string_view inside = line.substr(open + 1, close - open - 1);
    shown += "<" + std::to_string(inside.size()) + ">";
    line = close == std::string_view::npos ? std::string_view{} : line.substr(close + 1);
  }
  // Anything else unprintable came from noise on the line, and a log is read by people.
  for (char& c : shown)
    if (c < ' ' || c > '~') c = '.';
  return shown.substr(0, 200);
}

}  // namespace cellsock::emulator
