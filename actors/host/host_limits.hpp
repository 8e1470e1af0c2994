// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>

/// Caps of the host link with unit and reason.
namespace cellsock::host::limits {

using namespace std::chrono_literals;

/// One read of a stream, and the longest chunk asked for: from 128 KiB on, malloc maps and unmaps
/// pages for each buffer.
inline constexpr std::size_t chunk_bytes_max = 65536;
/// Of the channel of a connected stream, each way: one chunk on its way and one gathering.
inline constexpr std::size_t channel_bytes = 2 * chunk_bytes_max;
/// UDP over IPv4: 65535 less the headers of IP and UDP. IPv6 could carry 20 more; one figure.
inline constexpr std::size_t datagram_bytes_max = 65507;
/// Datagrams read at one readiness, so that one flooded socket does not starve the loop. As many as
/// a socket's actor holds for a program that does not read.
inline constexpr int datagrams_at_once = 16;

/// Threads that wait in getaddrinfo. A resolver that hangs holds one for its own timeout (30 s or
/// so); more names than this at once wait for their turn.
inline constexpr std::size_t lookup_threads_max = 16;
inline constexpr std::size_t lookups_waiting_max = 256;
/// Then the program hears EAI_AGAIN, whatever the thread still waits for.
inline constexpr auto lookup_max = 30s;
/// How often the kernel is asked whether the last byte is acknowledged.
inline constexpr std::chrono::milliseconds flush_pace_min = 1ms;
inline constexpr std::chrono::milliseconds flush_pace_max = 50ms;
/// RFC 1035: longest name, as text.
inline constexpr std::size_t name_bytes_max = 253;

}  // namespace cellsock::host::limits
