// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <string>
#include <vector>

/// Text for a terminal.
namespace cellsock::cli {

/// What came from the modem or another program must not steer the terminal.
[[nodiscard]] inline std::string printable(const std::string& text) {
  std::string shown = text;
  for (auto& byte : shown)
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) byte = '?';
  return shown;
}

/// Columns as wide as their widest cell, two spaces apart.
[[nodiscard]] inline std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width(rows.empty() ? 0 : rows.front().size());
  for (const auto& cells : rows)
    for (std::size_t i = 0; i < cells.size(); ++i) width[i] = std::max(width[i], cells[i].size());
  std::string text;
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
      text += cells[i] + std::string(width[i] - cells[i].size() + 2, ' ');
    text += cells.back() + '\n';
  }
  return text;
}

/// After a list of sockets that is not whole.
inline std::string left_out_text(std::uint32_t count) {
  return count == 0 ? std::string() : "and " + std::to_string(count) + " more\n";
}

}  // namespace cellsock::cli
