// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control.hpp"

#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "modem_bridge/emulator/command.hpp"
#include "modem_bridge/emulator/control_verb.hpp"
#include "modem_bridge/emulator/name_table.hpp"
#include "modem_bridge/emulator/status.hpp"

namespace cellsock::emulator {
namespace {

/// `ADDRESS`, `ADDRESS:PORT` or `[IPV6]:PORT` in the form the stack compares; a name stands for all
/// its addresses. Empty: neither.
std::vector<std::string> places(const control_target& t, std::string_view text) {
  if (const auto where = parse_endpoint(text)) return {to_string(*where)};
  if (const auto address = parse_address(text)) return {to_string(*address)};
  const auto colon = text.rfind(':');
  const bool any_port = colon == std::string_view::npos;
  const auto port = any_port ? std::optional<int>(0) : whole(text.substr(colon + 1));
  if (!port || *port > 65535) return {};
  std::vector<std::string> found;
  for (const ip_address& address : resolve(t.parts.config.names, text.substr(0, colon)))
    found.push_back(any_port ? to_string(address)
                             : to_string(endpoint{address, static_cast<std::uint16_t>(*port)}));
  return found;
}

control_reply connect(control_target& t, words w) {
  if (w.empty() || w.size() > 2) return misused("connect");
  connect_policy policy = connect_policy::normal;
  if (w[0] == "refuse")
    policy = connect_policy::refuse;
  else if (w[0] == "swallow")
    policy = connect_policy::swallow;
  else if (w[0] != "normal")
    return misused("connect");
  const auto where = w.size() == 2 ? places(t, w[1]) : std::vector<std::string>{""};
  if (where.empty()) return bad("neither an address nor a known name: " + std::string(w[1]));
  for (const std::string& place : where) t.parts.stack.set_policy(place, policy);
  return good();
}

control_reply hang(control_target& t, words w) {
  if (w.size() > 1) return misused("hang");
  if (w.empty()) {
    t.queue.hang({});
    return good("ok: until `reset`");
  }
  const auto length = whole(w[0]);
  if (!length) return misused("hang");
  t.queue.hang(t.parts.now + std::chrono::milliseconds(*length));
  return good();
}

control_reply reset(control_target& t, words w) {
  if (!w.empty()) return misused("reset");
  t.queue.reset(t.parts.now);
  return good();
}

control_reply wake(control_target& t, words w) {
  if (!w.empty()) return misused("wake");
  return t.queue.wake(t.parts.now) ? good() : bad("not asleep");
}

control_reply status(control_target& t, words w) {
  return w.empty() ? good(status_json(t)) : misused("status");
}

control_reply events(control_target& t, words w) {
  const auto since = w.size() == 1 ? whole(w[0]) : std::optional<int>(0);
  if (w.size() > 1 || !since) return misused("events");
  std::string lines;
  for (const event& e : t.log.events())
    if (e.number > static_cast<std::uint64_t>(*since))
      lines += (lines.empty() ? "" : "\n") + to_json(e);
  return good(std::move(lines));
}

control_reply inject(control_target& t, words w) {
  if (w.size() != 1) return misused("inject-urc");
  constexpr std::array<std::pair<std::string_view, urc_injection>, 4> places{
      {{"off", urc_injection::off},
       {"header", urc_injection::header},
       {"tail", urc_injection::tail},
       {"both", urc_injection::both}}};
  for (const auto& [name, where] : places) {
    if (name != w[0]) continue;
    t.parts.injection = where;
    return good();
  }
  return misused("inject-urc");
}

control_reply send_block(control_target& t, words w) {
  if (w.size() != 1 || (w[0] != "on" && w[0] != "off")) return misused("send-block");
  t.parts.stack.block_sending(w[0] == "on");
  return good();
}

control_reply send_fail(control_target& t, words w) {
  if (w.size() != 1) return misused("send-fail");
  if (w[0] == "off") {
    t.parts.stack.fail_sends_after({});
    return good();
  }
  const auto bytes = whole(w[0]);
  if (!bytes) return misused("send-fail");
  t.parts.stack.fail_sends_after(static_cast<std::size_t>(*bytes));
  return good();
}

control_reply urc(control_target& t, words w) {
  if (w.empty()) return misused("urc");
  const executor::power now_is = t.queue.state();
  if (now_is == executor::power::booting || now_is == executor::power::off)
    return bad("the modem is not running");
  std::string text;
  for (const std::string_view word : w) text += (text.empty() ? "" : " ") + std::string(word);
  t.parts.radio.notify(std::move(text));
  return good();
}

// ---- the lines and the rate of the UART ----

control_reply lines(control_target& t, words w) {
  if (w.size() > 1) return misused("lines");
  if (w.size() == 1) {
    if (w[0] != "dtr=0" && w[0] != "dtr=1") return misused("lines");
    t.whole.set_dtr(w[0] == "dtr=1", t.parts.now);
  }
  return good(to_json(t.whole.lines()));
}

control_reply host_baud(control_target& t, words w) {
  const auto baud = w.size() == 1 ? whole(w[0]) : std::nullopt;
  if (!baud) return misused("host-baud");
  t.whole.set_host_baud(static_cast<unsigned>(*baud), t.parts.now);
  return good();
}

/// The control socket's own: it keeps the connection.
control_reply watch(control_target&, words) {
  return bad("only on a control socket");
}

// ---- data mode and push ----

control_reply hup(control_target& t, words w) {
  constexpr std::array<std::pair<std::string_view, board::cut>, 3> kinds{
      {{"fin", board::cut::fin}, {"reset", board::cut::reset}, {"pdn", board::cut::pdn}}};
  if (w.size() == 1 && w[0] == "off") {
    t.parts.plan.reset();
    return good();
  }
  const auto handle = w.size() == 3 ? whole(w[0]) : std::nullopt;
  const auto at_byte = w.size() == 3 ? whole(w[1]) : std::nullopt;
  if (!handle || !at_byte) return misused("hup");
  for (const auto& [name, how] : kinds) {
    if (name != w[2]) continue;
    t.parts.plan = {*handle, static_cast<std::size_t>(*at_byte), how};
    return good();
  }
  return misused("hup");
}

control_reply push_hold(control_target& t, words w) {
  if (w.size() != 1 || (w[0] != "on" && w[0] != "off")) return misused("push-hold");
  t.parts.push_held = w[0] == "on";
  return good();
}

control_reply net_delay(control_target& t, words w) {
  const auto delay = w.size() == 1 ? whole(w[0]) : std::nullopt;
  if (!delay) return misused("net-delay");
  t.parts.stack.set_delay(std::chrono::milliseconds(*delay));
  return good();
}

constexpr std::array verbs{
    control_verb{"status", "", "everything there is to see, as one JSON object", status},
    control_verb{"events", "[AFTER]", "the event log, one JSON object per line", events},
    control_verb{"connect", "refuse|swallow|normal [HOST[:PORT]]",
                 "what happens to new TCP connections", connect},
    control_verb{"send-block", "on|off", "the network takes no bytes", send_block},
    control_verb{"send-fail", "BYTES|off", "sends fail after so many bytes, and no event tells",
                 send_fail},
    control_verb{"urc", "TEXT", "the modem notifies this line, malformed or not", urc},
    control_verb{"hup", "HANDLE BYTES fin|reset|pdn | off",
                 "end a connection at that byte of its data mode's payload", hup},
    control_verb{"push-hold", "on|off", "the modem pushes nothing (#XRECVCFG)", push_hold},
    control_verb{"lines", "[dtr=0|dtr=1]", "the lines; the host's DTR is set here", lines},
    control_verb{"watch", "", "keep the connection: one JSON object per change of a line", watch},
    control_verb{"host-baud", "RATE", "the host's rate, where no pty tells; 0: not known",
                 host_baud},
    control_verb{"net-delay", "MS", "one-way delay of the radio from now on", net_delay},
    control_verb{"inject-urc", "header|tail|both|off",
                 "poll URCs cut into counted receives, as on hardware they can", inject},
    control_verb{"hang", "[MS]", "stop reacting, for a time or until `reset`", hang},
    control_verb{"reset", "", "reboot: all state lost, then `Ready`", reset},
    control_verb{"wake", "", "press the power pin of a sleeping modem", wake},
};

auto tables() {
  return std::array{std::span<const control_verb>(verbs), radio_control_verbs()};
}

const control_verb* find(std::string_view name) {
  for (const auto& table : tables())
    for (const control_verb& row : table)
      if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

control_reply misused(std::string_view verb) {
  const control_verb* row = find(verb);
  return {control_reply::outcome::misused,
          row ? "usage: " + std::string(row->name) + " " + std::string(row->arguments) : "usage"};
}

std::optional<int> whole(std::string_view word) {
  int value = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (problem != std::errc{} || end != word.data() + word.size() || value < 0) return {};
  return value;
}

bool is_control_verb(std::string_view name) {
  return find(name) != nullptr;
}

std::string control_usage() {
  std::string text;
  for (const auto& table : tables())
    for (const control_verb& row : table) {
      std::string left = "  " + std::string(row.name) + " " + std::string(row.arguments);
      left.resize(std::max<std::size_t>(left.size() + 2, 48), ' ');
      text += left + std::string(row.meaning) + "\n";
    }
  return text;
}

control_reply run_control(control_target target, std::string_view request) {
  std::vector<std::string_view> found;
  while (!request.empty()) {
    const auto end = request.find_first_of(" \t\r\n");
    if (end != 0) found.push_back(request.substr(0, end));
    request.remove_prefix(end == std::string_view::npos ? request.size() : end + 1);
  }
  if (found.empty()) found.emplace_back();
  target.log.add(target.parts.now, "control", -1, 0, std::string(found[0].substr(0, 40)));
  if (const control_verb* row = find(found[0])) return row->run(target, words(found).subspan(1));
  std::string names;
  for (const auto& table : tables())
    for (const control_verb& row : table) names += " " + std::string(row.name);
  return {control_reply::outcome::misused,
          "unknown verb `" + redact(found[0]) + "`; there are:" + names};
}

}  // namespace cellsock::emulator
