// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/urc_router.hpp"

#include <algorithm>
#include <array>

#include "modem_bridge/at/args.hpp"

namespace cellsock::at {
namespace {

constexpr std::array rows{
    urc_row{"Ready", urc::ready, true, false},
    urc_row{"INIT ERROR", urc::init_failed, true, false},
    urc_row{"#XMODEM:", urc::modem_fault, false, false},
    urc_row{"#XAPOLL:", urc::socket_event, false, false},
    urc_row{"#XDATAMODE:", urc::data_mode_ended, false, false},
    urc_row{"#XSENDNTF:", urc::send_notice, false, false},
    urc_row{"+CEREG:", urc::registration, false, true},
    urc_row{"+CGEV:", urc::packet_event, false, false},
    urc_row{"%XSIM:", urc::sim, false, false},
    urc_row{"%CESQ:", urc::signal, false, false},
    urc_row{"+CSCON:", urc::radio, false, true},
    urc_row{"%MDMEV:", urc::modem_event, false, false},
    urc_row{"+CNEC_ESM:", urc::refusal, false, false},
    urc_row{"+CNEC_EMM:", urc::other, false, false},
    urc_row{"+CEDRXP:", urc::power, false, false},
    urc_row{"#XPING:", urc::other, false, false},
};

}  // namespace

const urc_row* find_urc(std::string_view line) {
  const auto fits = [&](const urc_row& row) {
    return row.whole_line ? line == row.prefix : line.starts_with(row.prefix);
  };
  const auto found = std::find_if(rows.begin(), rows.end(), fits);
  return found == rows.end() ? nullptr : &*found;
}

std::optional<routed> route_urc(std::string_view line) {
  const auto* row = find_urc(line);
  if (row == nullptr) return std::nullopt;
  return routed{row->meaning, after_prefix(line, row->prefix).value_or(std::string_view{})};
}

}  // namespace cellsock::at
