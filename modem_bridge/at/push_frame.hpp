// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "modem_bridge/dialect/dialect.hpp"
#include "stack/endpoint.hpp"
#include "stack/ids.hpp"

/// The header of counted data where the modem names the socket: `#XRECV: 0,0,5` and
/// `#XRECVFROM: 0,0,5,"192.0.2.1",7`. The bytes follow at once; then a line end if they came
/// unasked, a line end and OK if they were asked for (docs/at_dialects.md §15). Pure.
namespace cellsock::at {

struct push_header {
  modem_handle handle;
  std::size_t bytes = 0;
  std::optional<endpoint> from = {};
};

/// Empty: not such a header (also one that announces more than a receive may hold).
[[nodiscard]] std::optional<push_header> read_push_header(std::span<const dialect::push_row> rows,
                                                          std::string_view line);

/// What follows the header's line end.
struct push_parse {
  enum class verdict {
    need_more,
    pushed,  // came unasked
    reply,   // its OK belongs to it
    damaged,
  } outcome = verdict::need_more;
  std::size_t consumed = 0;
};
/// `may_be_reply`: a command that asks for such data is in flight.
[[nodiscard]] push_parse parse_push(std::string_view window, std::size_t bytes, bool may_be_reply);

}  // namespace cellsock::at
