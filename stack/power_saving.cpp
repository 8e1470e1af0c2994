// SPDX-License-Identifier: Apache-2.0
#include "stack/power_saving.hpp"

#include <array>
#include <span>

namespace cellsock {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct unit_row {
  unsigned code;  // the three bits before the count
  seconds unit;
};
constexpr unsigned count_max = 31;
constexpr std::array t3412_ext_units{unit_row{3, 2s},    unit_row{4, 30s}, unit_row{5, 1min},
                                     unit_row{0, 10min}, unit_row{1, 1h},  unit_row{2, 10h},
                                     unit_row{6, 320h}};
constexpr std::array t3324_units{unit_row{0, 2s}, unit_row{1, 1min}, unit_row{2, 6min}};

std::span<const unit_row> units_of(power_timer which) {
  if (which == power_timer::t3412_ext) return t3412_ext_units;
  return t3324_units;
}

struct cycle_row {
  unsigned code;
  milliseconds cycle;
};
constexpr std::array ltem_cycles{
    cycle_row{0, 5120ms},     cycle_row{1, 10240ms},    cycle_row{2, 20480ms},
    cycle_row{3, 40960ms},    cycle_row{4, 61440ms},    cycle_row{5, 81920ms},
    cycle_row{6, 102400ms},   cycle_row{7, 122880ms},   cycle_row{8, 143360ms},
    cycle_row{9, 163840ms},   cycle_row{10, 327680ms},  cycle_row{11, 655360ms},
    cycle_row{12, 1310720ms}, cycle_row{13, 2621440ms}, cycle_row{14, 5242880ms},
    cycle_row{15, 10485760ms}};
constexpr std::array nbiot_cycles{cycle_row{2, 20480ms},    cycle_row{3, 40960ms},
                                  cycle_row{5, 81920ms},    cycle_row{9, 163840ms},
                                  cycle_row{10, 327680ms},  cycle_row{11, 655360ms},
                                  cycle_row{12, 1310720ms}, cycle_row{13, 2621440ms},
                                  cycle_row{14, 5242880ms}, cycle_row{15, 10485760ms}};

std::span<const cycle_row> cycles_of(edrx_system system) {
  if (system == edrx_system::ltem) return ltem_cycles;
  return nbiot_cycles;
}

std::string bits_of(unsigned value, unsigned count) {
  std::string bits;
  for (unsigned i = count; i-- > 0;) bits += ((value >> i) & 1U) != 0 ? '1' : '0';
  return bits;
}

std::optional<unsigned> value_of(std::string_view bits, std::size_t count) {
  if (bits.size() != count) return std::nullopt;
  unsigned value = 0;
  for (const char c : bits) {
    if (c != '0' && c != '1') return std::nullopt;
    value = value * 2 + (c == '1' ? 1U : 0U);
  }
  return value;
}

template <class Time>
Time apart(Time one, Time other) {
  return one > other ? one - other : other - one;
}

}  // namespace

std::string timer_bits(power_timer which, seconds wanted) {
  unsigned best = 0;
  std::optional<seconds> nearest;
  // Units grow: the finest that comes as near is said.
  for (const auto& row : units_of(which))
    for (unsigned count = 0; count <= count_max; ++count) {
      const auto off = apart(row.unit * count, wanted);
      if (nearest && off >= *nearest) continue;
      nearest = off;
      best = (row.code << 5U) | count;
    }
  return bits_of(best, 8);
}

std::optional<seconds> timer_of(power_timer which, std::string_view bits) {
  const auto value = value_of(bits, 8);
  if (!value) return std::nullopt;
  for (const auto& row : units_of(which))
    if (row.code == *value >> 5U) return row.unit * (*value & count_max);
  return std::nullopt;
}

std::string edrx_bits(edrx_system system, milliseconds wanted) {
  const auto cycles = cycles_of(system);
  const auto* best = &cycles.front();
  for (const auto& row : cycles)
    if (apart(row.cycle, wanted) < apart(best->cycle, wanted)) best = &row;
  return bits_of(best->code, 4);
}

std::optional<milliseconds> edrx_of(edrx_system system, std::string_view bits) {
  const auto value = value_of(bits, 4);
  if (!value) return std::nullopt;
  for (const auto& row : cycles_of(system))
    if (row.code == *value) return row.cycle;
  return std::nullopt;
}

}  // namespace cellsock
