// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "modem_bridge/emulator/control.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::size_t lines_max = 100'000;
constexpr double span_max_s = 366.0 * 24 * 3600;

std::string_view take_word(std::string_view& rest) {
  constexpr std::string_view blanks = " \t\r";
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

std::optional<duration> parse_span(std::string_view word, std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 4> units{
      {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  double value = 0;
  const auto [end, problem] =
      std::from_chars(word.data(), word.data() + word.size(), value, std::chars_format::fixed);
  if (problem != std::errc{} || !(value >= 0)) return {};
  const auto read = static_cast<std::size_t>(end - word.data());
  const std::string_view said = read == word.size() ? unit : word.substr(read);
  for (const auto& [name, seconds] : units)
    if (name == said && value * seconds <= span_max_s)
      return std::chrono::round<std::chrono::microseconds>(
          std::chrono::duration<double>(value * seconds));
  return {};
}

result<std::vector<scripted_verb>> parse_script(std::string_view text) {
  std::vector<scripted_verb> script;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const auto bad = [number](std::string_view what) {
      return fail(errc::invalid_argument,
                  "line " + std::to_string(number) + ": " + std::string(what));
    };
    const std::string_view first = take_word(line);
    if (first.empty()) continue;
    if (first != "at") return bad("not `at TIME VERB`: " + std::string(first.substr(0, 40)));
    const std::string_view time = take_word(line);
    const auto at = parse_span(time, "s");
    if (!at) return bad("not a time: " + std::string(time.substr(0, 40)));
    std::string request;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (request.empty() && !is_control_verb(word))
        return bad("no verb: " + std::string(word.substr(0, 40)));
      request += (request.empty() ? "" : " ") + std::string(word);
    }
    if (request.empty()) return bad("no verb");
    if (script.size() >= lines_max) return bad("too many verbs");
    script.push_back({*at, std::move(request)});
  }
  std::stable_sort(script.begin(), script.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return script;
}

}  // namespace cellsock::emulator
