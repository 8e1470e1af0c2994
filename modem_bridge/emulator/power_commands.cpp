// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

native_reply refused(int cme) {
  return {.ok = false, .cme = cme};
}
native_reply one(std::string line) {
  return {.lines = {std::move(line)}};
}

constexpr int wrong_parameters = 50;
/// Nordic's own: only while LTE is off.
constexpr int not_while_active = 518;

/// Of a request that names none: 20.48 s.
constexpr const char* default_cycle = "0010";

bool is_bits(std::string_view text, std::size_t length) {
  return text.size() == length &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '0' || c == '1'; });
}

native_reply power_saving_mode(board& b, const command& c) {
  const auto& now_is = b.radio.settings().psm;
  if (c.shape == form::read)
    return one("+CPSMS: " + numbers({now_is.on ? 1 : 0}) + ",,,\"" + now_is.periodic_update +
               "\",\"" + now_is.active_time + "\"");
  if (c.shape == form::test) return one("+CPSMS: (0,1)");
  const auto on = c.number(0, 0, 1);
  if (!on) return refused(wrong_parameters);
  for (std::size_t i : {std::size_t{3}, std::size_t{4}})
    if (c.has(i) && !(c.is_text(i) && is_bits(c.parameters[i].text, 8)))
      return refused(wrong_parameters);
  b.radio.change_settings(
      [&](modem_settings& s) {
        s.psm.on = *on == 1;
        if (c.has(3)) s.psm.periodic_update = c.parameters[3].text;
        if (c.has(4)) s.psm.active_time = c.parameters[4].text;
      },
      b.now);
  return {};
}

native_reply extended_reception(board& b, const command& c) {
  if (c.shape == form::read) {
    native_reply reply;
    for (const auto& [technology, bits] : b.radio.settings().reception_cycles)
      reply.lines.push_back("+CEDRXS: " + numbers({technology}) + ",\"" + bits + "\"");
    return reply;
  }
  if (c.shape == form::test) return one("+CEDRXS: (0-3),(4,5),(\"0000\"-\"1111\")");
  // Off and on again with the defaults are of all technologies; a cycle is of the named one.
  const auto mode = c.number(0, 0, 3);
  const auto technology = c.number(1, 4, 5);
  const bool on = mode == 1 || mode == 2;
  if (!mode || (c.has(1) && !technology) || (on && !technology)) return refused(wrong_parameters);
  if (c.has(2) && !(c.is_text(2) && is_bits(c.parameters[2].text, 4)))
    return refused(wrong_parameters);
  b.radio.wanted().cedrxs = *mode;
  b.radio.change_settings(
      [&](modem_settings& s) {
        if (on)
          s.reception_cycles[*technology] = c.has(2) ? c.parameters[2].text : default_cycle;
        else if (technology)
          s.reception_cycles.erase(*technology);
        else
          s.reception_cycles.clear();
      },
      b.now);
  return {};
}

native_reply paging_window(board& b, const command& c) {
  if (c.shape == form::read) {
    native_reply reply;
    for (const auto& [technology, bits] : b.radio.settings().paging_windows)
      reply.lines.push_back("%XPTW: " + numbers({technology}) + ",\"" + bits + "\"");
    return reply;
  }
  const auto technology = c.number(0, 4, 5);
  if (!c.is_set() || !technology) return refused(wrong_parameters);
  if (c.has(1) && !(c.is_text(1) && is_bits(c.parameters[1].text, 4)))
    return refused(wrong_parameters);
  b.radio.change_settings(
      [&](modem_settings& s) {
        if (c.has(1))
          s.paging_windows[*technology] = c.parameters[1].text;
        else
          s.paging_windows.erase(*technology);
      },
      b.now);
  return {};
}

/// The nRF9160 takes 0 and 1 only and has no notification for it.
native_reply release_assistance(board& b, const command& c) {
  const int most = b.rules().chip->release_assistance_max;
  if (c.shape == form::read)
    return one("%RAI: " + numbers({b.radio.settings().release_assistance}));
  if (c.shape == form::test) return one(most > 1 ? "%RAI: (0-2)" : "%RAI: (0,1)");
  const auto wanted = c.number(0, 0, most);
  if (!wanted) return refused(wrong_parameters);
  b.radio.change_settings([&](modem_settings& s) { s.release_assistance = *wanted; }, b.now);
  return {};
}

native_reply release_14(board& b, const command& c) {
  const auto& now_is = b.radio.settings().release_14;
  if (c.shape == form::read)
    return one("%REL14FEAT: " + numbers({now_is[0], now_is[1], now_is[2], now_is[3], now_is[4]}));
  std::array<int, 5> wanted{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto on = c.number(i, 0, 1);
    if (!on) return refused(wrong_parameters);
    wanted[i] = *on;
  }
  if (b.radio.radio_on()) return refused(not_while_active);
  b.radio.change_settings([&](modem_settings& s) { s.release_14 = wanted; }, b.now);
  return {};
}

constexpr std::array verbs{
    native_verb{'+', "CPSMS", power_saving_mode}, native_verb{'+', "CEDRXS", extended_reception},
    native_verb{'%', "XPTW", paging_window},      native_verb{'%', "RAI", release_assistance},
    native_verb{'%', "REL14FEAT", release_14},
};

}  // namespace

std::span<const native_verb> power_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
