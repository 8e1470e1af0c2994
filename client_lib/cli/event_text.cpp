// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/event_text.hpp"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "client_lib/cli/plain_text.hpp"

namespace cellsock::cli {
namespace {

std::string time_text(std::uint64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &local);
  const auto ms = std::to_string(unix_ms % 1000);
  return text.data() + ('.' + std::string(3 - ms.size(), '0')) + ms;
}

std::string missed_text(const v1::WatchEvent& event) {
  if (event.missed() == 0) return {};
  return "(" + std::to_string(event.missed()) + " events missed: read faster)\n";
}

/// Bare when it is one word, else in quotes.
std::string value_text(const std::string& value) {
  const bool bare = !value.empty() && value.find_first_of(" \"=") == std::string::npos;
  if (bare) return printable(value);
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"') text += '\\';
    text += c;
  }
  return printable(text + '"');
}

std::string field(const v1::WatchEvent& event, std::string_view key) {
  for (const auto& one : event.fields())
    if (one.key() == key) return printable(one.value());
  return {};
}

}  // namespace

std::string event_text(const v1::WatchEvent& event) {
  std::string text = missed_text(event) + time_text(event.unix_ms()) + ' ' +
                     printable(event.level()) + ' ' + printable(event.event());
  for (const auto& one : event.fields())
    text += ' ' + printable(one.key()) + '=' + value_text(one.value());
  return text + '\n';
}

std::string trace_text(const v1::WatchEvent& event) {
  if (event.event() != "at") return event_text(event);
  const auto payload = field(event, "payload");
  const auto link = field(event, "link");
  return missed_text(event) + time_text(event.unix_ms()) + ' ' + (link.empty() ? "" : link + ' ') +
         field(event, "dir") + ' ' + field(event, "socket") + ' ' + field(event, "text") +
         (payload.empty() ? "" : "  " + payload) + '\n';
}

std::string event_json(const v1::WatchEvent& event) {
  using json = nlohmann::ordered_json;
  json fields = json::object();
  for (const auto& one : event.fields()) fields[one.key()] = one.value();
  const json said{{"unix_ms", event.unix_ms()},
                  {"event", event.event()},
                  {"level", event.level()},
                  {"missed", event.missed()},
                  {"fields", fields}};
  return said.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace cellsock::cli
