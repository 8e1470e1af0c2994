// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "stack/result.hpp"

/// `--modem URI` in words. One form per scheme; docs/configuration.md shows them to people.
namespace cellsock {

/// `serial:/dev/ttyACM0?baud=115200&flow=rtscts|none&fast_baud=1000000&lines=unix:/ctl`
struct serial_uri {
  std::string path;
  unsigned baud = 115200;
  bool rts_cts = true;
  unsigned fast_baud = 0;          // the rate to change to by the dialect's means; 0: stay
  std::string lines_control = {};  // control socket of the emulator behind a pty: DTR, RI, CTS
};

/// `unix:/path?baud=115200`. `baud` is the line behind the socket, for deadlines; 0: there is none.
struct unix_uri {
  std::string path;
  unsigned baud = 0;
};

/// `tcp:host:port?baud=115200`, raw bytes, as ser2net serves them; `[2001:db8::1]` for IPv6.
struct tcp_uri {
  std::string host;
  std::uint16_t port = 0;
  unsigned baud = 0;
};

/// `emulator:?dialect=slm&baud=115200&…`: a child process of the daemon.
struct emulator_uri {
  unsigned baud = 115200;
  std::string control = {};                 // `ctl`, where it is given
  std::vector<std::string> arguments = {};  // `--NAME=VALUE`, in the URI's order
};

/// `host:?pdn0=eth0&pdn1=wwan0`: no modem, the gateway's own network.
struct host_uri {
  std::vector<std::string> interfaces = {};  // by PDN; empty: as the kernel routes
};

using modem_uri = std::variant<serial_uri, unix_uri, tcp_uri, emulator_uri, host_uri>;

/// errc::invalid_argument says what is wrong and at which character.
[[nodiscard]] result<modem_uri> parse_modem_uri(std::string_view uri);

/// Of the line behind the port; 0: none.
[[nodiscard]] unsigned baud_of(const modem_uri& uri) noexcept;
/// The rate to change to once the modem answers; 0: stay.
[[nodiscard]] unsigned fast_baud_of(const modem_uri& uri) noexcept;
/// What is legal and yet asks for trouble, in one sentence; empty if nothing.
[[nodiscard]] std::string_view warning_of(const modem_uri& uri) noexcept;

}  // namespace cellsock
