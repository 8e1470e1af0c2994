// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

native_reply refused() {
  return {.ok = false};
}
native_reply refused(int cme) {
  return {.ok = false, .cme = cme};
}
native_reply one(std::string line) {
  return {.lines = {std::move(line)}};
}

// CME codes of 3GPP TS 27.007 §9.2.
constexpr int sim_not_inserted = 10;
constexpr int pin_needed = 11;
constexpr int puk_needed = 12;
constexpr int sim_failure = 13;
constexpr int wrong_password = 16;
constexpr std::size_t pin_digits_min = 4;
constexpr std::size_t pin_digits_max = 8;

native_reply manufacturer(board& b, const command& c) {
  return c.is_set() ? one(b.config.manufacturer) : refused();
}
native_reply model(board& b, const command& c) {
  return c.is_set() ? one(b.config.model) : refused();
}
native_reply firmware(board& b, const command& c) {
  return c.is_set() ? one(b.config.firmware) : refused();
}
native_reply serial_number(board& b, const command& c) {
  if (!c.is_set()) return refused();
  if (!c.has(0)) return one(b.config.imei);
  if (c.number(0) == 1) return one("+CGSN: \"" + b.config.imei + "\"");
  return c.number(0) == 0 ? one(b.config.imei) : refused(50);
}
native_reply hardware(board& b, const command& c) {
  return c.is_set() ? one("%HWVERSION: " + b.config.hardware) : refused();
}
native_reply short_version(board& b, const command& c) {
  return c.is_set() ? one("%SHORTSWVER: " + b.config.short_version) : refused();
}
native_reply modem_uuid(board& b, const command& c) {
  return c.is_set() ? one("%XMODEMUUID: " + b.config.uuid) : refused();
}

native_reply error_format(board& b, const command& c) {
  if (c.shape == form::read) return one("+CMEE: " + std::to_string(b.cme_errors ? 1 : 0));
  if (c.shape == form::test) return one("+CMEE: (0,1)");
  const auto on = c.number(0, 0, 1);
  if (!on) return refused(50);
  b.cme_errors = *on == 1;
  return {};
}

// ---- SIM ----

native_reply without_sim(const board& b) {
  switch (b.radio.card().now()) {
    case uicc::state::absent: return refused(sim_not_inserted);
    case uicc::state::pin_wanted: return refused(pin_needed);
    case uicc::state::puk_wanted: return refused(puk_needed);
    default: return refused(sim_failure);
  }
}

std::optional<std::string_view> digits(const command& c, std::size_t at) {
  const auto text = c.text(at, pin_digits_max);
  if (!text || text->size() < pin_digits_min) return {};
  return text->find_first_not_of("0123456789") == std::string_view::npos ? text : std::nullopt;
}

native_reply pin(board& b, const command& c) {
  const uicc::state asks = b.radio.card().now();
  const bool locked = asks == uicc::state::pin_wanted || asks == uicc::state::puk_wanted;
  if (!locked && !b.radio.sim_active()) return without_sim(b);
  if (c.shape == form::read)
    return one(!locked                           ? "+CPIN: READY"
               : asks == uicc::state::puk_wanted ? "+CPIN: \"SIM PUK\""
                                                 : "+CPIN: \"SIM PIN\"");
  if (!locked) return refused(3);  // nothing to enter
  const auto code = digits(c, 0);
  const auto new_pin = digits(c, 1);
  const bool with_puk = asks == uicc::state::puk_wanted;
  if (!c.is_set() || !code || with_puk != new_pin.has_value()) return refused(wrong_password);
  return b.radio.enter_pin(*code, new_pin, b.now) ? native_reply{} : refused(wrong_password);
}
native_reply subscriber(board& b, const command& c) {
  if (!c.is_set()) return refused();
  return b.radio.sim_active() ? one(b.config.imsi) : without_sim(b);
}
native_reply card(board& b, const command& c) {
  if (!c.is_set()) return refused();
  return b.radio.sim_active() ? one("%XICCID: " + b.config.iccid) : without_sim(b);
}
native_reply sim_state(board& b, const command& c) {
  if (c.shape == form::read) return one("%XSIM: " + b.radio.card_fields());
  const auto on = c.number(0, 0, 1);
  if (!on) return refused(50);
  b.radio.wanted().xsim = *on;
  return {};
}

// ---- environment ----

native_reply voltage(board&, const command& c) {
  return c.is_set() ? one("%XVBAT: 3804") : refused();
}
native_reply temperature(board&, const command& c) {
  if (c.shape == form::read) return one("%XTEMP: 24");
  return c.number(0, 0, 1) ? native_reply{} : refused(50);
}

constexpr std::array verbs{
    native_verb{'+', "CGMI", manufacturer},
    native_verb{'+', "CGMM", model},
    native_verb{'+', "CGMR", firmware},
    native_verb{'+', "CGSN", serial_number},
    native_verb{'%', "HWVERSION", hardware},
    native_verb{'%', "SHORTSWVER", short_version},
    native_verb{'%', "XMODEMUUID", modem_uuid},
    native_verb{'+', "CMEE", error_format},
    native_verb{'+', "CPIN", pin},
    native_verb{'+', "CIMI", subscriber},
    native_verb{'%', "XICCID", card},
    native_verb{'%', "XSIM", sim_state},
    native_verb{'%', "XVBAT", voltage},
    native_verb{'%', "XTEMP", temperature},
};

}  // namespace

std::span<const native_verb> identity_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
