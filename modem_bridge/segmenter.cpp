// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/segmenter.hpp"

#include <algorithm>
#include <limits>

namespace cellsock {
namespace {

constexpr double turnaround_seconds = 0.003;

/// Bytes from `at` that one string piece can take.
std::size_t longest_string(const dialect::table& spoken, std::string_view bytes, std::size_t at) {
  const auto window = bytes.substr(at, spoken.string_bytes_max);
  return std::min(window.find_first_of(spoken.forbidden_in_string), window.size());
}

/// Bytes from `at` that one data piece can take: up to, but not with, a whole terminator, and never
/// ending in a byte the modem would take as the terminator's first.
std::size_t longest_data(const dialect::table& spoken, std::string_view bytes, std::size_t at) {
  const auto guard = spoken.data_terminator;
  auto window = bytes.substr(at, spoken.data_buffer_bytes);
  if (const auto found = window.find(guard); found != std::string_view::npos)
    window = window.substr(0, found + guard.size() - 1);
  while (!window.empty() && window.back() == guard.front()) window.remove_suffix(1);
  return window.size();
}

struct reach {
  double cost = std::numeric_limits<double>::infinity();
  std::size_t from = 0;
  send_mode mode = send_mode::string;
};

}  // namespace

line_cost cost_at(unsigned baud) {
  if (baud == 0) return {0.0, 1.0};
  return {1.0, turnaround_seconds * baud / 10.0};
}

std::size_t turnaround_bytes(unsigned baud) {
  return static_cast<std::size_t>(turnaround_seconds * baud / 10.0);
}

bool fits_string(const dialect::table& spoken, std::string_view payload) {
  return payload.size() <= spoken.string_bytes_max &&
         payload.find_first_of(spoken.forbidden_in_string) == std::string_view::npos;
}

bool fits_data(const dialect::table& spoken, std::string_view payload) {
  return !payload.empty() && longest_data(spoken, payload, 0) == payload.size();
}

// A shorter rest never costs more than a longer one (cut the front off its first piece), so from
// any position only the longest piece of each mode can be best: the positions worth visiting are
// few, and the cheapest way over them is the cheapest of all.
std::vector<piece> segment(const dialect::table& spoken, std::string_view bytes, line_cost cost) {
  const double string_cost = static_cast<double>(spoken.string_overhead_bytes) * cost.byte +
                             spoken.string_turnarounds * cost.turnaround;
  const double data_cost = static_cast<double>(spoken.data_overhead_bytes) * cost.byte +
                           spoken.data_turnarounds * cost.turnaround;
  std::vector<reach> best(bytes.size() + 1);
  best[0].cost = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const double so_far = best[at].cost;
    if (so_far == std::numeric_limits<double>::infinity()) continue;
    const auto offer = [&](std::size_t length, double extra, send_mode mode) {
      if (length == 0) return;
      auto& there = best[at + length];
      if (so_far + extra < there.cost) there = {so_far + extra, at, mode};
    };
    offer(longest_string(spoken, bytes, at), string_cost, send_mode::string);
    offer(longest_data(spoken, bytes, at), data_cost, send_mode::data);
  }
  std::vector<piece> pieces;
  for (std::size_t end = bytes.size(); end > 0; end = best[end].from)
    pieces.push_back({best[end].mode, best[end].from, end - best[end].from});
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

}  // namespace cellsock
