// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/status_json.hpp"

#include <nlohmann/json.hpp>

#include "client_lib/cli/address_text.hpp"
#include "client_lib/cli/credential_text.hpp"
#include "client_lib/errno_table.hpp"

namespace cellsock::cli {
namespace {

using json = nlohmann::ordered_json;

json known(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json trouble(const v1::LinkStatus& link) {
  const auto code = link.trouble().code();
  if (code == v1::ERROR_CODE_UNSPECIFIED) return {};
  return {{"name", client::name_of(code)},
          {"detail", link.trouble().detail()},
          {"advice", client::meaning_of(code)}};
}

json busy(const v1::LinkStatus& link) {
  if (link.busy_with().empty()) return {};
  return {{"command", link.busy_with()},
          {"socket", link.busy_socket() != 0 ? json(link.busy_socket()) : json()},
          {"ms", link.busy_ms()}};
}

json uart(const v1::UartCounters& counted) {
  return {{"bytes_sent", counted.bytes_sent()},
          {"bytes_received", counted.bytes_received()},
          {"commands", counted.commands()},
          {"command_errors", counted.command_errors()},
          {"command_timeouts", counted.command_timeouts()},
          {"urcs", counted.urcs()},
          {"lines_dropped", counted.lines_dropped()},
          {"receives_repaired", counted.receives_repaired()},
          {"receives_damaged", counted.receives_damaged()},
          {"datagrams_refused", counted.datagrams_refused()},
          {"resyncs", counted.resyncs()}};
}

json lines(const v1::LinkStatus& one) {
  if (!one.has_lines()) return {};
  return {{"dtr", one.lines().dtr()}, {"cts", one.lines().cts()}, {"ri", one.lines().ri()}};
}

json pdn(const v1::PdnStatus& one) {
  const auto list = [](const auto& texts) {
    auto all = json::array();
    for (const auto& text : texts) all.push_back(text);
    return all;
  };
  return {{"name", "pdn" + std::to_string(one.id())},
          {"id", one.id()},
          {"cid", one.cid()},
          {"state", one.state()},
          {"apn", known(one.apn())},
          {"addresses", list(one.addresses())},
          {"name_servers", list(one.name_servers())},
          {"mtu", one.mtu() != 0 ? json(one.mtu()) : json()},
          {"trouble", known(one.trouble().detail())}};
}

json pdns(const v1::LinkStatus& one) {
  auto all = json::array();
  for (const auto& each : one.pdns()) all.push_back(pdn(each));
  return all;
}

json power(const v1::LinkStatus& one) {
  const auto granted = [](std::uint32_t value) { return value != 0 ? json(value) : json(); };
  return {{"tau_s", granted(one.power().tau_s())},
          {"active_time_s", granted(one.power().active_time_s())},
          {"edrx_ms", granted(one.power().edrx_ms())}};
}

json link(const v1::LinkStatus& one) {
  return {{"name", one.name()},
          {"uri", one.uri()},
          {"state", one.state()},
          {"trouble", trouble(one)},
          {"dialect", known(one.dialect())},
          {"firmware", known(one.firmware())},
          {"manufacturer", known(one.manufacturer())},
          {"model", known(one.model())},
          {"modem_firmware", known(one.modem_firmware())},
          {"imei", known(one.imei())},
          {"registration", known(one.registration())},
          {"operator", known(one.operator_plmn())},
          {"access_technology", known(one.access_technology())},
          {"rsrp_dbm", one.has_rsrp_dbm() ? json(one.rsrp_dbm()) : json()},
          {"address", known(one.address())},
          {"address6", known(one.address6())},
          {"mtu", one.mtu() != 0 ? json(one.mtu()) : json()},
          {"handles_used", one.handles_used()},
          {"handles_max", one.handles_max()},
          {"busy", busy(one)},
          {"uart", uart(one.uart())},
          {"restarts", one.restarts()},
          {"warning", known(one.warning())},
          {"lines", lines(one)},
          {"pdns", pdns(one)},
          {"power", power(one)},
          {"radio_connected", one.has_radio_connected() ? json(one.radio_connected()) : json()}};
}

json secure(const v1::SecureStatus& one) {
  const bool done = !one.suite().empty();
  return {{"protocol", one.protocol()},
          {"phase", one.phase()},
          {"suite", known(one.suite())},
          {"peer_subject", known(one.peer_subject())},
          {"peer_until",
           one.peer_subject().empty() ? json() : json(date_text(one.peer_until_unix_s()))},
          {"resumed", done ? json(one.resumed()) : json()},
          {"alpn", known(one.alpn())},
          {"verified", known(one.verified())}};
}

json socket(const v1::SocketStatus& one) {
  return {{"id", one.id()},
          {"type", one.type()},
          {"state", one.state()},
          {"local", known(text_of(one.local()))},
          {"peer", known(text_of(one.peer()))},
          {"modem_handle", one.modem_handle() >= 0 ? json(one.modem_handle()) : json()},
          {"owner",
           {{"pid", one.owner_pid()}, {"uid", one.owner_uid()}, {"program", one.owner_program()}}},
          {"bytes_sent", one.bytes_sent()},
          {"bytes_received", one.bytes_received()},
          {"bytes_queued", one.bytes_queued()},
          {"datagrams_dropped", one.datagrams_dropped()},
          {"age_ms", one.age_ms()},
          {"link", known(one.link())},
          {"secure", one.has_secure() ? secure(one.secure()) : json()}};
}

json sockets(const v1::StatusReply& status) {
  auto all = json::array();
  for (const auto& one : status.sockets()) all.push_back(socket(one));
  return all;
}

std::string text(const json& said) {
  return said.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string sockets_json(const v1::StatusReply& status) {
  json said{{"sockets", sockets(status)}};
  said["sockets_left_out"] = status.sockets_left_out();
  return text(said);
}

std::string pdns_json(const v1::StatusReply& status, const std::string& modem) {
  auto all = json::array();
  for (const auto& one : status.links()) {
    if (!modem.empty() && one.name() != modem) continue;
    for (auto each : pdns(one)) {
      each["link"] = one.name();
      all.push_back(std::move(each));
    }
  }
  return text({{"pdns", all}});
}

std::string status_json(const v1::StatusReply& status) {
  json said{{"daemon", status.daemon()}, {"uptime_ms", status.uptime_ms()}};
  said["links"] = json::array();
  for (const auto& one : status.links()) said["links"].push_back(link(one));
  said["sockets"] = sockets(status);
  said["sockets_left_out"] = status.sockets_left_out();
  const auto& counted = status.counters();
  said["counters"] = {{"control_connections", counted.control_connections()},
                      {"requests", counted.requests()},
                      {"requests_malformed", counted.requests_malformed()},
                      {"connections_refused", counted.connections_refused()},
                      {"actors", counted.actors()}};
  return text(said);
}

}  // namespace cellsock::cli
