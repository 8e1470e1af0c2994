// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/push_frame.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock::at {

std::optional<push_header> read_push_header(std::span<const dialect::push_row> rows,
                                            std::string_view line) {
  for (const auto& row : rows) {
    const auto text = after_prefix(line, row.prefix);
    if (!text) continue;
    args fields(*text);
    const auto handle = fields.integer(0, 255);
    const auto mode = fields.integer(0, 0);  // digits instead of bytes are never asked for
    const auto count = fields.integer(1, modem_limits::counted_bytes_max);
    if (!handle || !mode || !count) return std::nullopt;
    push_header made{static_cast<modem_handle>(*handle), static_cast<std::size_t>(*count), {}};
    if (row.with_sender) {
      const auto text_of_address = fields.quoted();
      const auto port = fields.integer(0, 65535);
      if (text_of_address && port)
        if (const auto address = parse_address(*text_of_address))
          made.from = endpoint{*address, static_cast<std::uint16_t>(*port)};
    }
    return made;
  }
  return std::nullopt;
}

push_parse parse_push(std::string_view window, std::size_t bytes, bool may_be_reply) {
  using verdict = push_parse::verdict;
  constexpr std::string_view line_end = "\r\n";
  constexpr std::string_view tail = "\r\nOK\r\n";
  if (window.size() <= bytes) return {};
  const auto after = window.substr(bytes, tail.size());
  const auto begins = [&](std::string_view text) {
    const auto length = std::min(text.size(), after.size());
    return after.substr(0, length) == text.substr(0, length);
  };
  if (!begins(line_end)) return {verdict::damaged, 0};
  if (after.size() < line_end.size()) return {};
  if (!may_be_reply || !begins(tail)) return {verdict::pushed, bytes + line_end.size()};
  if (after.size() < tail.size()) return {};
  return {verdict::reply, bytes + tail.size()};
}

}  // namespace cellsock::at
