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

// CME codes of 3GPP TS 27.007 §9.2.
constexpr int not_allowed = 3;
constexpr int wrong_parameters = 50;

// ---- functional mode ----

native_reply functional_mode(board& b, const command& c) {
  if (c.shape == form::read) return one("+CFUN: " + std::to_string(b.radio.functional_mode()));
  if (c.shape == form::test) return one("+CFUN: (0,1,2,4,20,21,30,31,40,41,44)");
  constexpr std::array modes{0, 1, 2, 4, 20, 21, 30, 31, 40, 41, 44};
  const auto mode = c.number(0);
  if (!mode || std::find(modes.begin(), modes.end(), *mode) == modes.end())
    return refused(wrong_parameters);
  b.radio.set_functional_mode(*mode, b.now);
  if (*mode == 0)
    for (const modem_socket* socket : b.sockets.all()) b.kill_sockets(socket->cid, true);
  // Switching off detaches and stores settings before it answers; everything else answers at once.
  return {.after = *mode == 0 ? b.config.power_off_time : duration::zero()};
}

// ---- subscriptions ----

/// `+NAME=<n>` with n in [0, high] stored in one field; the read form is the caller's.
native_reply subscribe(const command& c, int high, int& field) {
  const auto level = c.number(0, 0, high);
  if (!level) return refused(wrong_parameters);
  field = *level;
  return {};
}

native_reply registration(board& b, const command& c) {
  int& level = b.radio.wanted().cereg;
  if (c.shape == form::read)
    return one("+CEREG: " + std::to_string(level) + "," +
               std::to_string(static_cast<int>(b.radio.state())) +
               b.radio.registration_details(level));
  if (c.shape == form::test) return one("+CEREG: (0-5)");
  return subscribe(c, 5, level);
}

native_reply connection_state(board& b, const command& c) {
  int& level = b.radio.wanted().cscon;
  if (c.shape == form::read)
    return one("+CSCON: " + std::to_string(level) + (b.radio.rrc().connected() ? ",1" : ",0"));
  if (c.shape == form::test) return one("+CSCON: (0-3)");
  return subscribe(c, 3, level);
}

native_reply domain_events(board& b, const command& c) {
  return c.is_set() ? subscribe(c, 1, b.radio.wanted().mdmev) : refused(wrong_parameters);
}

native_reply signal_events(board& b, const command& c) {
  return c.is_set() ? subscribe(c, 1, b.radio.wanted().cesq) : refused(wrong_parameters);
}

native_reply error_codes(board& b, const command& c) {
  int& level = b.radio.wanted().cnec;
  if (c.shape == form::read) return one("+CNEC: " + std::to_string(level));
  return subscribe(c, 24, level);
}

// ---- what the radio sees ----

constexpr int reference_power = 64;    // index: 64 - 141 = -77 dBm
constexpr int reference_quality = 25;  // index: (25 - 40) / 2 = -7.5 dB

native_reply signal_quality(board& b, const command& c) {
  if (!c.is_set()) return refused(wrong_parameters);
  if (!b.radio.registered()) return one("+CESQ: 99,99,255,255,255,255");
  return one("+CESQ: 99,99,255,255," + std::to_string(reference_quality) + "," +
             std::to_string(reference_power));
}

constexpr std::size_t operator_digits_min = 5;
constexpr std::size_t operator_digits_max = 6;

native_reply operator_name(board& b, const command& c) {
  const std::string technology = std::to_string(b.radio.settings().access_technology());
  const std::string mode = b.radio.settings().manual_operator ? "1" : "0";
  if (c.shape == form::read)
    return one(b.radio.registered()
                   ? "+COPS: " + mode + ",2,\"" + b.config.operator_code + "\"," + technology
                   : "+COPS: " + mode);
  // A scan listens on every band; on hardware it takes minutes.
  if (c.shape == form::test)
    return {.lines = {"+COPS: (2,\"\",\"\",\"" + b.config.operator_code + "\"," + technology + ")"},
            .after = 10 * b.config.registration_time};
  const auto wanted = c.number(0, 0, 3);
  if (!wanted || *wanted == 2) return refused(wrong_parameters);
  if (*wanted == 3) return c.number(1, 0, 2) ? native_reply{} : refused(wrong_parameters);
  // By hand only by its number.
  const auto code = c.text(2, operator_digits_max);
  if (*wanted == 1 && (c.number(1) != 2 || !code || code->size() < operator_digits_min))
    return refused(wrong_parameters);
  b.radio.change_settings(
      [&](modem_settings& s) {
        s.manual_operator = *wanted == 1;
        s.operator_code = std::string(code.value_or(""));
      },
      b.now);
  b.radio.search_again(b.now);
  return {};
}

native_reply monitor(board& b, const command& c) {
  if (!c.is_set()) return refused(wrong_parameters);
  std::string line = "%XMONITOR: " + std::to_string(static_cast<int>(b.radio.state()));
  if (b.radio.registered())
    line += ",\"" + b.config.operator_name + "\",\"" + b.config.operator_name + "\",\"" +
            b.config.operator_code + "\",\"002F\"," +
            std::to_string(b.radio.settings().access_technology()) + ",20,\"0012BEEF\",334,6200," +
            std::to_string(reference_power) + ",42,\"\",\"11100000\",\"11100000\",\"01001001\"";
  return one(line);
}

native_reply evaluate(board& b, const command& c) {
  if (!c.is_set()) return refused(wrong_parameters);
  if (!b.radio.sim_active()) return one("%CONEVAL: 2");
  if (!b.radio.registered()) return one(b.radio.radio_on() ? "%CONEVAL: 1" : "%CONEVAL: 5");
  return one(std::string("%CONEVAL: 0,") + (b.radio.rrc().connected() ? "1" : "0") + ",7," +
             std::to_string(reference_power) + "," + std::to_string(reference_quality) +
             ",42,\"0012BEEF\",\"" + b.config.operator_code + "\",334,6200,20,0,0,18,1,1,94");
}

native_reply system_mode(board& b, const command& c) {
  if (c.shape == form::read) {
    const auto& now_is = b.radio.settings().system_mode;
    return one("%XSYSTEMMODE: " + numbers({now_is[0], now_is[1], now_is[2], now_is[3]}));
  }
  if (c.shape == form::test) return one("%XSYSTEMMODE: (0,1),(0,1),(0,1),(0-4)");
  std::array<int, 4> wanted{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto number = c.number(i, 0, i < 3 ? 1 : 4);
    if (!number) return refused(wrong_parameters);
    wanted[i] = *number;
  }
  if (wanted[0] + wanted[1] + wanted[2] == 0) return refused(wrong_parameters);
  if (b.radio.radio_on()) return refused(not_allowed);
  b.radio.change_settings([&](modem_settings& s) { s.system_mode = wanted; }, b.now);
  return {};
}

constexpr std::array verbs{
    native_verb{'+', "CFUN", functional_mode},    native_verb{'+', "CEREG", registration},
    native_verb{'+', "CSCON", connection_state},  native_verb{'%', "MDMEV", domain_events},
    native_verb{'%', "CESQ", signal_events},      native_verb{'+', "CNEC", error_codes},
    native_verb{'+', "CESQ", signal_quality},     native_verb{'+', "COPS", operator_name},
    native_verb{'%', "XMONITOR", monitor},        native_verb{'%', "CONEVAL", evaluate},
    native_verb{'%', "XSYSTEMMODE", system_mode},
};

}  // namespace

std::span<const native_verb> network_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
