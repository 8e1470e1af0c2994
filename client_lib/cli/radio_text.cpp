// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/radio_text.hpp"

#include <nlohmann/json.hpp>

#include "client_lib/cli/plain_text.hpp"
#include "client_lib/cli/status_text.hpp"

namespace cellsock::cli {
namespace {

using json = nlohmann::ordered_json;
using cells = std::vector<std::string>;

void add_share(cells& row, const v1::RadioShare& share) {
  row.insert(row.end(), {std::to_string(share.wakeups()), span_text(share.connected_ms()),
                         span_text(share.tail_ms()), bytes_text(share.bytes_sent()),
                         bytes_text(share.bytes_received())});
}

cells head(cells first) {
  first.insert(first.end(), {"WAKE-UPS", "CONNECTED", "TAIL", "SENT", "RECEIVED"});
  return first;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "" : " (" + std::to_string(part * 100 / whole) + " %)";
}

std::string verdict_text(const v1::RadioLink& link) {
  std::string text;
  for (const auto& one : link.verdicts())
    if (one.heeded() + one.ignored() > 0)
      text += (text.empty() ? "  hints     " : ", ") + one.hint() + " heeded " +
              std::to_string(one.heeded()) + " times, ignored " + std::to_string(one.ignored());
  return text.empty() ? text : text + '\n';
}

std::string link_text(const v1::RadioLink& link) {
  std::string text = printable(link.name()) + ": ";
  if (!link.known()) return text + "the modem does not say when its radio is connected\n";
  const auto& total = link.total();
  text += std::string(link.connected() ? "connected" : "idle") + ", automatic hints " +
          (link.automatic() ? "on" : "off") + '\n';
  text += "  observed  " + span_text(link.observed_ms()) + '\n';
  text += "  connected " + span_text(total.connected_ms()) +
          percent(total.connected_ms(), link.observed_ms()) + ", " +
          std::to_string(total.wakeups()) + " times\n";
  text += "  tail      " + span_text(total.tail_ms()) +
          percent(total.tail_ms(), total.connected_ms()) + " of that after the last payload\n";
  text += verdict_text(link);
  if (link.programs_size() > 0) {
    std::vector<cells> rows{head({"PROGRAM", "UNIT", "UID"})};
    for (const auto& one : link.programs()) {
      rows.push_back({or_dash(one.executable()), or_dash(one.unit()), std::to_string(one.uid())});
      add_share(rows.back(), one.share());
    }
    text += '\n' + table_text(rows);
  }
  if (link.sockets_size() > 0) {
    std::vector<cells> rows{head({"SOCKET", "PROGRAM", "UID"})};
    for (const auto& one : link.sockets()) {
      rows.push_back(
          {std::to_string(one.id()), or_dash(one.executable()), std::to_string(one.uid())});
      add_share(rows.back(), one.share());
    }
    text += '\n' + table_text(rows);
  }
  return text;
}

json known(const std::string& text) {
  return text.empty() ? json() : json(text);
}

void put_share(json& to, const v1::RadioShare& share) {
  to["bytes_sent"] = share.bytes_sent();
  to["bytes_received"] = share.bytes_received();
  to["wakeups"] = share.wakeups();
  to["connected_ms"] = share.connected_ms();
  to["tail_ms"] = share.tail_ms();
}

json share_json(const v1::RadioShare& share) {
  json made = json::object();
  put_share(made, share);
  return made;
}

json link_json(const v1::RadioLink& link) {
  json made{{"name", link.name()},
            {"known", link.known()},
            {"connected", link.known() ? json(link.connected()) : json()},
            {"observed_ms", link.observed_ms()},
            {"automatic", link.automatic()},
            {"total", share_json(link.total())},
            {"others", share_json(link.others())}};
  auto& hints = made["hints"] = json::object();
  for (const auto& one : link.verdicts())
    hints[one.hint()] = {{"heeded", one.heeded()}, {"ignored", one.ignored()}};
  auto& programs = made["programs"] = json::array();
  for (const auto& one : link.programs()) {
    json row{
        {"executable", known(one.executable())}, {"unit", known(one.unit())}, {"uid", one.uid()}};
    put_share(row, one.share());
    programs.push_back(row);
  }
  auto& sockets = made["sockets"] = json::array();
  for (const auto& one : link.sockets()) {
    json row{{"id", one.id()}, {"executable", known(one.executable())}, {"uid", one.uid()}};
    put_share(row, one.share());
    sockets.push_back(row);
  }
  return made;
}

}  // namespace

std::string radio_text(const v1::RadioReportReply& radio) {
  if (radio.links().empty()) return "no modem with a radio\n";
  std::string text;
  for (const auto& link : radio.links()) text += (text.empty() ? "" : "\n") + link_text(link);
  return text + left_out_text(radio.rows_left_out());
}

std::string radio_json(const v1::RadioReportReply& radio) {
  json said{{"links", json::array()}};
  for (const auto& link : radio.links()) said["links"].push_back(link_json(link));
  said["rows_left_out"] = radio.rows_left_out();
  return said.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace cellsock::cli
