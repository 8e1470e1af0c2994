// SPDX-License-Identifier: Apache-2.0
#include "actors/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

namespace cellsock::log {
namespace {

constexpr std::array<spdlog::level::level_enum, 4> levels{spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err};

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("cellsockd",
                                                 std::make_shared<spdlog::sinks::stderr_sink_st>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    made->set_level(spdlog::level::err);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

/// Bare when it is one word, else quoted, with what would break a line escaped.
void append(std::string& line, const std::string& text) {
  const bool bare =
      !text.empty() && text.find_first_of(" \"=\\") == std::string::npos &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (bare) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view digits = "0123456789abcdef";
      line += "\\x";
      line += digits[byte >> 4];
      line += digits[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

bool open(std::string_view lowest) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != lowest) continue;
    logger().set_level(levels[i]);
    return true;
  }
  return false;
}

void write(level severity, std::string_view event, std::initializer_list<field> fields) {
  const auto at = levels[static_cast<std::size_t>(severity)];
  if (!logger().should_log(at)) return;
  std::string line(event);
  for (const auto& f : fields) {
    line += ' ';
    line += f.key;
    line += '=';
    append(line, f.value.text());
  }
  logger().log(at, "{}", line);
}

}  // namespace cellsock::log
