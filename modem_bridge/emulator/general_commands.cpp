// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

verdict version(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.say("#" + std::string(b.rules().version_command) + ": \"" + b.config.application_version +
        "\",\"" + b.config.library_version + "\"");
  return verdict::ok;
}

verdict list_commands(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.raw("\r\n");
  for (const std::string& name : application_command_names(b.rules().id))
    b.raw("AT" + name + "\r\n");
  return verdict::ok;
}

verdict device_uuid(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.say("#XUUID: " + b.config.uuid);
  return verdict::ok;
}

verdict data_control(board& b, const command& c) {
  switch (c.shape) {
    case form::read:
      b.say("#XDATACTRL: " + std::to_string(b.time_limit_ms) + "," +
            std::to_string(b.time_limit_ms_min()));
      return verdict::ok;
    case form::test: b.say("#XDATACTRL=<time_limit>"); return verdict::ok;
    default: break;
  }
  const auto limit = c.number(0, static_cast<int>(b.time_limit_ms_min()), 65535);
  if (!limit) return verdict::error;
  b.time_limit_ms = static_cast<unsigned>(*limit);
  return verdict::ok;
}

verdict request_power(board& b, const command& c, power_change change) {
  if (!c.is_set()) return verdict::error;
  b.power = change;
  return verdict::ok;
}

verdict reset(board& b, const command& c) {
  return request_power(b, c, power_change::reset);
}

verdict shut_down(board& b, const command& c) {
  return request_power(b, c, power_change::shutdown);
}

verdict sleep(board& b, const command& c) {
  if (c.shape == form::test) {
    b.say("#XSLEEP: (1,2)");
    return verdict::ok;
  }
  const auto how = c.number(0, 1, 2);
  if (!how) return verdict::error;
  return request_power(b, c, *how == 1 ? power_change::deep_sleep : power_change::idle_sleep);
}

/// The modem core goes down and comes back while the application runs on; the result follows when
/// it is over, and every socket is gone.
verdict reset_modem(board& b, const command& c) {
  if (!c.is_set()) return verdict::error;
  b.close_all_sockets();
  b.radio.set_functional_mode(0, b.now);
  const time_point end = b.now + 2 * b.config.power_off_time;
  return b.wait(end, [&b, end] {
    if (b.now < end) return verdict::blocked;
    b.say("#XMODEMRESET: 0");
    return verdict::ok;
  });
}

constexpr std::array verbs{
    verb{"XSLMVER", version, in::slm},           verb{"XSMVER", version, in::sm},
    verb{"XCLAC", list_commands, in::every},     verb{"XUUID", device_uuid, in::every},
    verb{"XDATACTRL", data_control, in::every},  verb{"XRESET", reset, in::every},
    verb{"XSHUTDOWN", shut_down, in::every},     verb{"XSLEEP", sleep, in::every},
    verb{"XMODEMRESET", reset_modem, in::every},
};

}  // namespace

std::span<const verb> general_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
