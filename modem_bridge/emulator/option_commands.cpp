// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

struct option_row {
  int name;
  bool readable;
  int low;
  int high;
  dialect_set where;
  int initial = 0;
};
constexpr int receive_timeout = 20;
constexpr int send_timeout = 21;
constexpr int silence_all = 30;
constexpr int keep_open = modem_socket::keep_open_option;
constexpr int bind_to_pdn = 40;
constexpr int first_hint = 50;  // no data, last, one response, ongoing, wait for more
constexpr int last_hint = 54;
constexpr int every_hint = 61;  // the same, as values from 1
/// The switch of slm lacks a break behind this one and binds to a PDN instead.
constexpr int ipv6_address_refresh = 62;
constexpr int seconds_max = 1'000'000;
constexpr dialect_set ncs_2_7{dialect::slm_2_4, dialect::slm_2_7};
constexpr dialect_set since_2_8{dialect::slm_2_9, dialect::slm_3_1, dialect::sm_1, dialect::sm_2};
constexpr dialect_set not_sm_1{dialect::slm_2_4, dialect::slm_2_7, dialect::slm_2_9,
                               dialect::slm_3_1, dialect::sm_2};
constexpr dialect_set refresh_as_written{dialect::sm_1, dialect::sm_2};
constexpr dialect_set refresh_falls_through{dialect::slm_2_9, dialect::slm_3_1};
constexpr int any_value = 2'000'000'000;

constexpr std::array option_rows{
    option_row{2, false, 0, 1, in::every},  // reuse address
    option_row{receive_timeout, true, 0, seconds_max, in::every},
    option_row{send_timeout, true, 0, seconds_max, in::every},
    option_row{silence_all, true, 0, 1, in::every},
    option_row{31, true, 0, 1, in::every, 1},  // IPv4 echo reply
    option_row{32, true, 0, 1, in::every, 1},  // IPv6 echo reply
    option_row{keep_open, true, 0, 1, {dialect::sm_2}},
    option_row{bind_to_pdn, false, 0, 255, in::every},
    // Release assistance, one option per hint and the value ignored; then one for all.
    option_row{first_hint, false, 0, any_value, ncs_2_7},
    option_row{first_hint + 1, false, 0, any_value, ncs_2_7},
    option_row{first_hint + 2, false, 0, any_value, ncs_2_7},
    option_row{first_hint + 3, false, 0, any_value, ncs_2_7},
    option_row{last_hint, false, 0, any_value, ncs_2_7},
    option_row{55, true, 0, 135, not_sm_1},  // TCP server session timeout, minutes
    option_row{every_hint, false, 1, 5, since_2_8},
    option_row{ipv6_address_refresh, true, 0, 1, refresh_as_written},
    option_row{ipv6_address_refresh, false, 0, 255, refresh_falls_through},
};

/// The one names a packet to come, the other the radio as a whole.
void hint(board& b, modem_socket& socket, int number) {
  constexpr std::array hints{release_hint::no_data, release_hint::last, release_hint::one_response,
                             release_hint::ongoing, release_hint::wait_more};
  const release_hint what = hints[static_cast<std::size_t>(number)];
  const bool of_packet = what == release_hint::last || what == release_hint::one_response;
  socket.hint = of_packet ? what : release_hint::none;
  if (!of_packet) b.radio.rrc().hint(what, b.now);
  b.log.add(b.now, "release-hint", socket.handle, 0, std::to_string(number + 1));
}

verdict set_option(board& b, modem_socket& socket, const option_row& row, int value) {
  if (value < row.low || value > row.high) return verdict::error;
  switch (row.name) {
    case receive_timeout: socket.receive_timeout_s = value; break;
    case send_timeout: socket.send_timeout_s = value; break;
    case ipv6_address_refresh:
    case bind_to_pdn:
      if (row.readable) {
        socket.options[row.name] = value;
        break;
      }
      if (!b.radio.cid_of_pdn(value)) return verdict::error;
      b.bind_to_pdn(socket, value);
      break;
    case silence_all: b.silence_all = value != 0; break;
    case every_hint: hint(b, socket, value - 1); break;
    default:
      if (row.name >= first_hint && row.name <= last_hint)
        hint(b, socket, row.name - first_hint);
      else
        socket.options[row.name] = value;
      break;
  }
  return verdict::ok;
}

verdict get_option(board& b, const modem_socket& socket, const option_row& row) {
  const bool by_handle = b.rules().syntax == command_syntax::handle;
  if (!row.readable) return verdict::error;
  int value = row.initial;
  if (row.name == receive_timeout)
    value = socket.receive_timeout_s;
  else if (row.name == silence_all)
    value = b.silence_all ? 1 : 0;
  else if (row.name == send_timeout)
    value = socket.send_timeout_s;
  else if (const auto set = socket.options.find(row.name); set != socket.options.end())
    value = set->second;
  b.say("#XSOCKETOPT: " + (by_handle ? numbers({socket.handle, value}) : numbers({value})));
  return verdict::ok;
}

verdict option_verb(board& b, const command& c) {
  const bool by_handle = b.rules().syntax == command_syntax::handle;
  if (c.shape == form::test) {
    b.say(by_handle ? "#XSOCKETOPT: <handle>,(0,1),<name>,<value>"
                    : "#XSOCKETOPT: (0,1),<name>,<value>");
    return verdict::ok;
  }
  const std::size_t first = by_handle ? 1 : 0;
  const auto operation = c.number(first, 0, 65535);
  const auto name = c.number(first + 1, 0, 65535);
  if (!c.is_set() || !operation || !name) return verdict::error;
  const auto value = c.count() > first + 2 ? c.number(first + 2) : std::optional<std::int32_t>(0);
  if (*operation == 1 && !value) return verdict::error;
  modem_socket* socket = by_handle ? b.named(c) : b.sockets.current();
  // Neither get nor set: slm accepts it without effect.
  if (*operation > 1) return by_handle ? verdict::error : verdict::ok;
  if (!socket) return verdict::error;
  for (const option_row& row : option_rows)
    if (row.name == *name && row.where.has(b.rules().id))
      return *operation == 1 ? set_option(b, *socket, row, *value) : get_option(b, *socket, row);
  return verdict::error;
}

/// Only sockets opened with TLS have these, and there are none.
verdict secure_option_verb(board& b, const command& c) {
  if (c.shape != form::test) return verdict::error;
  b.say(b.rules().syntax == command_syntax::handle ? "#XSSOCKETOPT: <handle>,(0,1),<name>,<value>"
                                                   : "#XSSOCKETOPT: (0,1),<name>,<value>");
  return verdict::ok;
}

constexpr std::array verbs{
    verb{"XSOCKETOPT", option_verb, in::every},
    verb{"XSSOCKETOPT", secure_option_verb, in::every},
};

}  // namespace

std::span<const verb> option_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
