// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modem_bridge/dialect/dialect.hpp"

/// Cuts outgoing bytes into pieces the dialect can carry, each by the mode that is legal and
/// cheapest on the line (docs/at_dialects.md §10). Pure.
namespace cellsock {

enum class send_mode { string, hex, data };

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
/// `baud` 0: no line is known; as of a fast one.
[[nodiscard]] line_cost cost_at(unsigned baud);
/// What the line could have carried during one turnaround.
[[nodiscard]] std::size_t turnaround_bytes(unsigned baud);
/// Of one piece, beyond one byte of line for each of its bytes.
[[nodiscard]] double cost_of(const dialect::table& spoken, send_mode mode, std::size_t bytes,
                             line_cost cost);

[[nodiscard]] bool fits_string(const dialect::table& spoken, std::string_view payload);
[[nodiscard]] bool fits_hex(const dialect::table& spoken, std::string_view payload);
/// As one data-mode piece whose terminator, if it needs one, follows at once. A payload that holds
/// a whole terminator never fits, counted or not: a modem that fails in the middle of a counted one
/// looks for it, and takes what follows for commands.
[[nodiscard]] bool fits_data(const dialect::table& spoken, std::string_view payload);

/// For a datagram: the cheapest mode that carries it whole; empty: none does as it stands.
[[nodiscard]] std::optional<send_mode> whole_mode(const dialect::table& spoken,
                                                  std::string_view payload, line_cost cost);

/// For a stream: the cheapest sequence of legal pieces, in order, covering `bytes` exactly; never
/// fails. Hexadecimal is considered for the end of it only: it is for small sends.
[[nodiscard]] std::vector<piece> segment(const dialect::table& spoken, std::string_view bytes,
                                         line_cost cost);

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// Two upper-case digits a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace cellsock
