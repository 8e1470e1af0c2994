// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a firmware's socket commands look like, as rows and traits. The engine speaks in intents
/// and asks the traits; nothing but a row knows the text, and nothing asks which dialect it is. A
/// new firmware is a new table.
namespace cellsock::dialect {

enum class intent : std::uint8_t {
  open,
  select,
  list_sockets,
  list_secure,  // where the list of sockets leaves TLS sockets out
  close,
  close_secure,  // a TLS socket left by somebody else
  set_send_timeout,
  set_option,
  get_option,
  bind,  // to the default packet network's address
  connect,
  listen,
  accept,
  send_string,
  send_hex,
  send_stream,  // enters data mode
  send_string_to,
  send_hex_to,
  send_datagram_to,  // enters data mode
  receive,
  receive_from,
  receive_wait,     // waits a second for data: where a read that does not wait hides the end
  poll_start,       // notices of every socket
  poll_stop,        //
  notice_again,     // data of this socket is announced once more
  notice_end,       // it is not announced any more
  poll_ask,         // is there anything on these sockets?
  push_start,       // received data of every socket comes by itself
  push_on,          // of this socket
  push_off,         //
  read_data_limit,  //
  set_data_limit,
  resolve,
  set_rate,
  echo_off,
  rai_no_data,  // release assistance (3GPP TS 36.321): nothing more to send
  rai_last,     // the next packet is the last
  rai_one_response,
  rai_ongoing,
  rai_wait_more,
  count_
};

/// One command. Placeholders in `format`: {handle} {handles} {family} {type} {pdn} {host} {port}
/// {seconds} {ms} {length} {flags} {baud} {option} {value} {text}.
struct verb {
  intent what;
  std::string_view format;  // without terminator; empty: this dialect cannot, see `cannot`
  std::string_view prefix;  // of its information line; empty: none
  std::chrono::seconds wait;
  bool counted = false;   // its information line is followed by payload bytes
  unsigned value_at = 0;  // the field of the information line that carries the number asked for
  std::string_view cannot = {};
};

/// How a command says which socket it is about.
enum class addressing : std::uint8_t {
  selected,    // one socket is the current one
  in_command,  // by its handle
};
/// How payload in data mode ends.
enum class data_end : std::uint8_t {
  terminator,  // by a byte sequence it must not hold
  counted,     // by its length, said beforehand
};
/// How the modem tells that something is there to be read.
enum class notices : std::uint8_t {
  told,   // by itself
  asked,  // when it is asked
};
/// What a send that fails in data mode looks like.
enum class data_failure : std::uint8_t {
  silent,
  reported,  // the modem writes the terminator; ours answers it, the result is negative
};

/// What an open calls a packet network by.
enum class pdn_naming : std::uint8_t {
  id,       // the modem's own id of it
  context,  // its context, which the firmware translates
};

/// Three numbers of a version; what is missing is 0.
struct version {
  unsigned major = 0, minor = 0, patch = 0;
  friend auto operator<=>(const version&, const version&) = default;
};
/// Of `v1.0.1-3-gabc` as of `2.6.1`. Empty: there is none in it.
[[nodiscard]] std::optional<version> version_in(std::string_view text);

/// What pushed data looks like: `<prefix> <handle>,<mode>,<count>[,"<address>",<port>]`, then the
/// bytes and a line end.
struct push_row {
  std::string_view prefix;
  bool with_sender = false;
};

/// How a firmware is recognised: by what it lists, and where that does not tell, by a version.
struct signature {
  std::array<std::string_view, 4> lists = {};  // in #XCLAC, without `AT`; empty entries: none
  std::array<std::string_view, 4> lacks = {};
  version application_from = {};  // of the application's own version
};

/// What a send costs beyond its payload (docs/at_dialects.md §10).
struct send_cost {
  std::size_t overhead_bytes = 0;
  unsigned turnarounds = 1;
};

struct table {
  std::string_view name;     // of the firmware family, as `status` shows it
  std::string_view flavour;  // which of them
  signature known_by;
  std::span<const verb> verbs;
  unsigned handles_max;

  // ---- sending ----
  std::size_t string_bytes_max;          // of a quoted payload
  std::string_view forbidden_in_string;  // bytes a quoted payload cannot hold
  std::size_t hex_bytes_max = 0;         // of a payload in hexadecimal; 0: it cannot
  std::size_t data_buffer_bytes;         // one flush, one datagram
  std::size_t data_bytes_max;            // one data mode, of a stream
  std::string_view data_terminator;
  data_end ends = data_end::terminator;
  data_failure failure_kind = data_failure::silent;
  /// Before the terminator, where its bytes must come in one piece and apart from the payload's.
  std::chrono::milliseconds terminator_pause{0};
  bool verify_sent = false;  // nothing else would tell that a socket died in data mode
  long send_flags = 0;       // 8192 asks for #XSENDNTF
  send_cost string_cost = {}, hex_cost = {}, data_cost = {};

  // ---- receiving ----
  addressing addressed = addressing::selected;
  std::size_t receive_bytes_max;
  notices readiness = notices::told;
  std::span<const push_row> pushes = {};  // none: all data is fetched
  /// An older modem library reports the end of a stream as "nothing there".
  version end_seen_since_library = {};
  /// A notice may stand inside a counted receive.
  bool intrusions = true;
  bool notices_lost_in_data_mode = true;

  // ---- packet networks ----
  pdn_naming names_pdn = pdn_naming::id;
  bool binds_to_first = false;  // a bind takes the first one's address, whichever the socket uses

  // ---- the rest ----
  bool has_address_refresh = false;           // option 62: IPv6 delayed address refresh
  bool resolver_repeats_first = true;         // prints one address, however many there are
  std::chrono::milliseconds rate_pause{100};  // after the rate changed
};

/// Values for the placeholders.
struct fields {
  int handle = -1;  // below 0: of the current socket
  std::span<const int> handles = {};
  int family = 1;
  int type = 1;
  int pdn = 0;  // as the firmware names it; 0: its default, which needs no word
  std::string_view host = {};
  unsigned port = 0;
  long seconds = 0;
  long ms = 0;
  std::size_t length = 0;
  long flags = 0;
  unsigned baud = 0;
  unsigned option = 0;
  std::int64_t value = 0;
  std::string_view text = {};
  std::string_view payload = {};  // what `text` stands for, where that is in hexadecimal
};

inline constexpr std::array<std::string_view, 15> placeholders{
    "{handle}", "{handles}", "{family}", "{type}", "{pdn}",    "{host}",  "{port}", "{seconds}",
    "{ms}",     "{length}",  "{flags}",  "{baud}", "{option}", "{value}", "{text}"};

/// For static_assert: every intent has exactly one row, a format or a reason, and no format holds a
/// placeholder nobody fills.
[[nodiscard]] constexpr bool complete(std::span<const verb> rows) {
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

/// A row that cannot, with its reason.
[[nodiscard]] constexpr verb cannot(intent what, std::string_view why) {
  return {what, {}, {}, std::chrono::seconds(0), false, 0, why};
}

/// `base` with some rows replaced: how one firmware differs from its neighbour.
template <std::size_t Rows, std::size_t Changes>
[[nodiscard]] constexpr std::array<verb, Rows> with(std::array<verb, Rows> base,
                                                    const std::array<verb, Changes>& changes) {
  for (const verb& changed : changes)
    for (verb& row : base)
      if (row.what == changed.what) row = changed;
  return base;
}

[[nodiscard]] const verb& find(const table& spoken, intent what);
[[nodiscard]] inline bool can(const table& spoken, intent what) {
  return !find(spoken, what).format.empty();
}
/// The command's text without terminator.
[[nodiscard]] std::string expand(std::string_view format, const fields& values);

/// The bytes asked of a stream in one turn: about 80 ms of line, in whole flushes of the modem's
/// buffer. More would make the others wait, less would spend the line on turnarounds.
[[nodiscard]] std::size_t chunk_bytes(const table& spoken, unsigned baud);

/// All that are spoken here, in the order in which they are recognised.
[[nodiscard]] std::span<const table* const> all();

/// Serial LTE Modem as of NCS 3.1, 2.8 to 3.0, 2.5 to 2.7, and up to 2.4.
[[nodiscard]] const table& slm();
[[nodiscard]] const table& slm29();
[[nodiscard]] const table& slm27();
[[nodiscard]] const table& slm24();
/// Serial Modem 1.x and 2.x.
[[nodiscard]] const table& sm1();
[[nodiscard]] const table& sm2();

}  // namespace cellsock::dialect
