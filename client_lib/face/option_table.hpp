// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <netinet/in.h>
#include <nrf_socket.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "cellsock/v1/socket.pb.h"

/// Every option that the families document at their socket, IP, IPv6 and TCP levels, one row each.
/// What has no row is unknown: ENOPROTOOPT, never handed on. The secure level's are in
/// secure_option_table.hpp.
namespace cellsock::client::face {

struct option_spelling {
  int level = -1;  // -1: the family does not have it
  int number = -1;
  constexpr bool operator==(const option_spelling&) const = default;
};
inline constexpr option_spelling absent{};

/// The struct that a program passes.
enum class option_shape : std::uint8_t {
  flag,     // int; read back as 0 or 1
  integer,  // int
  byte,     // one byte, as Zephyr has it; the host's int is taken too
  command,  // any value or none: the option itself says it, `low` is what it says
  timeval,
  linger,
  callback,
  text,
};

/// Who answers.
enum class option_keeper : std::uint8_t {
  timeout,    // library: applied there, known to the daemon
  error,      // daemon's pending error, or the reason of the end
  fact,       // library: what the socket is
  device,     // the daemon's choice of link
  callback,   // library: poll_callbacks
  buffer,     // both ends of the kernel channel, and the daemon for reading back
  daemon,     // the link or the daemon: carried, emulated or UNKNOWN_OPTION there
  no_effect,  // taken and forgotten, as the family documents
  nobody,     // documented, and not possible over any link: ENOPROTOOPT
};

enum class option_use : std::uint8_t { get = 1, set = 2, both = 3 };
enum class option_time : std::uint8_t { any, before_peer };
enum class option_kind : std::uint8_t { any, stream, datagram, v6 };

struct option_row {
  std::string_view name;
  option_spelling nrf;
  option_spelling zephyr;
  option_shape shape;
  option_keeper keeper;
  option_use use;
  v1::Option wire = v1::OPTION_UNSPECIFIED;
  std::int64_t low = 0;
  std::int64_t high = 1;
  option_time when = option_time::any;
  option_kind kind = option_kind::any;
};

namespace option_rows_detail {

using enum option_keeper;
using use = option_use;
using shape = option_shape;

struct spellings {
  option_spelling nrf;
  option_spelling zephyr;
};
constexpr spellings nrf(int level, int number) {
  return {{level, number}, absent};
}
constexpr spellings host(int level, int number) {
  return {absent, {level, number}};
}
constexpr spellings both(int nrf_number, int host_number) {
  return {{NRF_SOL_SOCKET, nrf_number}, {SOL_SOCKET, host_number}};
}

constexpr option_row flag(std::string_view name, spellings at, v1::Option wire,
                          option_kind kind = option_kind::any,
                          option_time when = option_time::any) {
  return {name, at.nrf, at.zephyr, shape::flag, option_keeper::daemon, use::both, wire,
          0,    1,      when,      kind};
}
constexpr option_row number(std::string_view name, spellings at, v1::Option wire, std::int64_t low,
                            std::int64_t high, option_kind kind = option_kind::any,
                            use may = use::both, option_time when = option_time::any) {
  return {name, at.nrf, at.zephyr, shape::integer, option_keeper::daemon, may, wire, low,
          high, when,   kind};
}
constexpr option_row byte(std::string_view name, spellings at, v1::Option wire, int high) {
  return {name, at.nrf, at.zephyr, shape::byte, option_keeper::daemon, use::both, wire, 0, high};
}
constexpr option_row timeval(std::string_view name, spellings at, v1::Option wire) {
  return {name, at.nrf, at.zephyr, shape::timeval, timeout, use::both, wire};
}
/// The five options that came before NRF_SO_RAI each say one of its values.
constexpr option_row hint(std::string_view name, int option, int says) {
  const auto at = nrf(NRF_SOL_SOCKET, option);
  return {name,
          at.nrf,
          at.zephyr,
          shape::command,
          option_keeper::daemon,
          use::set,
          v1::OPTION_RELEASE_ASSISTANCE,
          says,
          says};
}
constexpr option_row told(std::string_view name, int option) {
  return {name, absent, {SOL_SOCKET, option}, shape::integer, fact, use::get};
}
constexpr option_row refused(std::string_view name, spellings at) {
  return {name, at.nrf, at.zephyr, shape::integer, nobody, use::both};
}

constexpr int S = SOL_SOCKET, I4 = IPPROTO_IP, I6 = IPPROTO_IPV6, T = IPPROTO_TCP;
constexpr auto stream = option_kind::stream;
constexpr auto v6 = option_kind::v6;
constexpr auto early = option_time::before_peer;
constexpr auto link_s = option_keeper::daemon;
constexpr std::int64_t most = std::numeric_limits<int>::max();
/// <netinet/tcp.h> and <linux/tcp.h> exclude each other; these are the host's numbers. The last two
/// are newer than some hosts' headers.
constexpr int tcp_nodelay = 1, tcp_keepidle = 4, tcp_keepintvl = 5, tcp_keepcnt = 6;
constexpr int so_socks5 = 60, ip_local_port_range = 51, ipv6_addr_preferences = 72;
/// <zephyr/net/socket_ncs.h>
constexpr int ncs_so_rai = 1061;

inline constexpr std::array rows{
    // Both families.
    flag("SO_REUSEADDR", both(NRF_SO_REUSEADDR, SO_REUSEADDR), v1::OPTION_REUSE_ADDRESS),
    timeval("SO_RCVTIMEO", both(NRF_SO_RCVTIMEO, SO_RCVTIMEO), v1::OPTION_RECV_TIMEOUT_MS),
    timeval("SO_SNDTIMEO", both(NRF_SO_SNDTIMEO, SO_SNDTIMEO), v1::OPTION_SEND_TIMEOUT_MS),
    option_row{"SO_ERROR",
               {S, NRF_SO_ERROR},
               {S, SO_ERROR},
               shape::integer,
               error,
               use::get,
               v1::OPTION_ERROR},
    option_row{"SO_BINDTODEVICE",
               {S, NRF_SO_BINDTODEVICE},
               {S, SO_BINDTODEVICE},
               shape::text,
               device,
               use::both,
               v1::OPTION_BIND_TO_DEVICE},
    // Nordic's.
    number("SO_BINDTOPDN", nrf(S, NRF_SO_BINDTOPDN), v1::OPTION_PDN, 0, 10, option_kind::any,
           use::set, early),
    flag("SO_EXCEPTIONAL_DATA", nrf(S, NRF_SO_EXCEPTIONAL_DATA), v1::OPTION_EXCEPTIONAL_DATA),
    flag("SO_KEEPOPEN", nrf(S, NRF_SO_KEEPOPEN), v1::OPTION_KEEP_OPEN),
    number("SO_RAI", both(NRF_SO_RAI, ncs_so_rai), v1::OPTION_RELEASE_ASSISTANCE, NRF_RAI_NO_DATA,
           NRF_RAI_WAIT_MORE, option_kind::any, use::set),
    hint("SO_RAI_NO_DATA", NRF_SO_RAI_NO_DATA, NRF_RAI_NO_DATA),
    hint("SO_RAI_LAST", NRF_SO_RAI_LAST, NRF_RAI_LAST),
    hint("SO_RAI_ONE_RESP", NRF_SO_RAI_ONE_RESP, NRF_RAI_ONE_RESP),
    hint("SO_RAI_ONGOING", NRF_SO_RAI_ONGOING, NRF_RAI_ONGOING),
    hint("SO_RAI_WAIT_MORE", NRF_SO_RAI_WAIT_MORE, NRF_RAI_WAIT_MORE),
    option_row{"SO_POLLCB", {S, NRF_SO_POLLCB}, absent, shape::callback, callback, use::set},
    refused("SO_SENDCB", nrf(S, NRF_SO_SENDCB)),
    flag("SO_SILENCE_ALL", nrf(NRF_IPPROTO_ALL, NRF_SO_SILENCE_ALL), v1::OPTION_SILENCE_ALL),
    flag("SO_IP_ECHO_REPLY", nrf(I4, NRF_SO_IP_ECHO_REPLY), v1::OPTION_ECHO_REPLY),
    flag("SO_IPV6_ECHO_REPLY", nrf(I6, NRF_SO_IPV6_ECHO_REPLY), v1::OPTION_ECHO_REPLY6),
    // At the level that Nordic documented first.
    flag("SO_IPV6_ECHO_REPLY", nrf(I4, NRF_SO_IPV6_ECHO_REPLY), v1::OPTION_ECHO_REPLY6),
    flag("SO_IPV6_DELAYED_ADDR_REFRESH", nrf(I6, NRF_SO_IPV6_DELAYED_ADDR_REFRESH),
         v1::OPTION_DELAYED_ADDRESS_REFRESH),
    number("SO_TCP_SRV_SESSTIMEO", nrf(T, NRF_SO_TCP_SRV_SESSTIMEO),
           v1::OPTION_SERVER_SESSION_TIMEOUT_S, 0, 135, stream),
    // Zephyr's, by the host's numbers.
    told("SO_TYPE", SO_TYPE),
    told("SO_PROTOCOL", SO_PROTOCOL),
    told("SO_DOMAIN", SO_DOMAIN),
    told("SO_ACCEPTCONN", SO_ACCEPTCONN),
    flag("SO_REUSEPORT", host(S, SO_REUSEPORT), v1::OPTION_REUSE_PORT),
    flag("SO_BROADCAST", host(S, SO_BROADCAST), v1::OPTION_BROADCAST),
    flag("SO_KEEPALIVE", host(S, SO_KEEPALIVE), v1::OPTION_KEEP_ALIVE),
    byte("SO_PRIORITY", host(S, SO_PRIORITY), v1::OPTION_PRIORITY, 7),
    number("SO_RCVBUF", host(S, SO_RCVBUF), v1::OPTION_RECEIVE_BUFFER, 0, 65535),
    option_row{"SO_SNDBUF",
               absent,
               {S, SO_SNDBUF},
               shape::integer,
               buffer,
               use::both,
               v1::OPTION_SEND_BUFFER,
               0,
               65535},
    option_row{"SO_LINGER",
               absent,
               {S, SO_LINGER},
               shape::linger,
               link_s,
               use::both,
               v1::OPTION_LINGER_S,
               -1,
               most},
    option_row{"SO_OOBINLINE", absent, {S, SO_OOBINLINE}, shape::flag, no_effect, use::set},
    refused("SO_DEBUG", host(S, SO_DEBUG)),
    refused("SO_DONTROUTE", host(S, SO_DONTROUTE)),
    refused("SO_RCVLOWAT", host(S, SO_RCVLOWAT)),
    refused("SO_SNDLOWAT", host(S, SO_SNDLOWAT)),
    refused("SO_TIMESTAMPING", host(S, SO_TIMESTAMPING)),
    refused("SO_SOCKS5", host(S, so_socks5)),
    refused("SO_TXTIME", host(S, SO_TXTIME)),
    flag("TCP_NODELAY", host(T, tcp_nodelay), v1::OPTION_NO_DELAY, stream),
    number("TCP_KEEPIDLE", host(T, tcp_keepidle), v1::OPTION_KEEP_ALIVE_IDLE_S, 1, 32767, stream),
    number("TCP_KEEPINTVL", host(T, tcp_keepintvl), v1::OPTION_KEEP_ALIVE_INTERVAL_S, 1, 32767,
           stream),
    number("TCP_KEEPCNT", host(T, tcp_keepcnt), v1::OPTION_KEEP_ALIVE_COUNT, 1, 127, stream),
    byte("IP_TOS", host(I4, IP_TOS), v1::OPTION_TYPE_OF_SERVICE, 255),
    number("IP_TTL", host(I4, IP_TTL), v1::OPTION_TIME_TO_LIVE, 1, 255),
    number("IP_MTU", host(I4, IP_MTU), v1::OPTION_MTU, 0, 0, option_kind::any, use::get),
    refused("IP_DONTFRAG", host(I4, IP_MTU_DISCOVER)),
    refused("IP_PKTINFO", host(I4, IP_PKTINFO)),
    refused("IP_RECVTTL", host(I4, IP_RECVTTL)),
    refused("IP_MULTICAST_IF", host(I4, IP_MULTICAST_IF)),
    refused("IP_MULTICAST_TTL", host(I4, IP_MULTICAST_TTL)),
    refused("IP_MULTICAST_LOOP", host(I4, IP_MULTICAST_LOOP)),
    refused("IP_ADD_MEMBERSHIP", host(I4, IP_ADD_MEMBERSHIP)),
    refused("IP_DROP_MEMBERSHIP", host(I4, IP_DROP_MEMBERSHIP)),
    refused("IP_LOCAL_PORT_RANGE", host(I4, ip_local_port_range)),
    flag("IPV6_V6ONLY", host(I6, IPV6_V6ONLY), v1::OPTION_V6_ONLY, v6, early),
    number("IPV6_UNICAST_HOPS", host(I6, IPV6_UNICAST_HOPS), v1::OPTION_HOP_LIMIT, -1, 255, v6),
    number("IPV6_TCLASS", host(I6, IPV6_TCLASS), v1::OPTION_TRAFFIC_CLASS, -1, 255, v6),
    number("IPV6_MTU", host(I6, IPV6_MTU), v1::OPTION_MTU, 0, 0, v6, use::get),
    flag("IPV6_DONTFRAG", host(I6, IPV6_DONTFRAG), v1::OPTION_DONT_FRAGMENT, v6),
    refused("IPV6_MULTICAST_IF", host(I6, IPV6_MULTICAST_IF)),
    refused("IPV6_MULTICAST_HOPS", host(I6, IPV6_MULTICAST_HOPS)),
    refused("IPV6_MULTICAST_LOOP", host(I6, IPV6_MULTICAST_LOOP)),
    refused("IPV6_ADD_MEMBERSHIP", host(I6, IPV6_ADD_MEMBERSHIP)),
    refused("IPV6_DROP_MEMBERSHIP", host(I6, IPV6_DROP_MEMBERSHIP)),
    refused("IPV6_RECVPKTINFO", host(I6, IPV6_RECVPKTINFO)),
    refused("IPV6_PKTINFO", host(I6, IPV6_PKTINFO)),
    refused("IPV6_RECVHOPLIMIT", host(I6, IPV6_RECVHOPLIMIT)),
    refused("IPV6_HOPLIMIT", host(I6, IPV6_HOPLIMIT)),
    refused("IPV6_ADDR_PREFERENCES", host(I6, ipv6_addr_preferences)),
};

}  // namespace option_rows_detail

inline constexpr auto& option_rows = option_rows_detail::rows;

/// A family's row, null if it does not have the option.
constexpr const option_row* find_option(option_spelling option_row::*family, int level,
                                        int number) {
  const option_spelling wanted{level, number};
  for (const auto& row : option_rows)
    if (row.*family == wanted && wanted != absent) return &row;
  return nullptr;
}

namespace option_rows_detail {

/// Each spelling once, each spelled by somebody, ranges that hold something, and a wire number
/// exactly where the daemon must be asked.
constexpr bool sound() {
  for (const auto& row : rows) {
    if (row.nrf == absent && row.zephyr == absent) return false;
    if (row.nrf != absent && find_option(&option_row::nrf, row.nrf.level, row.nrf.number) != &row)
      return false;
    if (row.zephyr != absent &&
        find_option(&option_row::zephyr, row.zephyr.level, row.zephyr.number) != &row)
      return false;
    if (row.low > row.high) return false;
    const bool asks = row.keeper == option_keeper::daemon || row.keeper == buffer ||
                      row.keeper == device || row.keeper == timeout || row.keeper == error;
    if (asks != (row.wire != v1::OPTION_UNSPECIFIED)) return false;
  }
  return true;
}
static_assert(sound());

}  // namespace option_rows_detail

}  // namespace cellsock::client::face
