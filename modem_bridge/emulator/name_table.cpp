// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/name_table.hpp"

#include <algorithm>

namespace cellsock::emulator {
namespace {

constexpr std::size_t name_bytes_max = 253;  // RFC 1035, as text

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_';
         });
}

std::string_view next_word(std::string_view& rest) {
  constexpr std::string_view blanks = " \t\r";
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

status add_name(name_table& names, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return fail(errc::invalid_argument, "not NAME=ADDRESS: " + std::string(assignment));
  const std::string_view name = assignment.substr(0, equals);
  if (!is_name(name)) return fail(errc::invalid_argument, "not a name: " + std::string(name));
  auto address = parse_address(assignment.substr(equals + 1));
  if (!address) return address.error();
  names.emplace(lower(name), *address);
  return done{};
}

status add_hosts(name_table& names, std::string_view text) {
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const std::string_view literal = next_word(line);
    if (literal.empty()) continue;
    const auto bad = [&](std::string_view what) {
      return fail(errc::invalid_argument,
                  "line " + std::to_string(number) + ": " + std::string(what));
    };
    // A scoped literal (fe80::1%lo0) is common in real files and means nothing here.
    if (literal.find('%') != std::string_view::npos) continue;
    const auto address = parse_address(literal);
    if (!address) return bad("not an address: " + std::string(literal));
    std::string_view name = next_word(line);
    if (name.empty()) return bad("no name");
    for (; !name.empty(); name = next_word(line)) {
      if (!is_name(name)) return bad("not a name: " + std::string(name));
      names.emplace(lower(name), *address);
    }
  }
  return done{};
}

std::vector<ip_address> resolve(const name_table& names, std::string_view name) {
  if (const auto literal = parse_address(name)) return {*literal};
  std::vector<ip_address> found;
  const auto [first, last] = names.equal_range(lower(name));
  for (auto it = first; it != last; ++it) found.push_back(it->second);
  return found;
}

}  // namespace cellsock::emulator
