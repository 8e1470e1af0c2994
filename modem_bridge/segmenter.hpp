// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "modem_bridge/dialect/dialect.hpp"

/// Cuts outgoing bytes into pieces the dialect can carry, each by the mode that is legal and
/// cheapest on the line (docs/at_dialects.md §10). Pure.
namespace cellsock {

enum class send_mode { string, data };

struct piece {
  send_mode mode;
  std::size_t at;
  std::size_t bytes;
  friend bool operator==(const piece&, const piece&) = default;
};

/// What one turnaround and one byte cost, in the same unit.
struct line_cost {
  double byte = 1.0;
  double turnaround = 35.0;  // 3 ms at 115200 baud, in bytes
};
/// `baud` 0: bytes are free, only turnarounds count.
[[nodiscard]] line_cost cost_at(unsigned baud);
/// What the line could have carried during one turnaround.
[[nodiscard]] std::size_t turnaround_bytes(unsigned baud);

[[nodiscard]] bool fits_string(const dialect::table& spoken, std::string_view payload);
/// As one data-mode piece whose terminator follows at once.
[[nodiscard]] bool fits_data(const dialect::table& spoken, std::string_view payload);

/// For a stream: the cheapest sequence of legal pieces, in order, covering `bytes` exactly. At most
/// a data buffer's worth is looked at in one piece; never fails, always covers everything.
[[nodiscard]] std::vector<piece> segment(const dialect::table& spoken, std::string_view bytes,
                                         line_cost cost);

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace cellsock
