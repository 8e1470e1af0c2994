// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/port_uri.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace cellsock {
namespace {

constexpr unsigned baud_min = 1200;
constexpr unsigned baud_max = 4'000'000;
constexpr std::size_t socket_path_max = 107;    // sockaddr_un, less its final zero
constexpr unsigned pdn_max = 10;                // what NRF_SO_BINDTOPDN can name
constexpr std::size_t interface_name_max = 15;  // IFNAMSIZ, less its final zero
constexpr std::size_t host_max = 253;           // RFC 1035, as text

/// What nrf91-emulator may be told in a URI; the rest of its options is the port's own affair.
struct emulator_option {
  std::string_view name;
  bool flag = false;
};
constexpr std::array emulator_options{
    emulator_option{"dialect"},       emulator_option{"baud"},
    emulator_option{"flow"},          emulator_option{"ctl"},
    emulator_option{"turnaround-ms"}, emulator_option{"net-delay-ms"},
    emulator_option{"boot-ms"},       emulator_option{"registration-ms"},
    emulator_option{"pdn-family"},    emulator_option{"ipv6-ms"},
    emulator_option{"dns"},           emulator_option{"hosts"},
    emulator_option{"operator"},      emulator_option{"first-handle"},
    emulator_option{"roaming", true}, emulator_option{"no-sim", true},
    emulator_option{"events"},        emulator_option{"log-level"},
};

std::optional<unsigned> number(std::string_view text, unsigned min, unsigned max) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = problem == std::errc{} && end == text.data() + text.size() && !text.empty();
  return good && value >= min && value <= max ? std::optional(value) : std::nullopt;
}

failure invalid(std::string what) {
  return fail(errc::invalid_argument, std::move(what));
}

status set_baud(unsigned& to, std::string_view name, std::string_view value) {
  const auto rate = number(value, baud_min, baud_max);
  if (!rate) return invalid(std::string(name) + " must be a number from 1200 to 4000000");
  to = *rate;
  return done{};
}

failure unknown_option(std::string_view name, std::string_view known) {
  return invalid("unknown option \"" + std::string(name) + "\" (known: " + std::string(known) +
                 ")");
}

// ---- options, one function per scheme ----

status set_option(serial_uri& to, std::string_view name, std::string_view value) {
  constexpr std::string_view lines_scheme = "unix:";
  if (name == "baud") return set_baud(to.baud, name, value);
  if (name == "fast_baud") return set_baud(to.fast_baud, name, value);
  if (name == "flow") {
    if (value != "rtscts" && value != "none") return invalid("flow must be rtscts or none");
    to.rts_cts = value == "rtscts";
    return done{};
  }
  if (name == "lines") {
    const auto path = value.substr(std::min(lines_scheme.size(), value.size()));
    if (!value.starts_with(lines_scheme) || path.empty() || path.front() != '/' ||
        path.size() > socket_path_max)
      return invalid("lines must be unix:/PATH, the control socket of the emulator");
    to.lines_control = std::string(path);
    return done{};
  }
  return unknown_option(name, "baud, flow, fast_baud, lines");
}

status set_option(unix_uri& to, std::string_view name, std::string_view value) {
  return name == "baud" ? set_baud(to.baud, name, value) : unknown_option(name, "baud");
}

status set_option(tcp_uri& to, std::string_view name, std::string_view value) {
  return name == "baud" ? set_baud(to.baud, name, value) : unknown_option(name, "baud");
}

status set_option(emulator_uri& to, std::string_view name, std::string_view value) {
  const auto known = std::find_if(emulator_options.begin(), emulator_options.end(),
                                  [&](const emulator_option& o) { return o.name == name; });
  if (known == emulator_options.end()) {
    std::string all;
    for (const auto& o : emulator_options) all += (all.empty() ? "" : ", ") + std::string(o.name);
    return unknown_option(name, all);
  }
  if (known->flag && value != "true" && value != "false")
    return invalid(std::string(name) + " must be true or false");
  if (value.empty()) return invalid(std::string(name) + " needs a value");
  if (name == "baud")
    if (auto set = set_baud(to.baud, name, value); !set) return set;
  if (name == "ctl") to.control = std::string(value);
  if (known->flag && value == "false") return done{};
  std::string argument = "--" + std::string(name);
  if (!known->flag) argument += "=" + std::string(value);
  to.arguments.push_back(std::move(argument));
  return done{};
}

status set_option(host_uri& to, std::string_view name, std::string_view value) {
  constexpr std::string_view word = "pdn";
  const auto pdn = name.starts_with(word) ? number(name.substr(word.size()), 0, pdn_max)
                                          : std::optional<unsigned>();
  if (!pdn) return unknown_option(name, "pdn0 to pdn" + std::to_string(pdn_max));
  const bool good = !value.empty() && value.size() <= interface_name_max &&
                    value.find_first_of("/: ") == std::string_view::npos;
  if (!good) return invalid(std::string(name) + " must be the name of a network interface");
  if (to.interfaces.size() <= *pdn) to.interfaces.resize(*pdn + 1);
  to.interfaces[*pdn] = std::string(value);
  return done{};
}

// ---- what stands between the scheme and the options ----

struct mistake {
  std::size_t at = 0;  // within the text
  std::string what = {};
};
using checked = std::optional<mistake>;  // empty: good

checked set_place(serial_uri& to, std::string_view text) {
  if (text.empty() || text.front() != '/') return mistake{0, "an absolute device path is needed"};
  to.path = std::string(text);
  return {};
}

checked set_place(unix_uri& to, std::string_view text) {
  if (text.empty() || text.front() != '/') return mistake{0, "an absolute socket path is needed"};
  if (text.size() > socket_path_max)
    return mistake{socket_path_max, "a socket's path has at most 107 characters"};
  to.path = std::string(text);
  return {};
}

checked set_place(tcp_uri& to, std::string_view text) {
  std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, std::min(colon, text.size()));
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return mistake{0, "this [ has no ]"};
    host = text.substr(1, bracket - 1);
    colon = bracket + 1;
    if (colon >= text.size() || text[colon] != ':')
      return mistake{colon, "a port is needed: tcp:[ADDRESS]:PORT"};
  } else if (host.find(':') != std::string_view::npos) {
    return mistake{0, "an IPv6 address stands in brackets: tcp:[ADDRESS]:PORT"};
  }
  if (host.empty() || host.size() > host_max) return mistake{0, "a host is needed: tcp:HOST:PORT"};
  if (colon == std::string_view::npos)
    return mistake{text.size(), "a port is needed: tcp:HOST:PORT"};
  const auto port = number(text.substr(colon + 1), 1, 65535);
  if (!port) return mistake{colon + 1, "the port must be a number from 1 to 65535"};
  to.host = std::string(host);
  to.port = static_cast<std::uint16_t>(*port);
  return {};
}

checked set_place(emulator_uri&, std::string_view text) {
  if (text.empty()) return {};
  return mistake{0, "nothing stands between emulator: and its options (emulator:?NAME=VALUE)"};
}

checked set_place(host_uri&, std::string_view text) {
  if (text.empty()) return {};
  return mistake{0, "nothing stands between host: and its options (host:?pdn0=eth0)"};
}

// ---- schemes ----

struct scheme {
  std::string_view name;
  modem_uri empty;
};
const std::array schemes{scheme{"serial", serial_uri{}}, scheme{"unix", unix_uri{}},
                         scheme{"tcp", tcp_uri{}}, scheme{"emulator", emulator_uri{}},
                         scheme{"host", host_uri{}}};

}  // namespace

result<modem_uri> parse_modem_uri(std::string_view uri) {
  const auto bad = [uri](std::size_t at, const std::string& what) {
    return invalid("modem URI \"" + std::string(uri) + "\", character " + std::to_string(at + 1) +
                   ": " + what);
  };
  const bool control = std::any_of(uri.begin(), uri.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return invalid("a modem URI has no control characters");
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos)
    return bad(0, "no scheme; try serial:" + std::string(uri.empty() ? "/dev/ttyACM0" : uri));
  const auto known = std::find_if(schemes.begin(), schemes.end(),
                                  [&](const scheme& s) { return s.name == uri.substr(0, colon); });
  if (known == schemes.end())
    return bad(0, "unknown scheme \"" + std::string(uri.substr(0, colon)) +
                      "\"; use serial:, unix:, tcp:, emulator: or host:");
  const auto question = std::min(uri.find('?', colon), uri.size());
  modem_uri parsed = known->empty;
  const auto place = uri.substr(colon + 1, question - colon - 1);
  if (const auto wrong = std::visit([&](auto& to) { return set_place(to, place); }, parsed))
    return bad(colon + 1 + wrong->at, wrong->what);
  std::size_t at = question;
  while (at < uri.size()) {
    ++at;  // '?' or '&'
    const auto end = std::min(uri.find('&', at), uri.size());
    const auto option = uri.substr(at, end - at);
    const auto equals = option.find('=');
    if (equals == std::string_view::npos) return bad(at, "an option is NAME=VALUE");
    const auto set = std::visit(
        [&](auto& to) {
          return set_option(to, option.substr(0, equals), option.substr(equals + 1));
        },
        parsed);
    if (!set) return bad(at, set.error().detail);
    at = end;
  }
  return parsed;
}

unsigned baud_of(const modem_uri& uri) noexcept {
  return std::visit(
      [](const auto& one) -> unsigned {
        if constexpr (requires { one.baud; }) return one.baud;
        return 0;
      },
      uri);
}

unsigned fast_baud_of(const modem_uri& uri) noexcept {
  const auto* serial = std::get_if<serial_uri>(&uri);
  return serial == nullptr ? 0 : serial->fast_baud;
}

std::string_view warning_of(const modem_uri& uri) noexcept {
  const auto* serial = std::get_if<serial_uri>(&uri);
  if (serial == nullptr || serial->rts_cts) return {};
  return "RTS/CTS is off (flow=none): when the modem's buffers are full, bytes are lost without a "
         "sign; wire RTS and CTS if you can";
}

}  // namespace cellsock
