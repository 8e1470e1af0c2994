// SPDX-License-Identifier: Apache-2.0
#include "actors/device.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cellsock {
namespace {

constexpr std::size_t link_name_max = 15;

/// `pdn3` -> 3.
std::optional<unsigned> pdn_number(std::string_view text) {
  constexpr std::string_view word = "pdn";
  if (!text.starts_with(word) || text.size() == word.size()) return std::nullopt;
  unsigned number = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, problem] = std::from_chars(text.data() + word.size(), last, number);
  if (problem != std::errc{} || end != last || number > 255) return std::nullopt;
  return number;
}

}  // namespace

result<device> parse_device(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = text.substr(0, slash);
  const bool pdn_alone = slash == std::string_view::npos && pdn_number(first);
  device named;
  if (!pdn_alone) named.link = std::string(first);
  const bool good_link = pdn_alone || text.empty() || is_link_name(first);
  std::optional<unsigned> pdn = 0;
  if (pdn_alone) pdn = pdn_number(first);
  if (slash != std::string_view::npos) pdn = pdn_number(text.substr(slash + 1));
  if (!good_link || !pdn)
    return fail(errc::no_device, "a device is named MODEM or MODEM/pdn0, as modem0/pdn0");
  named.pdn = pdn_id{static_cast<std::uint8_t>(*pdn)};
  return named;
}

bool is_link_name(std::string_view text) noexcept {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= link_name_max &&
         std::all_of(text.begin(), text.end(), good) && !pdn_number(text);
}

}  // namespace cellsock
