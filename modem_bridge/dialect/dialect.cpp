// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

#include <charconv>

#include "modem_bridge/modem_limits.hpp"

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
    if (placeholder == "{handles}") {
      std::string list;
      for (const int handle : values.handles) list += "," + std::to_string(handle);
      return list;
    }
    if (placeholder == "{family}") return std::to_string(values.family);
    if (placeholder == "{type}") return std::to_string(values.type);
    if (placeholder == "{pdn}")
      return values.pdn == 0 ? std::string() : "," + std::to_string(values.pdn);
    if (placeholder == "{host}") return std::string(values.host);
    if (placeholder == "{port}") return std::to_string(values.port);
    if (placeholder == "{seconds}") return std::to_string(values.seconds);
    if (placeholder == "{ms}") return std::to_string(values.ms);
    if (placeholder == "{length}") return std::to_string(values.length);
    if (placeholder == "{flags}") return std::to_string(values.flags);
    if (placeholder == "{option}") return std::to_string(values.option);
    if (placeholder == "{value}") return std::to_string(values.value);
    if (placeholder == "{baud}") return std::to_string(values.baud);
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

std::optional<version> version_in(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::array<unsigned, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (error != std::errc())
      return i == 0 ? std::nullopt : std::optional<version>({numbers[0], numbers[1], 0});
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  return version{numbers[0], numbers[1], numbers[2]};
}

std::size_t chunk_bytes(const table& spoken, unsigned baud) {
  const auto line = static_cast<std::size_t>(baud) / 10 *
                    static_cast<std::size_t>(modem_limits::chunk_line_time.count()) / 1000;
  const std::size_t steps = (line + spoken.data_buffer_bytes - 1) / spoken.data_buffer_bytes;
  const auto whole = std::max<std::size_t>(steps, 1) * spoken.data_buffer_bytes;
  return std::clamp(whole, modem_limits::chunk_bytes_min,
                    std::max(spoken.data_bytes_max, modem_limits::chunk_bytes_min));
}

std::span<const table* const> all() {
  static const std::array known{&slm(), &slm24(), &slm29(), &slm27(), &sm2(), &sm1()};
  return known;
}

}  // namespace cellsock::dialect
