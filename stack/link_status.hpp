// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/pdn.hpp"
#include "stack/result.hpp"

/// What is known of a link: the one answer behind `cellsock status`.
namespace cellsock {

enum class link_state : std::uint8_t {
  closed,       // no port
  opening,      // port asked for
  syncing,      // looking for a modem that answers AT
  identifying,  // dialect, firmware, features
  configuring,  // bring-up commands
  searching,    // radio on, waiting for registration and an address
  ready,        // sockets work
  lost,         // port to be reopened
  count_
};
[[nodiscard]] std::string_view name(link_state state) noexcept;

/// 3GPP TS 27.007 +CEREG <stat>, in words, plus the two states in which nobody asks.
enum class registration : std::uint8_t {
  unknown,
  off,
  searching,
  home,
  roaming,
  denied,
  no_coverage,
  emergency_only,
  no_sim,
  count_
};
[[nodiscard]] std::string_view name(registration value) noexcept;

struct uart_counters {
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t commands = 0;
  std::uint64_t command_errors = 0;
  std::uint64_t command_timeouts = 0;
  std::uint64_t urcs = 0;
  std::uint64_t lines_dropped = 0;
  std::uint64_t receives_repaired = 0;
  std::uint64_t receives_damaged = 0;
  std::uint64_t datagrams_refused = 0;
  std::uint64_t resyncs = 0;
};

/// The lines beside the data, as the host sees them; true: asserted.
struct modem_lines {
  bool dtr = false;  // ours: the modem's UART may be on
  bool cts = false;  // the modem's: it takes bytes
  bool ri = false;   // the modem's: it has something to say
  friend bool operator==(const modem_lines&, const modem_lines&) = default;
};

struct pdn_status {
  pdn_id id{};  // what programs call it: pdn0, pdn1
  cid context{};
  pdn_state state = pdn_state::down;
  std::string apn = {};
  std::vector<ip_address> addresses = {};
  std::vector<ip_address> name_servers = {};
  unsigned mtu = 0;             // 0: the network did not say
  failure trouble{errc::none};  // why it is not active
  friend bool operator==(const pdn_status&, const pdn_status&) = default;
};

/// What the network granted to sleep; empty: nothing, or not said.
struct power_grants {
  std::optional<std::chrono::seconds> tau = {};          // between tracking area updates (PSM)
  std::optional<std::chrono::seconds> active_time = {};  // reachable before each sleep (PSM)
  std::optional<std::chrono::milliseconds> edrx = {};
  friend bool operator==(const power_grants&, const power_grants&) = default;
};

struct link_status {
  link_state state = link_state::closed;
  failure trouble{errc::none};
  std::string dialect = {};   // "slm", "sm"
  std::string firmware = {};  // application firmware, as #XSLMVER / #XSMVER says
  std::string manufacturer = {};
  std::string model = {};
  std::string modem_firmware = {};
  std::string imei = {};
  registration network = registration::unknown;
  std::string operator_plmn = {};
  std::string access_technology = {};
  std::optional<int> rsrp_dbm = {};
  std::optional<bool> radio_connected = {};  // empty: it does not say
  std::string cell = {};                     // the last one that it was registered in
  std::optional<ip_address> address = {};    // of PDN 0: its IPv4 address,
  std::optional<ip_address> address6 = {};   // and its IPv6 address; either or both
  std::optional<modem_lines> lines = {};     // where the port has them
  power_grants power = {};
  bool pdn_up = false;
  std::vector<pdn_status> pdns = {};  // by context, PDN 0 first
  unsigned mtu = 0;                   // 0: the network did not say
  unsigned handles_used = 0;
  unsigned handles_max = 0;
  std::string busy_with = {};  // command in flight, payload and secrets left out
  std::optional<socket_id> busy_socket = {};
  std::chrono::steady_clock::time_point busy_since{};
  uart_counters uart = {};
};

}  // namespace cellsock
