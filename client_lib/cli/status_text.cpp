// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/status_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "client_lib/cli/address_text.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/errno_table.hpp"

namespace cellsock::cli {
namespace {

std::string joined(const std::vector<std::string>& parts, const char* between = ", ") {
  std::string all;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!all.empty()) all += between;
    all += part;
  }
  return printable(all);
}

/// `  name      value`, or nothing if there is no value.
std::string field(const char* name, const std::string& value) {
  if (value.empty()) return {};
  std::array<char, 32> head{};
  std::snprintf(head.data(), head.size(), "  %-10s", name);
  return head.data() + value + '\n';
}

std::string prefixed(const char* word, const std::string& value) {
  return value.empty() ? std::string() : word + value;
}

const v1::SocketStatus* find(const v1::StatusReply& status, std::uint64_t id) {
  for (const auto& one : status.sockets())
    if (one.id() == id) return &one;
  return nullptr;
}

std::string owner(const v1::SocketStatus& one) {
  return printable(one.owner_program()) + " (pid " + std::to_string(one.owner_pid()) + ", uid " +
         std::to_string(one.owner_uid()) + ')';
}

std::string holder(const v1::StatusReply& status, const v1::LinkStatus& link) {
  if (link.busy_with().empty()) return "nobody";
  std::string who = printable(link.busy_with());
  if (link.busy_socket() != 0) {
    who += ", socket " + std::to_string(link.busy_socket());
    if (const auto* one = find(status, link.busy_socket())) who += " of " + owner(*one);
  }
  return who + ", for " + span_text(link.busy_ms());
}

std::string uart_text(const v1::UartCounters& counted) {
  std::string text = bytes_text(counted.bytes_sent()) + " sent, " +
                     bytes_text(counted.bytes_received()) + " received, " +
                     std::to_string(counted.commands()) + " commands";
  // Only what happened: a healthy modem's line stays short.
  const std::array<std::pair<std::uint64_t, const char*>, 7> rare{{
      {counted.command_errors(), " errors"},
      {counted.command_timeouts(), " timeouts"},
      {counted.lines_dropped(), " lines dropped"},
      {counted.receives_repaired(), " receives repaired"},
      {counted.receives_damaged(), " receives damaged"},
      {counted.datagrams_refused(), " datagrams refused"},
      {counted.resyncs(), " resyncs"},
  }};
  for (const auto& [count, what] : rare)
    if (count != 0) text += ", " + std::to_string(count) + what;
  return text;
}

std::string trouble_text(const v1::LinkStatus& link) {
  const auto code = link.trouble().code();
  if (code == v1::ERROR_CODE_UNSPECIFIED) return {};
  std::string text = field("trouble", std::string(client::name_of(code)) +
                                          prefixed(": ", printable(link.trouble().detail())));
  return text + field("", std::string(client::meaning_of(code)));
}

/// Whom to ask when a program gets ENOBUFS: sockets count from socket() on, connected or not.
std::string exhausted_text(const v1::StatusReply& status, const v1::LinkStatus& link) {
  std::string holders;
  unsigned held = 0;
  for (const auto& one : status.sockets()) {
    if (one.state() == "closing" || one.state() == "draining") continue;
    if (one.link() != link.name()) continue;
    ++held;
    holders += (holders.empty() ? "" : ", ") + printable(one.owner_program()) + " (pid " +
               std::to_string(one.owner_pid()) + ")";
  }
  if (link.handles_max() == 0 || held < link.handles_max()) return {};
  return field("exhausted", "every socket is held: " + holders);
}

std::string lines_text(const v1::LinkStatus& link) {
  if (!link.has_lines()) return {};
  const auto level = [](const char* line, bool asserted) {
    return std::string(line) + (asserted ? " on" : " off");
  };
  return joined({level("DTR", link.lines().dtr()), level("CTS", link.lines().cts()),
                 level("RI", link.lines().ri())});
}

/// A link without a modem has no line, no handles and no radio to speak of.
bool has_modem(const v1::LinkStatus& link) {
  return !link.uri().starts_with("host:");
}

std::string modem_text(const v1::StatusReply& status, const v1::LinkStatus& link) {
  if (!has_modem(link)) return field("sockets", std::to_string(link.handles_used()) + " in use");
  return field("sockets", std::to_string(link.handles_used()) + " of " +
                              std::to_string(link.handles_max()) + " of the modem's in use") +
         exhausted_text(status, link) + field("held by", holder(status, link)) +
         field("uart", uart_text(link.uart())) + field("lines", lines_text(link));
}

/// What the network lets it sleep.
std::string power_text(const v1::LinkStatus& link) {
  const auto& power = link.power();
  std::string psm, edrx;
  if (power.tau_s() != 0)
    psm = "PSM: updates every " + span_text(std::uint64_t{power.tau_s()} * 1000) +
          ", reachable for " + span_text(std::uint64_t{power.active_time_s()} * 1000) + " after";
  if (power.edrx_ms() != 0) edrx = "eDRX: every " + span_text(power.edrx_ms());
  return joined({psm, edrx});
}

/// Those beside the first, whose address stands for itself.
std::string pdns_text(const v1::LinkStatus& link) {
  std::string text;
  for (const auto& pdn : link.pdns()) {
    if (pdn.cid() == 0) continue;
    std::vector<std::string> parts{pdn.state(), prefixed("APN ", pdn.apn())};
    parts.insert(parts.end(), pdn.addresses().begin(), pdn.addresses().end());
    parts.push_back(pdn.trouble().detail());
    text += field(("pdn" + std::to_string(pdn.id())).c_str(), joined(parts));
  }
  return text;
}

std::string link_text(const v1::StatusReply& status, const v1::LinkStatus& link) {
  const auto signal =
      link.has_rsrp_dbm() ? "RSRP " + std::to_string(link.rsrp_dbm()) + " dBm" : std::string();
  const auto mtu = link.mtu() != 0 ? "MTU " + std::to_string(link.mtu()) : std::string();
  const auto restarts =
      link.restarts() != 0 ? "restarted " + std::to_string(link.restarts()) + " times" : "";
  return printable(link.name()) + "  " + printable(link.uri()) + '\n' +
         field("state", joined({link.state(), restarts})) + trouble_text(link) +
         field("warning", printable(link.warning())) +
         field("modem", joined({joined({link.manufacturer(), link.model()}, " "),
                                prefixed("firmware ", link.modem_firmware()),
                                prefixed("IMEI ", link.imei())})) +
         field("dialect", joined({link.dialect(), prefixed("firmware ", link.firmware())})) +
         field("network", joined({has_modem(link) ? link.registration() : "",
                                  prefixed("operator ", link.operator_plmn()),
                                  link.access_technology(), signal})) +
         field("address", joined({link.address(), link.address6(), mtu})) + pdns_text(link) +
         field("power", power_text(link)) + modem_text(status, link);
}

std::string short_sockets_text(const v1::StatusReply& status) {
  if (status.sockets().empty()) return "\nno sockets\n";
  std::vector<std::vector<std::string>> rows{
      {"SOCKET", "TYPE", "STATE", "PEER", "SENT", "RECEIVED", "AGE", "OWNER"}};
  for (const auto& one : status.sockets()) {
    const auto peer = text_of(one.peer());
    rows.push_back({std::to_string(one.id()), printable(one.type()), printable(one.state()),
                    peer.empty() ? "-" : peer, bytes_text(one.bytes_sent()),
                    bytes_text(one.bytes_received()), span_text(one.age_ms()), owner(one)});
  }
  return '\n' + table_text(rows) + left_out_text(status.sockets_left_out());
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  auto scaled = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; scaled >= 1023.95 && unit + 1 < units.size(); ++unit) scaled /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", scaled, units[unit]);
  return text.data();
}

std::string span_text(std::uint64_t milliseconds) {
  const auto seconds = milliseconds / 1000;
  std::array<char, 48> text{};
  if (seconds < 60)
    std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(milliseconds) / 1000);
  else if (seconds < 3600)
    std::snprintf(text.data(), text.size(), "%d min %d s", static_cast<int>(seconds / 60),
                  static_cast<int>(seconds % 60));
  else if (seconds < 86400)
    std::snprintf(text.data(), text.size(), "%d h %d min", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60));
  else
    std::snprintf(text.data(), text.size(), "%llu d %d h",
                  static_cast<unsigned long long>(seconds / 86400),
                  static_cast<int>(seconds / 3600 % 24));
  return text.data();
}

std::string status_text(const v1::StatusReply& status) {
  std::string text = printable(status.daemon()) + ", up " + span_text(status.uptime_ms()) + ", " +
                     std::to_string(status.counters().control_connections()) +
                     " control connections\n";
  if (status.links().empty()) text += "\nno modem configured\n";
  for (const auto& link : status.links()) text += '\n' + link_text(status, link);
  return text + short_sockets_text(status);
}

}  // namespace cellsock::cli
