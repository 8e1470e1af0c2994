// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

/// The firmware this emulator can be, as rows. What differs between two of them stands here and
/// nowhere else; what a row cannot say (another command) is a command's own set of dialects. See
/// docs/at_dialects.md §15 and §17.
namespace cellsock::emulator {

enum class dialect : std::uint8_t { slm_2_4, slm_2_7, slm_2_9, slm_3_1, sm_1, sm_2 };

/// Which firmware has a command or an option.
class dialect_set {
public:
  constexpr dialect_set(std::initializer_list<dialect> members) {
    for (const dialect one : members) bits_ |= bit(one);
  }
  [[nodiscard]] constexpr bool has(dialect one) const { return (bits_ & bit(one)) != 0; }

private:
  static constexpr unsigned bit(dialect one) { return 1U << static_cast<unsigned>(one); }
  unsigned bits_ = 0;
};

namespace in {
inline constexpr dialect_set slm{dialect::slm_2_4, dialect::slm_2_7, dialect::slm_2_9,
                                 dialect::slm_3_1};
inline constexpr dialect_set sm{dialect::sm_1, dialect::sm_2};
inline constexpr dialect_set every{dialect::slm_2_4, dialect::slm_2_7, dialect::slm_2_9,
                                   dialect::slm_3_1, dialect::sm_1,    dialect::sm_2};
}  // namespace in

/// One selected socket that every command acts on, or a handle in every command.
enum class command_syntax : std::uint8_t { selected_socket, handle };
enum class line_end : std::uint8_t { cr, lf, crlf };
/// What an open that failed leaves selected.
enum class failed_open : std::uint8_t { selects_none, selects_youngest };
/// Which lines are lost when the buffer for unsolicited ones is full.
enum class urc_overflow : std::uint8_t { newest_lost, all_lost };
/// Where unsolicited lines are written: at once between any two writes; before a response but not
/// inside it; only while nothing was typed for a while and no command runs.
enum class urc_place : std::uint8_t { anywhere, before_response, idle_only };
/// What calls a host that switched the UART off: a level that lasts, or one pulse.
enum class ring_indicator : std::uint8_t { none, pulse, level };

struct chip_identity {
  std::string_view model;          // AT+CGMM
  std::string_view firmware;       // AT+CGMR
  std::string_view hardware;       // AT%HWVERSION
  std::string_view short_version;  // AT%SHORTSWVER
  int release_assistance_max;      // AT%RAI
};

inline constexpr chip_identity nrf9160{"nRF9160-SICA", "mfw_nrf9160_1.3.7", "nRF9160 SICA B0A",
                                       "nrf9160_1.3.7", 1};
inline constexpr chip_identity nrf9151{"nRF9151-LACA", "mfw_nrf91x1_2.0.4", "nRF9151 LACA A0A",
                                       "nrf91x1_2.0.4", 2};

struct flavour {
  dialect id;
  std::string_view name;  // as `--dialect` takes it
  command_syntax syntax;
  const chip_identity* chip;
  std::string_view version_command;  // without `#`
  std::string_view application_version;
  std::string_view library_version;  // slm: the modem library; sm: the NCS it was built with

  // The line.
  line_end terminator;
  bool junk_dropped;  // bytes before AT at a line start never enter the line
  bool erased_quote_toggles;
  std::size_t line_bytes_max;
  bool overlong_at_once;     // ERROR when the line overflows; what follows is a new line
  bool echo;                 // ATE0, ATE1
  bool deaf_while_busy;      // reception is off while a command executes
  bool output_dropped;       // a host that takes nothing for long loses what is being written
  bool limit_follows_speed;  // the data-mode time limit is computed anew for it
  ring_indicator ring;

  // Unsolicited lines.
  urc_place urcs;
  bool urcs_kept_in_data_mode;
  urc_overflow overflow;

  // Sockets.
  std::size_t sockets_max;
  failed_open open_failure;
  bool peer_forgotten;         // an accepted connection, by any open, close or selection
  bool send_flags;             // `<flags>` of the selected-socket sends
  bool receive_from_port;      // `#XRECVFROM` prints it
  bool ring_rewound;           // the data-mode buffer, between two flushes
  bool first_address_repeats;  // in the answer of `#XGETADDRINFO`
  bool role_checked;           // a server socket refuses to connect
  std::size_t accept_backlog;
};

namespace detail {
// The newest of each kind in full; the others by what they do otherwise.
inline constexpr flavour slm_3_1{.id = dialect::slm_3_1,
                                 .name = "slm-3.1",
                                 .syntax = command_syntax::selected_socket,
                                 .chip = &nrf9160,
                                 .version_command = "XSLMVER",
                                 .application_version = "3.1.0",
                                 .library_version = "3.1.0",
                                 .terminator = line_end::crlf,
                                 .junk_dropped = false,
                                 .erased_quote_toggles = true,
                                 .line_bytes_max = 4096,
                                 .overlong_at_once = false,
                                 .echo = false,
                                 .deaf_while_busy = false,
                                 .output_dropped = false,
                                 .limit_follows_speed = true,
                                 .ring = ring_indicator::none,
                                 .urcs = urc_place::anywhere,
                                 .urcs_kept_in_data_mode = false,
                                 .overflow = urc_overflow::newest_lost,
                                 .sockets_max = 7,
                                 .open_failure = failed_open::selects_youngest,
                                 .peer_forgotten = false,
                                 .send_flags = true,
                                 .receive_from_port = true,
                                 .ring_rewound = true,
                                 .first_address_repeats = true,
                                 .role_checked = true,
                                 .accept_backlog = 1};
inline constexpr flavour slm_2_9 = [] {
  flavour older = slm_3_1;
  older.id = dialect::slm_2_9;
  older.name = "slm-2.9";
  older.application_version = "2.9.0";
  older.library_version = "2.9.0";
  older.erased_quote_toggles = false;
  older.sockets_max = 8;
  older.open_failure = failed_open::selects_none;
  older.peer_forgotten = true;
  older.send_flags = false;
  older.ring_rewound = false;
  return older;
}();
inline constexpr flavour slm_2_7 = [] {
  flavour older = slm_2_9;
  older.id = dialect::slm_2_7;
  older.name = "slm-2.7";
  older.application_version = "2.7.0";
  older.library_version = "2.7.0";
  return older;
}();
inline constexpr flavour slm_2_4 = [] {
  flavour older = slm_2_7;
  older.id = dialect::slm_2_4;
  older.name = "slm-2.4";
  older.application_version = "2.4.0";
  older.library_version = "2.3.0";
  older.deaf_while_busy = true;
  older.receive_from_port = false;
  return older;
}();
inline constexpr flavour sm_2{.id = dialect::sm_2,
                              .name = "sm-2",
                              .syntax = command_syntax::handle,
                              .chip = &nrf9151,
                              .version_command = "XSMVER",
                              .application_version = "v2.0.0-preview2",
                              .library_version = "3.3.0",
                              .terminator = line_end::cr,
                              .junk_dropped = true,
                              .erased_quote_toggles = true,
                              .line_bytes_max = 8192,
                              .overlong_at_once = true,
                              .echo = true,
                              .deaf_while_busy = false,
                              .output_dropped = true,
                              .limit_follows_speed = false,
                              .ring = ring_indicator::level,
                              .urcs = urc_place::idle_only,
                              .urcs_kept_in_data_mode = true,
                              .overflow = urc_overflow::all_lost,
                              .sockets_max = 8,
                              .open_failure = failed_open::selects_none,
                              .peer_forgotten = false,
                              .send_flags = true,
                              .receive_from_port = true,
                              .ring_rewound = true,
                              .first_address_repeats = false,
                              .role_checked = false,
                              .accept_backlog = 2};
inline constexpr flavour sm_1 = [] {
  flavour older = sm_2;
  older.id = dialect::sm_1;
  older.name = "sm-1";
  older.application_version = "v1.0.1";
  older.library_version = "3.2.1";
  older.line_bytes_max = 4096;
  older.overlong_at_once = false;
  older.output_dropped = false;
  older.limit_follows_speed = true;
  older.ring = ring_indicator::pulse;
  older.urcs = urc_place::before_response;
  older.overflow = urc_overflow::newest_lost;
  older.sockets_max = 7;
  older.first_address_repeats = true;
  older.role_checked = true;
  older.accept_backlog = 0;
  return older;
}();
}  // namespace detail

inline constexpr std::array flavours{detail::slm_2_4, detail::slm_2_7, detail::slm_2_9,
                                     detail::slm_3_1, detail::sm_1,    detail::sm_2};

[[nodiscard]] constexpr const flavour& flavour_of(dialect id) {
  return flavours[static_cast<std::size_t>(id)];
}

/// `slm` and `sm` are the newest of their kind. Empty: there is none of that name.
[[nodiscard]] constexpr std::optional<dialect> find_dialect(std::string_view name) {
  if (name == "slm") return dialect::slm_3_1;
  if (name == "sm") return dialect::sm_2;
  for (const flavour& row : flavours)
    if (row.name == name) return row.id;
  return {};
}

namespace detail {
constexpr bool complete() {
  for (std::size_t i = 0; i < flavours.size(); ++i) {
    const flavour& row = flavours[i];
    if (static_cast<std::size_t>(row.id) != i || row.name.empty() || row.chip->model.empty())
      return false;
    if (row.version_command.empty() || row.application_version.empty() ||
        row.library_version.empty())
      return false;
    if (row.line_bytes_max == 0 || row.sockets_max == 0) return false;
    const bool handles = row.syntax == command_syntax::handle;
    // Both applications share these between their own versions.
    if (handles != row.junk_dropped || handles != row.echo ||
        handles != (row.chip->release_assistance_max > 1))
      return false;
    if (row.urcs == urc_place::anywhere && row.urcs_kept_in_data_mode) return false;
  }
  return true;
}
static_assert(flavours.size() == static_cast<std::size_t>(dialect::sm_2) + 1 && complete());
}  // namespace detail

}  // namespace cellsock::emulator
