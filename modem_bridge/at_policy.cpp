// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at_policy.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {
namespace {

using namespace std::chrono_literals;

enum class form { any, write };  // write: `=` with a value, or neither `?` nor `=?`

struct denied {
  std::string_view name;  // upper case, after AT; a '*' at the end takes any rest
  form which;
  std::string_view why;
};

constexpr std::string_view sockets = "it would change sockets behind the daemon's back";
constexpr std::string_view data_mode = "it would put the line into data mode";
constexpr std::string_view framing = "it would change how the line itself works";
constexpr std::string_view notices = "the daemon lives on these notices";
constexpr std::string_view radio = "it would take the network from every program";
constexpr std::string_view restarts = "it would restart the modem under every program";
constexpr std::string_view one_owner = "it runs beside the daemon's sockets on the same line";

constexpr std::array rows{
    denied{"#XSOCKETSELECT", form::write, sockets},
    denied{"#XSOCKETOPT", form::write, sockets},
    denied{"#XSSOCKETOPT", form::write, sockets},
    denied{"#XSOCKET", form::write, sockets},
    denied{"#XSSOCKET", form::write, sockets},
    denied{"#XCLOSE", form::any, sockets},
    denied{"#XBIND", form::any, sockets},
    denied{"#XCONNECT", form::any, sockets},
    denied{"#XLISTEN", form::write, sockets},
    denied{"#XACCEPT", form::write, sockets},
    denied{"#XSEND*", form::any, data_mode},
    denied{"#XRECV*", form::any, sockets},
    denied{"#XAPOLL", form::write, notices},
    denied{"#XPOLL", form::any, sockets},
    denied{"#XTCP*", form::any, one_owner},
    denied{"#XUDP*", form::any, one_owner},
    denied{"#XHTTP*", form::any, one_owner},
    denied{"#XMQTT*", form::any, one_owner},
    denied{"#XFTP*", form::any, one_owner},
    denied{"#XTFTP*", form::any, one_owner},
    denied{"#XCOAP*", form::any, one_owner},
    denied{"#XNRFCLOUD*", form::any, one_owner},
    denied{"#XGPS*", form::write, one_owner},
    denied{"#XGNSS*", form::write, one_owner},
    denied{"#XCARRIER*", form::write, one_owner},
    denied{"#XFOTA", form::write, restarts},
    denied{"#XDFU*", form::any, restarts},
    denied{"#XPING", form::any, one_owner},
    denied{"#XCMUX*", form::write, framing},
    denied{"+CMUX", form::write, framing},
    denied{"#XPPP", form::write, framing},
    denied{"+CGDATA", form::any, framing},
    denied{"D*", form::any, framing},
    denied{"+IPR", form::write, framing},
    denied{"#XSLMUART", form::write, framing},
    denied{"E*", form::any, framing},
    denied{"#XDATACTRL", form::write, data_mode},
    denied{"+CFUN", form::write, radio},
    denied{"+COPS", form::write, radio},
    denied{"+CGACT", form::write, radio},
    denied{"+CGATT", form::write, radio},
    denied{"%XSYSTEMMODE", form::write, radio},
    denied{"#XRESET", form::any, restarts},
    denied{"#XMODEMRESET", form::any, restarts},
    denied{"#XSLEEP", form::write, restarts},
    denied{"#XSHUTDOWN", form::any, restarts},
    denied{"%XFACTORYRESET", form::write, restarts},
    denied{"+CMEE", form::write, notices},
    denied{"+CEREG", form::write, notices},
    denied{"+CGEREP", form::write, notices},
    denied{"+CSCON", form::write, notices},
    denied{"%XSIM", form::write, notices},
    denied{"%CESQ", form::write, notices},
    denied{"%MDMEV", form::write, notices},
    denied{"+CNEC", form::write, notices},
    denied{"%XMODEMTRACE", form::write, framing},
};

struct slow {
  std::string_view begins;  // upper case
  std::chrono::milliseconds wait;
};
constexpr std::array slow_commands{
    slow{"AT+COPS=?", 300s},        slow{"AT%XSUDO", 30s},      slow{"AT#XGETADDRINFO", 60s},
    slow{"AT%CMNG", 30s},           slow{"AT%NCELLMEAS", 120s}, slow{"AT%CONEVAL", 60s},
    slow{"AT%PERIODICSEARCH", 60s},
};
constexpr std::chrono::milliseconds wait_min = 1s;
constexpr std::chrono::milliseconds wait_default = 5s;

std::string upper(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return made;
}

/// `+CEREG` of `AT+CEREG?`; the rest decides the form.
std::size_t name_end(std::string_view body) {
  std::size_t end = 0;
  while (end < body.size() && body[end] != '=' && body[end] != '?') ++end;
  return end;
}

bool named(std::string_view name, std::string_view row) {
  if (row.ends_with('*')) return name.starts_with(row.substr(0, row.size() - 1));
  return name == row;
}

failure refuse(std::string why) {
  return fail(errc::command_refused, std::move(why));
}

status check_text(std::string_view line) {
  if (line.size() > modem_limits::at_command_bytes_max) return refuse("longer than 1024 bytes");
  if (line.size() < 2 || upper(line.substr(0, 2)) != "AT")
    return refuse("an AT command begins with AT");
  const auto control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  };
  if (std::any_of(line.begin(), line.end(), control))
    return refuse("control bytes would be taken for line ends or deletions");
  if (std::count(line.begin(), line.end(), '"') % 2 != 0)
    return refuse("an unbalanced quote would swallow the commands that follow");
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    if (c == ';' && !in_quotes) return refuse("one command only");
  }
  if (line.find("+++") != std::string_view::npos) return refuse("+++ ends data mode");
  return done{};
}

}  // namespace

result<at::command> check_at_command(std::string_view line, std::chrono::milliseconds timeout) {
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  if (auto fine = check_text(line); !fine) return fine.error();
  const std::string loud = upper(line);
  const auto body = std::string_view(loud).substr(2);
  const auto end = name_end(body);
  const auto name = body.substr(0, end);
  const auto rest = body.substr(end);
  const bool reads = rest == "?" || rest == "=?";
  for (const auto& row : rows)
    if (named(name, row.name) && (row.which == form::any || !reads))
      return refuse(std::string(row.why));
  at::command command;
  command.line = "AT" + std::string(line.substr(2));
  command.prefix = name.empty() ? std::string() : std::string(name) + ":";
  command.bare = true;
  command.wait = std::max(timeout.count() > 0 ? timeout : wait_default, wait_min);
  for (const auto& row : slow_commands)
    if (loud.starts_with(row.begins)) command.wait = std::max(command.wait, row.wait);
  return command;
}

}  // namespace cellsock
