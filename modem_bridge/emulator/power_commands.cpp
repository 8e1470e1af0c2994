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

bool is_bits(std::string_view text, std::size_t length) {
  return text.size() == length &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '0' || c == '1'; });
}

native_reply power_saving(board&, const command& c) {
  if (c.shape == form::read) return one("+CPSMS: 0,,,\"10101010\",\"00100001\"");
  if (!c.number(0, 0, 1)) return refused(wrong_parameters);
  for (std::size_t i : {std::size_t{3}, std::size_t{4}})
    if (c.has(i) && !(c.is_text(i) && is_bits(c.parameters[i].text, 8)))
      return refused(wrong_parameters);
  return {};
}

native_reply extended_reception(board& b, const command& c) {
  if (c.shape == form::read) return {};
  const auto mode = c.number(0, 0, 3);
  if (!mode) return refused(wrong_parameters);
  if (c.has(1) && !c.number(1, 4, 5)) return refused(wrong_parameters);
  if (c.has(2) && !(c.is_text(2) && is_bits(c.parameters[2].text, 4)))
    return refused(wrong_parameters);
  b.radio.wanted().cedrxs = *mode;
  return {};
}

/// The nRF9160 takes 0 and 1 only and has no notification for it.
native_reply release_assistance(board& b, const command& c) {
  int& level = b.radio.wanted().rai;
  if (c.shape == form::read) return one("%RAI: " + std::to_string(level));
  const auto wanted = c.number(0, 0, b.rules().chip->release_assistance_max);
  if (!wanted) return refused(wrong_parameters);
  level = *wanted;
  return {};
}

native_reply release_14(board& b, const command& c) {
  if (c.shape == form::read) return one("%REL14FEAT: 0,1,0,0,0");
  constexpr std::size_t features = 5;
  for (std::size_t i = 0; i < features; ++i)
    if (!c.number(i, 0, 1)) return refused(wrong_parameters);
  return b.radio.radio_on() ? refused(not_while_active) : native_reply{};
}

constexpr std::array verbs{
    native_verb{'+', "CPSMS", power_saving},
    native_verb{'+', "CEDRXS", extended_reception},
    native_verb{'%', "RAI", release_assistance},
    native_verb{'%', "REL14FEAT", release_14},
};

}  // namespace

std::span<const native_verb> power_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
