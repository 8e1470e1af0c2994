// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>

/// Every cap and timeout of the modem driver with its unit and its reason. (What differs between
/// firmwares is a row of the dialect, not a line here.)
namespace cellsock::modem_limits {

using namespace std::chrono_literals;

// ---- what a modem may send ----

/// Native responses reach 4090 bytes, our own commands 4096; longer is noise and is dropped up to
/// the next line end, and counted.
inline constexpr std::size_t line_bytes_max = 4352;
/// #XCLAC prints about 100 lines; `AT%CMNG=1` one per credential.
inline constexpr std::size_t response_lines_max = 512;
/// One counted receive; no firmware gives more, so more is a lie or a damaged header.
inline constexpr std::size_t counted_bytes_max = 2048;
/// URCs that may have slipped into one counted receive: two per socket, and there are seven.
inline constexpr std::size_t intrusions_max = 16;
/// A parse of a counted receive that could still grow is settled after this much silence: the modem
/// writes header, payload and OK back to back.
inline constexpr auto counted_quiet = 100ms;

// ---- waiting ----

/// A late final result is awaited this long before the channel is declared out of step.
inline constexpr auto drain_max = 10s;
/// Silence that ends the wait for stray bytes before a resync probes.
inline constexpr auto resync_quiet = 300ms;
/// How long the socket's owner may take to answer `want_chunk` while the channel is held for it.
inline constexpr auto chunk_answer_max = 2s;
/// Nothing received for this long in AT mode: ask whether the modem is still there, with a command
/// that also tells whether the network is.
inline constexpr auto liveness_quiet = 60s;
/// The same, once, after payload has moved: a transfer that stops may be a modem that hangs, and
/// data that comes by itself leaves no command unanswered.
inline constexpr auto liveness_after_payload = 10s;
/// The same after bytes that end in no line, at a rate that is not the modem's own.
inline constexpr auto liveness_after_noise = 1s;

// ---- local ports ----

/// For programs that do not care which (RFC 6335 §6), and how many are tried: one that is taken
/// although none of our sockets has it is rare.
inline constexpr unsigned ephemeral_port_min = 49152;
inline constexpr unsigned ephemeral_port_max = 65535;
inline constexpr unsigned bind_attempts_max = 4;

// ---- the line's rate ----

/// What a modem may have been left at by an earlier owner (§2 of docs/at_dialects.md), fastest
/// first.
inline constexpr std::array<unsigned, 5> rates{1000000, 921600, 460800, 230400, 115200};
/// After a change of rate `AT` is asked this often, each time waiting so long.
inline constexpr int rate_probes = 3;
inline constexpr auto rate_probe_wait = 300ms;

// ---- asking for data, and what comes unasked ----

/// Pace of #XPOLL: while something moves, and doubling up to this while nothing does.
inline constexpr auto poll_pace_min = 50ms;
inline constexpr auto poll_pace_max = 1s;
/// Data that was pushed for a socket whose program does not read: the second push switches it off,
/// two more may be under way by then, and the kernel's own buffer holds another 4096 bytes.
inline constexpr std::size_t push_held_bytes_max = 2 * 2048 + 2 * 2048 + 4096;
/// A push that has begun comes in one go.
inline constexpr auto push_silence_max = 2s;
/// Between two receives' worth of it: its owner may have run out of room again.
inline constexpr auto hand_out_pause = 5ms;
/// Window in which received bytes are compared between sockets, and the share from which on a
/// socket among several is fetched by turns instead.
inline constexpr auto push_window = 1s;
inline constexpr std::size_t push_unfair_times = 2;

// ---- sending ----

/// One turn of a stream: this much of line time, at least one buffer of the modem.
inline constexpr auto chunk_line_time = 80ms;
inline constexpr std::size_t chunk_bytes_min = 4096;
/// The longest payload that is announced to a modem by its length; what a modem may be left waiting
/// for.
inline constexpr std::size_t counted_payload_max = 8192;

/// The modem's own send timeout while data moves (AT option 21, what it sets after an open), and
/// the longest a connect may hold the modem for everybody.
inline constexpr auto send_timeout_data = 30s;
inline constexpr auto connect_timeout_min = 1s;
inline constexpr auto connect_timeout_max = 120s;
/// A flush that took nearly the whole send timeout may have been dropped without notice.
inline constexpr auto flush_suspect = send_timeout_data - 1s;
/// Added to the modem's own connect timeout before the command counts as unanswered.
inline constexpr auto connect_grace = 10s;
/// After data mode, while an answer is due: from its end to the notice it held back (one turnaround
/// and the bytes of two notices).
inline constexpr auto answer_notice = 3ms;
inline constexpr std::size_t answer_notice_bytes = 40;
/// Inactivity limit of data mode (#XDATACTRL): long, so that a scheduling gap here never splits a
/// datagram in two.
inline constexpr auto data_limit = 1000ms;
/// Beyond the modem's limit, before the terminator of a datagram that ends in '+'.
inline constexpr auto data_limit_margin = 100ms;

// ---- networks ----

/// URCs get lost (data mode drops them), so facts are read again: while searching, after data mode
/// was used, and otherwise.
inline constexpr auto refresh_searching = 3s;
inline constexpr auto refresh_after_data = 10s;
inline constexpr auto refresh_idle = 60s;
/// Of UDP when the network names no MTU: IPv6's minimum. Less the headers of the family.
inline constexpr std::size_t mtu_assumed = 1280;
inline constexpr std::size_t ip_udp_header_bytes = 28;
inline constexpr std::size_t ip6_udp_header_bytes = 48;

/// The radio is switched off and on for a setting that differs: once, then ever later. A modem that
/// says it was reset too often attaches again after this long.
inline constexpr auto cycle_first = 1min;
inline constexpr auto cycle_bound = 30min;
inline constexpr auto restraint = 30min;

// ---- a person's commands, names ----

inline constexpr std::size_t at_command_bytes_max = 1024;
inline constexpr std::size_t host_bytes_max = 127;  // the modem's own limit
/// A resolve may be answered with this many addresses at most (256 characters of text).
inline constexpr std::size_t addresses_max = 16;

// ---- our own queues ----

/// Jobs that wait for the channel. 1024 sockets may each have a connect and a close.
inline constexpr std::size_t jobs_max = 4096;
/// Trace lines nobody took; the oldest go first.
inline constexpr std::size_t trace_lines_max = 1024;
/// Reads in a row that were announced and then found nothing: the socket is not what it seems.
inline constexpr int false_alarms_max = 8;

}  // namespace cellsock::modem_limits
