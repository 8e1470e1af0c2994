// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What a firmware's socket commands look like, as rows. The engine speaks in intents; nothing but
/// a row knows the text. A new firmware is a new table.
namespace cellsock::dialect {

enum class intent : std::uint8_t {
  open,
  select,
  list_sockets,
  close,
  close_secure,  // a TLS socket left by somebody else
  set_send_timeout,
  bind,  // to the default packet network's address
  connect,
  send_string,
  send_stream,  // enters data mode
  send_string_to,
  send_datagram_to,  // enters data mode
  receive,
  receive_from,
  poll_start,
  poll_stop,
  read_data_limit,
  set_data_limit,
  resolve,
  count_
};

/// One command. Placeholders in `format`: {handle} {family} {type} {host} {port} {seconds} {ms}
/// {text}.
struct verb {
  intent what;
  std::string_view format;  // without terminator; empty: this dialect cannot, see `cannot`
  std::string_view prefix;  // of its information line; empty: none
  std::chrono::seconds wait;
  bool selected = false;  // acts on the selected socket
  bool counted = false;   // its information line is followed by payload bytes
  std::string_view cannot = {};
};

struct table {
  std::string_view name;
  std::span<const verb> verbs;
  std::string_view terminator;
  unsigned handles_max;
  std::size_t string_bytes_max;          // of a quoted payload
  std::string_view forbidden_in_string;  // bytes a quoted payload cannot hold
  std::size_t data_buffer_bytes;         // one flush, one datagram
  std::string_view data_terminator;
  std::size_t receive_bytes_max;
  // Bytes and waits per send beyond the payload, for the choice of mode (docs/at_dialects.md §10).
  std::size_t string_overhead_bytes;
  unsigned string_turnarounds;
  std::size_t data_overhead_bytes;
  unsigned data_turnarounds;
};

/// Values for the placeholders.
struct fields {
  int handle = 0;
  int family = 1;
  int type = 1;
  std::string_view host = {};
  unsigned port = 0;
  long seconds = 0;
  long ms = 0;
  std::string_view text = {};
};

inline constexpr std::array<std::string_view, 8> placeholders{
    "{handle}", "{family}", "{type}", "{host}", "{port}", "{seconds}", "{ms}", "{text}"};

/// For static_assert: every intent has exactly one row, a format or a reason, and no format holds a
/// placeholder nobody fills.
template <std::size_t Rows>
[[nodiscard]] consteval bool complete(const std::array<verb, Rows>& rows) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(intent::count_); ++i) {
    const auto same = [&](const verb& row) { return row.what == static_cast<intent>(i); };
    if (std::count_if(rows.begin(), rows.end(), same) != 1) return false;
  }
  for (const verb& row : rows) {
    if (row.format.empty() == row.cannot.empty()) return false;
    if (!row.format.empty() && row.wait.count() == 0) return false;
    for (std::size_t at = 0; at < row.format.size(); ++at) {
      if (row.format[at] != '{') continue;
      const auto rest = row.format.substr(at);
      if (std::none_of(placeholders.begin(), placeholders.end(),
                       [&](std::string_view known) { return rest.starts_with(known); }))
        return false;
    }
  }
  return true;
}

[[nodiscard]] const verb& find(const table& spoken, intent what);
/// The command's text without terminator.
[[nodiscard]] std::string expand(std::string_view format, const fields& values);

/// Serial LTE Modem as of NCS 3.1.
[[nodiscard]] const table& slm();

}  // namespace cellsock::dialect
