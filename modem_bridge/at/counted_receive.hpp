// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

/// What follows the header of a counted receive: exactly n payload bytes, then CR LF OK CR LF. On
/// slm an #XAPOLL notice written by another thread of the modem may stand between header and
/// payload or between payload and OK, in one piece or with its leading CR LF apart
/// (docs/at_dialects.md §7.3). Then the payload is recovered only if one reading fits. Pure.
namespace cellsock::at {

struct counted_parse {
  enum class verdict {
    need_more,   // no reading fits yet, one still may
    need_quiet,  // one fits; bytes that followed at once would make room for another
    accepted,
    damaged,  // none can fit any more, or several do
  } outcome = verdict::need_more;
  // Of an accepted reading, as offsets into the window:
  std::size_t payload_at = 0;
  std::size_t consumed = 0;                                  // up to the end of the OK line
  std::vector<std::pair<std::size_t, std::size_t>> notices;  // {at, length}, without CR LF
  [[nodiscard]] bool repaired(std::size_t payload_bytes) const noexcept {
    return consumed != payload_bytes + 6;
  }
};

/// `window`: all that came since the header's CR LF. `quiet`: nothing came for counted_quiet.
[[nodiscard]] counted_parse parse_counted(std::string_view window, std::size_t payload_bytes,
                                          bool quiet);

}  // namespace cellsock::at
