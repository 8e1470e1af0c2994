// SPDX-License-Identifier: Apache-2.0
#include "actors/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <memory>

// The file and line that sd_journal_send adds would always be this one's.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

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

bool to_journal = false;

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat what {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &what) == 0 &&
         names_stream(stream, what.st_dev, what.st_ino);
}

void send_to_journal(level severity, std::string_view event, fields what) {
  const auto texts = journal_fields(severity, event, what);
  std::vector<iovec> pieces;
  for (const auto& text : texts) pieces.push_back({const_cast<char*>(text.data()), text.size()});
  // A journal that is gone must not take the daemon along; there is nowhere to complain.
  (void)sd_journal_sendv(pieces.data(), static_cast<int>(pieces.size()));
}

/// The table is the documentation: what it does not name is not said.
[[maybe_unused]] bool documented(const events::row& row, level severity, fields what) {
  return severity >= row.lowest && std::all_of(what.begin(), what.end(), [&](const field& f) {
           const std::string known = ' ' + std::string(row.fields) + ' ';
           return known.find(' ' + std::string(f.key) + ' ') != std::string::npos;
         });
}

}  // namespace

bool open(std::string_view lowest) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != lowest) continue;
    logger().set_level(levels[i]);
    to_journal = stderr_is_journal();
    return true;
  }
  return false;
}

void record(level severity, events::name event, fields what) {
  assert(documented(event.row(), severity, what));
  const auto at = levels[static_cast<std::size_t>(severity)];
  if (!logger().should_log(at)) return;
  if (to_journal) return send_to_journal(severity, event.text(), what);
  logger().log(at, "{}", line_of(event.text(), what));
}

void write(level severity, events::name event, fields what) {
  record(severity, event, what);
  if (events::wanted().happenings) events::publish(event_of(severity, event, what));
}

events::event event_of(level severity, events::name event, fields what) {
  events::event happened{severity, event.text(), std::chrono::system_clock::now()};
  for (const auto& f : what) happened.fields.emplace_back(f.key, f.value.text());
  return happened;
}

std::string line_of(std::string_view event, fields what) {
  std::string line(event);
  for (const auto& f : what) {
    line += ' ';
    line += f.key;
    line += '=';
    append(line, f.value.text());
  }
  return line;
}

std::vector<std::string> journal_fields(level severity, std::string_view event, fields what) {
  constexpr std::array<char, 4> priorities{'7', '6', '4', '3'};  // syslog(3)
  std::vector<std::string> texts{
      "MESSAGE=" + line_of(event, what),
      std::string("PRIORITY=") + priorities[static_cast<std::size_t>(severity)],
      "SYSLOG_IDENTIFIER=cellsockd", "CELLSOCK_EVENT=" + std::string(event)};
  for (const auto& f : what) {
    std::string text = "CELLSOCK_";
    for (const char c : f.key) text += c == '-' ? '_' : static_cast<char>(std::toupper(c));
    texts.push_back(text + '=' + f.value.text());
  }
  return texts;
}

bool names_stream(std::string_view journal_stream, unsigned long long device,
                  unsigned long long inode) {
  return journal_stream == std::to_string(device) + ':' + std::to_string(inode);
}

}  // namespace cellsock::log
