// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/segmenter.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cellsock {
namespace {

constexpr double turnaround_seconds = 0.003;

/// Bytes from `at` that one string piece can take.
std::size_t longest_string(const dialect::table& spoken, std::string_view bytes, std::size_t at) {
  const auto window = bytes.substr(at, spoken.string_bytes_max);
  return std::min(window.find_first_of(spoken.forbidden_in_string), window.size());
}

/// Bytes from `at` that one data piece can take: up to, but not with, a whole terminator; where it
/// ends by one, never ending in a byte the modem would take as the terminator's first.
std::size_t longest_data(const dialect::table& spoken, std::string_view bytes, std::size_t at,
                         std::size_t limit) {
  const auto guard = spoken.data_terminator;
  auto window = bytes.substr(at, limit);
  if (const auto found = window.find(guard); found != std::string_view::npos)
    window = window.substr(0, found + guard.size() - 1);
  while (spoken.ends == dialect::data_end::terminator && !window.empty() &&
         window.back() == guard.front())
    window.remove_suffix(1);
  return window.size();
}

struct reach {
  double cost = std::numeric_limits<double>::infinity();
  std::size_t from = 0;
  send_mode mode = send_mode::string;
};

}  // namespace

line_cost cost_at(unsigned baud) {
  constexpr unsigned fast = 1000000;  // what to assume of a port without a line
  if (baud == 0) baud = fast;
  return {1.0, turnaround_seconds * baud / 10.0};
}

std::size_t turnaround_bytes(unsigned baud) {
  return static_cast<std::size_t>(turnaround_seconds * baud / 10.0);
}

double cost_of(const dialect::table& spoken, send_mode mode, std::size_t bytes, line_cost cost) {
  const auto& row = mode == send_mode::string ? spoken.string_cost
                    : mode == send_mode::hex  ? spoken.hex_cost
                                              : spoken.data_cost;
  const std::size_t doubled = mode == send_mode::hex ? bytes : 0;
  return static_cast<double>(row.overhead_bytes + doubled) * cost.byte +
         row.turnarounds * cost.turnaround;
}

bool fits_string(const dialect::table& spoken, std::string_view payload) {
  return payload.size() <= spoken.string_bytes_max &&
         payload.find_first_of(spoken.forbidden_in_string) == std::string_view::npos;
}

bool fits_hex(const dialect::table& spoken, std::string_view payload) {
  return !payload.empty() && payload.size() <= spoken.hex_bytes_max;
}

bool fits_data(const dialect::table& spoken, std::string_view payload) {
  return !payload.empty() &&
         longest_data(spoken, payload, 0, spoken.data_bytes_max) == payload.size();
}

std::optional<send_mode> whole_mode(const dialect::table& spoken, std::string_view payload,
                                    line_cost cost) {
  std::optional<send_mode> best;
  const auto offer = [&](bool legal, send_mode mode) {
    if (!legal) return;
    if (!best ||
        cost_of(spoken, mode, payload.size(), cost) < cost_of(spoken, *best, payload.size(), cost))
      best = mode;
  };
  offer(fits_string(spoken, payload), send_mode::string);
  offer(fits_hex(spoken, payload), send_mode::hex);
  offer(payload.size() <= spoken.data_buffer_bytes && fits_data(spoken, payload), send_mode::data);
  return best;
}

// A shorter rest never costs more than a longer one (cut the front off its first piece), so from
// any position only the longest piece of each mode can be best: the positions worth visiting are
// few, and the cheapest way over them is the cheapest of all.
std::vector<piece> segment(const dialect::table& spoken, std::string_view bytes, line_cost cost) {
  std::vector<reach> best(bytes.size() + 1);
  best[0].cost = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const double so_far = best[at].cost;
    if (so_far == std::numeric_limits<double>::infinity()) continue;
    const auto offer = [&](std::size_t length, send_mode mode) {
      if (length == 0) return;
      const double sum = so_far + cost_of(spoken, mode, length, cost);
      auto& there = best[at + length];
      if (sum < there.cost) there = {sum, at, mode};
    };
    offer(longest_string(spoken, bytes, at), send_mode::string);
    offer(longest_data(spoken, bytes, at, spoken.data_bytes_max), send_mode::data);
    if (fits_hex(spoken, bytes.substr(at))) offer(bytes.size() - at, send_mode::hex);
  }
  std::vector<piece> pieces;
  for (std::size_t end = bytes.size(); end > 0; end = best[end].from)
    pieces.push_back({best[end].mode, best[end].from, end - best[end].from});
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

}  // namespace cellsock
