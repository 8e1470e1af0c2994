// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

namespace cellsock::dialect {

const verb& find(const table& spoken, intent what) {
  // Complete by static_assert, so the search cannot fail.
  return *std::find_if(spoken.verbs.begin(), spoken.verbs.end(),
                       [&](const verb& row) { return row.what == what; });
}

std::string expand(std::string_view format, const fields& values) {
  std::string text;
  text.reserve(format.size() + values.text.size() + values.host.size() + 16);
  const auto value_of = [&](std::string_view placeholder) -> std::string {
    if (placeholder == "{handle}") return std::to_string(values.handle);
    if (placeholder == "{family}") return std::to_string(values.family);
    if (placeholder == "{type}") return std::to_string(values.type);
    if (placeholder == "{host}") return std::string(values.host);
    if (placeholder == "{port}") return std::to_string(values.port);
    if (placeholder == "{seconds}") return std::to_string(values.seconds);
    if (placeholder == "{ms}") return std::to_string(values.ms);
    return std::string(values.text);
  };
  for (std::size_t at = 0; at < format.size();) {
    const auto rest = format.substr(at);
    const auto known =
        std::find_if(placeholders.begin(), placeholders.end(),
                     [&](std::string_view placeholder) { return rest.starts_with(placeholder); });
    if (known == placeholders.end()) {
      text += format[at++];
      continue;
    }
    text += value_of(*known);
    at += known->size();
  }
  return text;
}

}  // namespace cellsock::dialect
