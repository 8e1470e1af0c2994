// SPDX-License-Identifier: Apache-2.0
// Echo and the rate of the UART.
#include <algorithm>
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

verdict echo_verb(board& b, const command& c) {
  b.echo = c.name == "1";
  return verdict::ok;
}

/// The OK is still heard at the old rate; the UART changes when it has left.
verdict change_speed(board& b, unsigned baud) {
  b.raw("\r\nOK\r\n");
  b.speed_change = baud;
  return verdict::silent;
}

verdict rate_verb(board& b, const command& c) {
  constexpr std::array rates{115200, 230400, 460800, 921600, 1000000};
  switch (c.shape) {
    case form::read: b.say("+IPR: " + std::to_string(b.line_baud)); return verdict::ok;
    case form::test: b.say("+IPR: (),(115200,230400,460800,921600,1000000)"); return verdict::ok;
    default: break;
  }
  const auto rate = c.number(0);
  if (c.count() != 1 || !rate || std::find(rates.begin(), rates.end(), *rate) == rates.end())
    return verdict::error;
  return change_speed(b, static_cast<unsigned>(*rate));
}

/// Kept over a reset, unlike `+IPR`. Flow control is the emulator's own and cannot be changed.
verdict uart_verb(board& b, const command& c) {
  constexpr std::array rates{1200,  2400,   4800,   9600,   14400,  19200,  38400,
                             57600, 115200, 230400, 460800, 921600, 1000000};
  const int flow = b.config.flow_control ? 1 : 0;
  if (c.shape == form::read) {
    b.say("#XSLMUART: " + std::to_string(b.line_baud) + "," + std::to_string(flow));
    return verdict::ok;
  }
  if (!c.is_set()) return verdict::error;
  if (c.count() == 0) return verdict::ok;
  const auto rate = c.number(0);
  if (!rate || std::find(rates.begin(), rates.end(), *rate) == rates.end()) return verdict::error;
  if (c.count() > 1 && c.number(1) != flow) return verdict::error;
  b.boot_baud = static_cast<unsigned>(*rate);
  return change_speed(b, b.boot_baud);
}

constexpr std::array verbs{
    verb{"0", echo_verb, in::sm, 'E'},
    verb{"1", echo_verb, in::sm, 'E'},
    verb{"IPR", rate_verb, in::sm, '+'},
    verb{"XSLMUART", uart_verb, {dialect::slm_2_4}},
};

}  // namespace

std::span<const verb> line_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
