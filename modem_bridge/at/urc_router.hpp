// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

/// Prefix -> meaning of the lines a modem sends on its own.
namespace cellsock::at {

enum class urc {
  ready,            // the application started: everything before is gone
  init_failed,      // INIT ERROR: only a reset helps
  modem_fault,      // #XMODEM: FAULT / SHUTDOWN / INIT
  socket_event,     // #XAPOLL: <handle>,<events>
  send_notice,      // #XSENDNTF: <handle>,<0|-1>,<size>; only where a send asks for it
  registration,     // +CEREG: <stat>[,…]
  packet_event,     // +CGEV: …
  sim,              // %XSIM: <0|1>
  data_mode_ended,  // #XDATAMODE: <result>
  signal,           // %CESQ: …
  radio,            // +CSCON: …
  modem_event,      // %MDMEV: …
  power,            // +CEDRXP: …
  refusal,          // +CNEC_ESM: <cause>,<cid>
  other,            // known, of no use here
};

struct urc_row {
  std::string_view prefix;
  urc meaning;
  bool whole_line = false;         // `prefix` is the line
  bool read_has_one_more = false;  // a read reply has the same prefix and one more leading field
};

/// Null: not a line that comes unasked.
[[nodiscard]] const urc_row* find_urc(std::string_view line);

struct routed {
  urc meaning;
  std::string_view fields;  // after the prefix; dies with the line
};
[[nodiscard]] std::optional<routed> route_urc(std::string_view line);

}  // namespace cellsock::at
