// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Release assistance (3GPP TS 36.321): what a program, or this daemon for it, tells the network
/// through the modem, so that the radio is let go before the cell's inactivity timer runs out.
namespace cellsock {

enum class rai_hint : std::uint8_t {
  none,
  no_data,       // nothing more, neither way: release now
  last,          // the next packet is the last
  one_response,  // one reply to the next packet, then nothing
  ongoing,       // more will be sent
  wait_more,     // more will be received
  count_
};

struct rai_row {
  rai_hint hint;
  std::string_view name;  // in events and reports
  bool releases;          // says that after it nobody needs the radio
};

inline constexpr std::array rai_rows{
    rai_row{rai_hint::none, "none", false},
    rai_row{rai_hint::no_data, "no-data", true},
    rai_row{rai_hint::last, "last", true},
    rai_row{rai_hint::one_response, "one-response", true},
    rai_row{rai_hint::ongoing, "ongoing", false},
    rai_row{rai_hint::wait_more, "wait-more", false},
};

constexpr bool rai_rows_complete() {
  if (rai_rows.size() != static_cast<std::size_t>(rai_hint::count_)) return false;
  for (std::size_t i = 0; i < rai_rows.size(); ++i)
    if (rai_rows[i].hint != static_cast<rai_hint>(i) || rai_rows[i].name.empty()) return false;
  return true;
}
static_assert(rai_rows_complete(), "one row per hint, in order");

[[nodiscard]] constexpr const rai_row& row_of(rai_hint hint) {
  return rai_rows[static_cast<std::size_t>(hint)];
}
[[nodiscard]] constexpr std::string_view name(rai_hint hint) {
  return row_of(hint).name;
}

/// The value of the option RELEASE_ASSISTANCE, which is the modem's own of option 61: 1 to 5.
[[nodiscard]] constexpr rai_hint rai_hint_of(std::int64_t value) {
  return value > 0 && value < static_cast<std::int64_t>(rai_hint::count_)
             ? static_cast<rai_hint>(value)
             : rai_hint::none;
}
[[nodiscard]] constexpr int rai_value(rai_hint hint) {
  return static_cast<int>(hint);
}

}  // namespace cellsock
