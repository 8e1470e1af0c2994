// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/port_uri.hpp"

#include <array>
#include <charconv>

namespace cellsock {
namespace {

constexpr std::array later_schemes{std::string_view("unix"), std::string_view("tcp"),
                                   std::string_view("emulator")};
constexpr unsigned baud_min = 1200;
constexpr unsigned baud_max = 4'000'000;

failure bad(std::string_view uri, std::size_t at, const std::string& what) {
  return fail(errc::invalid_argument, "modem URI \"" + std::string(uri) + "\", character " +
                                          std::to_string(at + 1) + ": " + what);
}

status set_option(serial_uri& target, std::string_view name, std::string_view value) {
  if (name == "baud") {
    unsigned baud = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), baud);
    if (value.empty() || problem != std::errc{} || end != value.data() + value.size() ||
        baud < baud_min || baud > baud_max)
      return fail(errc::invalid_argument, "baud must be a number from 1200 to 4000000");
    target.baud = baud;
    return done{};
  }
  if (name == "flow") {
    if (value != "rtscts" && value != "none")
      return fail(errc::invalid_argument, "flow must be rtscts or none");
    target.rts_cts = value == "rtscts";
    return done{};
  }
  return fail(errc::invalid_argument,
              "unknown option \"" + std::string(name) + "\" (baud, flow are known)");
}

}  // namespace

result<serial_uri> parse_modem_uri(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos)
    return bad(uri, 0, "no scheme; try serial:" + std::string(uri.empty() ? "/dev/ttyACM0" : uri));
  const auto scheme = uri.substr(0, colon);
  for (const auto known : later_schemes)
    if (scheme == known)
      return fail(errc::unsupported_operation,
                  "modem URI scheme \"" + std::string(scheme) +
                      ":\" is not supported yet; use serial:/dev/… (the emulator prints its path)");
  if (scheme != "serial")
    return bad(uri, 0, "unknown scheme \"" + std::string(scheme) + "\"; use serial:");
  const auto question = std::min(uri.find('?', colon), uri.size());
  serial_uri parsed;
  parsed.path = std::string(uri.substr(colon + 1, question - colon - 1));
  if (parsed.path.empty() || parsed.path.front() != '/')
    return bad(uri, colon + 1, "an absolute device path is needed");
  if (parsed.path.find('\0') != std::string::npos) return bad(uri, colon + 1, "NUL in the path");
  std::size_t at = question;
  while (at < uri.size()) {
    ++at;  // '?' or '&'
    const auto end = std::min(uri.find('&', at), uri.size());
    const auto option = uri.substr(at, end - at);
    const auto equals = option.find('=');
    if (equals == std::string_view::npos) return bad(uri, at, "an option is NAME=VALUE");
    if (auto set = set_option(parsed, option.substr(0, equals), option.substr(equals + 1)); !set)
      return bad(uri, at, set.error().detail);
    at = end;
  }
  return parsed;
}

}  // namespace cellsock
