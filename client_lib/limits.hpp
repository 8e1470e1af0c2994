// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>

/// Every cap and timeout of the library with its reason. (The daemon's are in stack/limits.hpp.)
namespace cellsock::client::limits {

using namespace std::chrono_literals;

/// Descriptors of our own start here: select() of the program ends at 1024, and small numbers are
/// the ones it counts on getting.
inline constexpr int own_descriptor_min = 768;
/// Idle control connections kept. Blocking calls take as many as they need; the rest are closed.
inline constexpr std::size_t idle_connections_max = 4;

/// Connecting to the daemon's socket and saying hello: both are answered at once when healthy.
inline constexpr auto hello_max = 5s;
/// A call that the daemon answers without waiting for the modem. Longer than the daemon's own
/// limit for its actors (10 s), so that its error arrives rather than ours.
inline constexpr auto reply_max = 15s;
/// Why a channel ended: asked inside poll, recv and send, some of which must not block; a daemon
/// that does not answer this at once is as good as gone.
inline constexpr auto reason_max = 3s;
/// The longest that the daemon lets one connect hold the modem, for programs that set no
/// SO_SNDTIMEO; and what a connect may wait behind other sockets' commands besides its own time.
inline constexpr auto connect_max = 120s;
inline constexpr auto connect_slack = 30s;
/// A send that waits for its acknowledgement, without SO_SNDTIMEO: the longest that Nordic
/// documents.
inline constexpr auto flush_max = 600s;
/// A name: two servers with retries in the modem, behind other commands.
inline constexpr auto resolve_max = 120s;
/// `cellsock at` without --timeout: the slowest commands (network scan) take minutes.
inline constexpr auto at_max = 600s;
inline constexpr auto at_slack = 30s;
/// A packet network or the radio: a minute each in the modem, behind other commands.
inline constexpr auto order_max = 180s;

/// Secure sockets: tags (Nordic: 7) and suites that one may name; a DNS name; what RFC 7301's
/// length byte holds, and a few of them.
inline constexpr std::size_t tags_max = 16;
inline constexpr std::size_t suites_max = 64;
inline constexpr std::size_t hostname_bytes_max = 255;
inline constexpr std::size_t alpn_name_bytes_max = 255;
inline constexpr std::size_t alpn_names_max = 16;
/// A credential: the largest bundle of CAs that the daemon takes; and the part of one that a frame
/// has room for beside its envelope.
inline constexpr std::size_t credential_bytes_max = 393216;
inline constexpr std::size_t credential_part_bytes = 61440;

/// Largest packet on a datagram channel: 65,507 bytes of payload and its envelope.
inline constexpr std::size_t packet_bytes_max = 66048;
/// Cookies remembered as "not one of ours", so that a poll mixed with foreign AF_UNIX sockets asks
/// the daemon once for each. Cookies are never reused; the set is emptied when full.
inline constexpr std::size_t foreign_cookies_max = 1024;
/// Cached sockets at which stale ones (closed behind our back) are looked for.
inline constexpr std::size_t cached_sockets_sweep = 64;

}  // namespace cellsock::client::limits
