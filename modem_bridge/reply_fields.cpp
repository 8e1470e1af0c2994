// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/reply_fields.hpp"

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

std::optional<long> printed_count(const at::reply& reply, std::string_view prefix) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, prefix)) {
      at::args fields(*rest);
      if (const auto count = fields.integer(-65535, 65535)) return static_cast<long>(*count);
    }
  return std::nullopt;
}

}  // namespace cellsock
