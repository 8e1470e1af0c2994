// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "actors/event_bus.hpp"

/// Says what happens: an event of the table, then key=value fields, to the log and to whoever
/// watches. Never payload, never keys. Loop thread only, after `open`; before that (unit tests)
/// lines below error are dropped.
namespace cellsock::log {

using events::level;

/// A field's value as text; numbers are printed as such.
class value {
public:
  value(std::string_view text) : text_(text) {}
  value(const char* text) : text_(text) {}
  value(const std::string& text) : text_(text) {}
  template <std::integral Number>
  value(Number n) : text_(std::to_string(n)) {}
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

struct field {
  std::string_view key;  // a literal: it is kept as it is
  cellsock::log::value value;
};
using fields = std::initializer_list<field>;

/// Parses "debug", "info", "warn", "error"; false if it is none. Lines go to the journal, with
/// structured fields, when stderr is the journal's; to stderr otherwise.
[[nodiscard]] bool open(std::string_view lowest);

/// To the log and to watchers.
void write(level severity, events::name event, fields what);
/// The same as a value.
[[nodiscard]] events::event event_of(level severity, events::name event, fields what);
/// To the log alone: for what watchers hear in another form (the trace).
void record(level severity, events::name event, fields what);

inline void debug(events::name event, fields what = {}) {
  write(level::debug, event, what);
}
inline void info(events::name event, fields what = {}) {
  write(level::info, event, what);
}
inline void warn(events::name event, fields what = {}) {
  write(level::warn, event, what);
}
inline void error(events::name event, fields what = {}) {
  write(level::error, event, what);
}

// ---- forms: pure ----

/// `link-state link=modem0 state=ready`; what would break a line is quoted and escaped.
[[nodiscard]] std::string line_of(std::string_view event, fields what);
/// For sd_journal_sendv: MESSAGE, PRIORITY, CELLSOCK_EVENT, and CELLSOCK_<KEY> for each field.
[[nodiscard]] std::vector<std::string> journal_fields(level severity, std::string_view event,
                                                      fields what);
/// Whether $JOURNAL_STREAM (`device:inode`) names this file.
[[nodiscard]] bool names_stream(std::string_view journal_stream, unsigned long long device,
                                unsigned long long inode);

}  // namespace cellsock::log
