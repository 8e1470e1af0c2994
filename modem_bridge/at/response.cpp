// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/response.hpp"

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/at/urc_router.hpp"

namespace cellsock::at {
namespace {

std::optional<int> numbered(std::string_view line, std::string_view prefix) {
  const auto rest = after_prefix(line, prefix);
  if (!rest) return std::nullopt;
  args fields(*rest);
  const auto code = fields.integer(0, 65535);
  return code ? static_cast<int>(*code) : -1;
}

std::optional<classified> final_result(std::string_view line) {
  if (line == "OK") return classified{line_kind::ok, {}};
  if (line == "ERROR") return classified{line_kind::error, {}};
  for (const std::string_view prefix : {"+CME ERROR:", "+CMS ERROR:"})
    if (const auto code = numbered(line, prefix)) return classified{line_kind::error, code};
  return std::nullopt;
}

/// The read form of a registration-like line has two leading numbers (`+CEREG: 5,1,"002F",…`), the
/// URC one, followed by quotes or nothing.
bool two_leading_numbers(std::string_view fields_text) {
  args fields(fields_text);
  if (!fields.integer(-1, 255)) return false;
  return !fields.at_end() && !fields.next_is_quoted() && !fields.next_is_empty();
}

}  // namespace

classified classify(std::string_view line, const expectation* in_flight) {
  const auto* urc = find_urc(line);
  if (in_flight == nullptr) {
    if (urc) return {line_kind::urc, {}};
    const auto final = final_result(line);
    return final ? *final : classified{};
  }
  if (const auto final = final_result(line)) return *final;
  if (const auto fields = after_prefix(line, in_flight->prefix)) {
    const bool ambiguous = urc && urc->read_has_one_more;
    if (!ambiguous || (in_flight->read && two_leading_numbers(*fields)))
      return {line_kind::information, {}};
  }
  if (urc) return {line_kind::urc, {}};
  if (in_flight->bare) return {line_kind::information, {}};
  return {};
}

}  // namespace cellsock::at
