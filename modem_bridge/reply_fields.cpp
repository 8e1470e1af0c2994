// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/reply_fields.hpp"

#include <charconv>

#include "modem_bridge/at/args.hpp"

namespace cellsock {

result<modem_handle> opened_handle(const at::reply& reply) {
  if (!reply.ok())
    return fail(errc::modem_error, "the modem refused to open a socket (table full, or no PDN)");
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, "#XSOCKET:")) {
      at::args fields(*rest);
      if (const auto handle = fields.integer(0, 255)) return static_cast<modem_handle>(*handle);
    }
  return fail(errc::modem_error, "the modem opened a socket and did not say which");
}

result<accepted_reply> accepted_connection(const at::reply& reply) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, "#XACCEPT:")) {
      at::args fields(*rest);
      const auto handle = fields.integer(0, 255);
      fields.skip();
      const auto text = fields.quoted();
      const auto port = fields.integer(0, 65535);
      if (!handle || !text || !port) break;
      const auto address = parse_address(*text);
      if (!address) break;
      return accepted_reply{static_cast<modem_handle>(*handle),
                            {*address, static_cast<std::uint16_t>(*port)}};
    }
  return fail(errc::modem_error, "the modem accepted a connection and did not say which");
}

std::optional<long> printed_number(const at::reply& reply, const dialect::verb& row) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, row.prefix)) {
      at::args fields(*rest);
      for (unsigned i = 0; i < row.value_at; ++i) fields.skip();
      if (const auto count = fields.integer(-65535, 65535)) return static_cast<long>(*count);
    }
  return std::nullopt;
}

std::optional<endpoint> printed_sender(const at::reply& reply, const dialect::verb& row) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, row.prefix)) {
      at::args fields(*rest);
      for (unsigned i = 0; i <= row.value_at; ++i) fields.skip();
      const auto text = fields.quoted();
      const auto port = fields.optional_integer(0, 65535);
      if (!text) return std::nullopt;
      const auto address = parse_address(*text);
      if (!address) return std::nullopt;
      const auto number = port && *port ? **port : 0;
      return endpoint{*address, static_cast<std::uint16_t>(number)};
    }
  return std::nullopt;
}

std::optional<polled> read_polled(std::string_view text) {
  at::args fields(text);
  const auto handle = fields.integer(0, 255);
  const auto written = fields.quoted();
  if (!handle || !written || !written->starts_with("0x")) return std::nullopt;
  unsigned events = 0;
  const auto digits = written->substr(2);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), events, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return polled{static_cast<modem_handle>(*handle), events};
}

}  // namespace cellsock
