// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stack/socket_options.hpp"
#include "stack/transport.hpp"

/// The one table of what becomes of a socket option at the daemon, with a column per kind of link.
/// docs/options.md is compared with it.
namespace cellsock {

enum class option_how : std::uint8_t {
  carried,   // the link is told, and asked
  emulated,  // the daemon keeps the value and does what it says
  fixed,     // reads as its default, and only that can be set
  refused,   // errc::unknown_option
};

struct option_side {
  option_how how = option_how::refused;
  std::string_view what = {};  // how it is emulated, or why not carried
};

/// Which sockets have it.
enum class option_sockets : std::uint8_t { any, streams, v4, v6 };
enum class option_use : std::uint8_t { get_set, get, set };
/// When it may be set.
enum class option_when : std::uint8_t { any, untouched };  // untouched: not bound, connected, sent

struct option_row {
  socket_option option;
  std::string_view name;
  std::int64_t min;
  std::int64_t max;
  std::int64_t standard;
  option_use use;
  option_sockets sockets;
  option_when when;
  std::array<option_side, static_cast<std::size_t>(link_kind::count_)> sides;  // by link_kind

  [[nodiscard]] constexpr const option_side& at(link_kind kind) const {
    return sides[static_cast<std::size_t>(kind)];
  }
};

namespace option_text {
inline constexpr option_side carried{option_how::carried, {}};
inline constexpr option_side own{option_how::emulated, "the daemon's own"};
inline constexpr option_side no_way{option_how::refused, "the modem has no such option"};
inline constexpr option_side no_modem{option_how::refused, "only a modem has it"};
}  // namespace option_text

inline constexpr std::array option_rows = [] {
  using enum option_use;
  using o = socket_option;
  using s = option_sockets;
  using w = option_when;
  using option_text::carried;
  using option_text::no_modem;
  using option_text::no_way;
  using option_text::own;
  constexpr auto kept = [](std::string_view what) {
    return option_side{option_how::emulated, what};
  };
  // A year: what a program means by a longer timeout is "for ever", which is 0.
  constexpr std::int64_t timeout_ms_max = std::int64_t{365} * 24 * 3600 * 1000;
  constexpr option_side to_channel{option_how::emulated, "the daemon's end of the channel follows"};
  constexpr option_side at_channel{option_how::emulated, "the library sets it on the channel"};
  return std::array{
      option_row{o::error, "ERROR", 0, 0, 0, get, s::any, w::any, {own, own}},
      option_row{o::recv_timeout_ms,
                 "RECV_TIMEOUT_MS",
                 0,
                 timeout_ms_max,
                 0,
                 get_set,
                 s::any,
                 w::any,
                 {kept("the library applies it"), kept("the library applies it")}},
      option_row{o::send_timeout_ms,
                 "SEND_TIMEOUT_MS",
                 0,
                 timeout_ms_max,
                 0,
                 get_set,
                 s::any,
                 w::any,
                 {kept("the library applies it; it bounds a connect"),
                  kept("the library applies it; it bounds a connect")}},
      option_row{
          o::reuse_address, "REUSE_ADDRESS", 0, 1, 0, get_set, s::any, w::any, {carried, carried}},
      option_row{o::reuse_port, "REUSE_PORT", 0, 1, 0, get_set, s::any, w::any, {no_way, carried}},
      option_row{o::broadcast, "BROADCAST", 0, 1, 0, get_set, s::any, w::any, {no_way, carried}},
      option_row{o::priority, "PRIORITY", 0, 7, 0, get_set, s::any, w::any, {no_way, carried}},
      option_row{o::linger_s,
                 "LINGER_S",
                 -1,
                 65535,
                 -1,
                 get_set,
                 s::any,
                 w::any,
                 {kept("bounds how long a closed socket still sends; 0: what waits is dropped"),
                  kept("bounds how long a closed socket still sends; 0: what waits is dropped")}},
      option_row{o::send_buffer,
                 "SEND_BUFFER",
                 0,
                 65535,
                 8192,
                 get_set,
                 s::any,
                 w::any,
                 {at_channel, at_channel}},
      option_row{o::receive_buffer,
                 "RECEIVE_BUFFER",
                 0,
                 65535,
                 8192,
                 get_set,
                 s::any,
                 w::any,
                 {to_channel, to_channel}},
      option_row{
          o::keep_alive, "KEEP_ALIVE", 0, 1, 0, get_set, s::streams, w::any, {no_way, carried}},
      option_row{o::keep_alive_idle_s,
                 "KEEP_ALIVE_IDLE_S",
                 1,
                 32767,
                 7200,
                 get_set,
                 s::streams,
                 w::any,
                 {no_way, carried}},
      option_row{o::keep_alive_interval_s,
                 "KEEP_ALIVE_INTERVAL_S",
                 1,
                 32767,
                 75,
                 get_set,
                 s::streams,
                 w::any,
                 {no_way, carried}},
      option_row{o::keep_alive_count,
                 "KEEP_ALIVE_COUNT",
                 1,
                 127,
                 9,
                 get_set,
                 s::streams,
                 w::any,
                 {no_way, carried}},
      option_row{o::no_delay,
                 "NO_DELAY",
                 0,
                 1,
                 0,
                 get_set,
                 s::streams,
                 w::any,
                 {kept("what is written goes at the next turn of the line either way"), carried}},
      option_row{o::server_session_timeout_s,
                 "SERVER_SESSION_TIMEOUT_S",
                 0,
                 135,
                 0,
                 get_set,
                 s::streams,
                 w::any,
                 {kept("a timer ends an accepted connection on which nothing moved"),
                  kept("a timer ends an accepted connection on which nothing moved")}},
      option_row{o::type_of_service,
                 "TYPE_OF_SERVICE",
                 0,
                 255,
                 0,
                 get_set,
                 s::v4,
                 w::any,
                 {no_way, carried}},
      option_row{
          o::time_to_live, "TIME_TO_LIVE", 1, 255, 64, get_set, s::v4, w::any, {no_way, carried}},
      option_row{
          o::dont_fragment, "DONT_FRAGMENT", 0, 1, 0, get_set, s::any, w::any, {no_way, carried}},
      option_row{o::mtu, "MTU", 0, 0, 0, get, s::any, w::any, {carried, carried}},
      option_row{o::v6_only,
                 "V6_ONLY",
                 0,
                 1,
                 1,
                 get_set,
                 s::v6,
                 w::untouched,
                 {kept("the family of its first peer or address becomes the socket's"), carried}},
      option_row{o::hop_limit, "HOP_LIMIT", -1, 255, 64, get_set, s::v6, w::any, {no_way, carried}},
      option_row{
          o::traffic_class, "TRAFFIC_CLASS", -1, 255, 0, get_set, s::v6, w::any, {no_way, carried}},
      option_row{o::pdn, "PDN", 0, 10, 0, get_set, s::any, w::untouched, {carried, carried}},
      option_row{
          o::keep_open,
          "KEEP_OPEN",
          0,
          1,
          0,
          get_set,
          s::any,
          w::any,
          {option_side{option_how::refused, "the loss of the network ends its sockets"}, no_modem}},
      option_row{o::exceptional_data,
                 "EXCEPTIONAL_DATA",
                 0,
                 1,
                 0,
                 get_set,
                 s::any,
                 w::any,
                 {no_way, no_modem}},
      option_row{
          o::release_assistance,
          "RELEASE_ASSISTANCE",
          1,
          5,
          0,
          set,
          s::any,
          w::any,
          {kept("told with the payload it is about, or when no other socket minds"), no_modem}},
      option_row{
          o::silence_all, "SILENCE_ALL", 0, 1, 0, get_set, s::any, w::any, {carried, no_modem}},
      option_row{
          o::echo_reply, "ECHO_REPLY", 0, 1, 1, get_set, s::any, w::any, {carried, no_modem}},
      option_row{
          o::echo_reply6, "ECHO_REPLY6", 0, 1, 1, get_set, s::any, w::any, {carried, no_modem}},
      option_row{o::delayed_address_refresh,
                 "DELAYED_ADDRESS_REFRESH",
                 0,
                 1,
                 0,
                 get_set,
                 s::any,
                 w::any,
                 {carried, no_modem}},
  };
}();

constexpr bool option_rows_complete() {
  if (option_rows.size() != static_cast<std::size_t>(socket_option::count_)) return false;
  for (std::size_t i = 0; i < option_rows.size(); ++i) {
    const auto& row = option_rows[i];
    if (row.option != static_cast<socket_option>(i) || row.name.empty() || row.min > row.max)
      return false;
    for (const auto& side : row.sides)
      if (side.how != option_how::carried && side.what.empty()) return false;
  }
  return true;
}
static_assert(option_rows_complete(), "one row per option, in order, each with its reasons");

[[nodiscard]] constexpr const option_row& row_of(socket_option option) {
  return option_rows[static_cast<std::size_t>(option)];
}

[[nodiscard]] constexpr bool has_option(const option_row& row, bool is_v6, transport kind) {
  switch (row.sockets) {
    case option_sockets::any: return true;
    case option_sockets::streams: return kind == transport::stream;
    case option_sockets::v4: return !is_v6;
    case option_sockets::v6: return is_v6;
  }
  return false;
}

}  // namespace cellsock
