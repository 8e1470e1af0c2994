// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every cap and timeout of the daemon with its unit and its reason. Hitting one is counted.
/// (The client library's own are in client_lib; the modem's, per dialect, in modem_bridge/dialect.)
namespace cellsock::limits {

using namespace std::chrono_literals;

// ---- channels (docs/wire_protocol.md) ----

/// Asked of SO_SNDBUF for a stream channel; the kernel reports twice that. At 115200 baud 16 KiB is
/// 1.4 s of line: enough to keep the UART busy, little enough not to bloat. Below it small writes
/// starve the line (2880 asked: 10 % of the rate with one-byte writes).
inline constexpr int stream_channel_buffer_bytes = 8192;
/// A datagram channel must hold the largest packet whole (reported size - 32).
/// 65507 bytes of a host link and their frame. Nothing is held for it while it is empty.
inline constexpr int datagram_channel_buffer_bytes = 40960;
/// Staged per stream beyond the channel: the longest chunk a modem's bridge asks for (80 ms of a
/// line of 1,000,000 baud; other links say their own, stream_rules), so that the next one is full
/// whatever the program's write sizes are.
inline constexpr std::size_t staging_bytes_max = 8192;
/// Received and not yet in the channel: 160 ms of a line of 1,000,000 baud. Where the modem pushes,
/// a program that reads is to get its share of the processor before the modem is told to stop. One
/// receive (2048) may arrive when this is just under the mark, so memory per socket is bounded by
/// mark + 2048.
inline constexpr std::size_t receive_backlog_bytes_max = 16384;
/// UDP must not block for ever behind a slow modem: oldest dropped beyond these.
inline constexpr std::size_t datagrams_queued_max = 16;
inline constexpr auto datagram_age_max = 2s;
/// Received datagrams waiting for a program that does not read; the newest is dropped beyond it.
inline constexpr std::size_t datagrams_received_max = 16;

// ---- control connections ----

/// Replies a program has not read. A client that asks and never reads costs itself only.
inline constexpr std::size_t reply_backlog_bytes_max = 262144;
/// Events a watcher has not read; the oldest go first, and the next one says how many. A trace with
/// payload at 1 Mbaud fills it in 2 s.
inline constexpr std::size_t watch_backlog_bytes_max = 262144;
inline constexpr std::size_t control_connections_max = 1024;
inline constexpr std::size_t requests_in_flight_max = 64;  // per connection
/// One program, one user: what they may take of the above. A pool has as many connections as calls
/// are blocked at once.
inline constexpr std::size_t control_connections_per_pid_max = 128;
inline constexpr std::size_t control_connections_per_uid_max = 512;
/// Sockets of one user (over a modem its 7 or 8 handles are the tighter limit).
inline constexpr std::size_t sockets_per_uid_max = 64;
/// Sockets known to the daemon at once, over all programs: two descriptors each, of 20,000 or more.
inline constexpr std::size_t sockets_max = 1024;
/// The most that either may be configured to: a host link has no handles that run out, and three
/// descriptors each keep 16384 within what systemd and most distributions allow at most (524288).
inline constexpr std::size_t sockets_configured_max = 16384;
/// Why a channel ended, kept for the program that asks later.
inline constexpr std::size_t tombstones_max = 4096;
inline constexpr auto tombstone_age_max = 10min;

/// Modems of one daemon: more than any machine has UARTs, and a mistake in a file is caught.
inline constexpr std::size_t modems_max = 16;

/// Packet networks of a modem beside its first: it has room for four at once.
inline constexpr std::size_t pdns_max = 3;

// ---- secure sockets ----

/// A CA bundle as distributions ship them has 140 certificates in 220 KiB.
inline constexpr std::size_t credential_bytes_max = 393216;
inline constexpr std::size_t pem_blocks_max = 256;
/// A certificate of its owner with all its issuers: longer chains are mistakes.
inline constexpr std::size_t chain_certificates_max = 8;
/// RFC 4279 asks for 128 of an identity and 64 of a key; the TLS library takes 32 of a key.
inline constexpr std::size_t psk_bytes_max = 32;
inline constexpr std::size_t psk_identity_bytes_max = 128;
/// Threads that handshakes run on: each of 8 ms, so four make 500 a second.
inline constexpr unsigned worker_threads_max = 4;
/// Under one owner; the machine's own are an owner of their own.
inline constexpr std::size_t credentials_per_owner_max = 256;
inline constexpr std::size_t credentials_max = 4096;
/// A CA bundle counts twice, as it came and as it was read: thirty programs of one user with a
/// bundle each. Of all users: what a small gateway can spare.
inline constexpr std::size_t credential_bytes_per_user_max = 16 * 1024 * 1024;
inline constexpr std::size_t credential_bytes_in_all_max = 64 * 1024 * 1024;
/// Sessions of programs with credentials: each costs a descriptor.
inline constexpr std::size_t credential_sessions_max = 1024;
inline constexpr std::size_t credential_sessions_per_user_max = 256;
/// A change to a credential may wait for others, each with a slow disk.
inline constexpr auto credential_change_max = 60s;
/// Changes to credentials that wait for their turn, of 384 KiB at most.
inline constexpr std::size_t credential_changes_max = 64;
inline constexpr std::size_t credential_changes_per_user_max = 16;
/// Tags that a socket may name (nRF: 7).
inline constexpr std::size_t tags_per_socket_max = 16;
/// More than there are (stack/tls/suites.hpp); names of ALPN: nobody has asked for a fourth.
inline constexpr std::size_t suites_per_socket_max = 64;
inline constexpr std::size_t alpn_names_max = 8;
/// Of a secure stream, each way and on each side of the engine: the longest record (16 KiB) and its
/// frame, so that a record is never waited for in halves.
inline constexpr std::size_t tls_queue_bytes_max = 17408;
/// What one record holds (RFC 5246).
inline constexpr std::size_t tls_record_bytes_max = 16384;
/// What a record adds at the most: header, IV, MAC and padding of a CBC suite.
inline constexpr std::size_t tls_record_overhead_max = 13 + 16 + 48 + 16;
/// What an alert or a close_notify may wait for a slow line before the socket below is closed.
inline constexpr auto tls_last_words_max = 5s;
/// Handshakes that one listener's connections may be in at once: a slow or silent client keeps no
/// other one waiting.
inline constexpr std::size_t handshakes_per_listener_max = 8;
/// Of a secure datagram socket, each way and on each side of the engine.
inline constexpr std::size_t dtls_queue_datagrams_max = 16;
/// Connections that one user's sockets may have saved at once (nRF: 4).
inline constexpr std::size_t dtls_saved_per_user_max = 4;
/// A handshake over a radio that wakes up first: three round trips of 2 s, and as much again.
inline constexpr auto tls_handshake_max = 60s;
/// Sessions kept for resumption: 2 KiB each with the peer's certificate.
inline constexpr std::size_t tls_sessions_cached_max = 64;
inline constexpr auto tls_session_age_max = 24h;
/// A ticket of ours opens for this long, under a key that is at most as old again.
inline constexpr auto tls_ticket_age_max = 12h;

// ---- servers ----

/// Connections that may wait for one listener's accept. Their descriptors are in flight and count
/// against the daemon's own limit.
inline constexpr unsigned connections_waiting_max = 16;
/// A listener that found no room for a connection (the link's sockets are all held) tries again.
inline constexpr auto accept_retry = 1s;

// ---- names ----

/// Answers kept per link: 64 KiB at most, of names of 253 bytes.
inline constexpr std::size_t names_cached_max = 256;
/// A modem tells no time to live. A minute spares a program that connects again and again its
/// second on the air each time; a name that does not exist is asked for again soon.
inline constexpr auto name_age_max = 60s;
inline constexpr auto name_failure_age_max = 5s;
/// A name waits for others' connects and for the modem's own resolver.
inline constexpr auto resolve_max = 360s;

// ---- flushes ----

/// What a program may ask to wait for acknowledgements (the nRF's own longest send timeout).
inline constexpr auto flush_max = 600s;

// ---- life cycle ----

/// Bytes accepted before close() may take this long to leave: 16 KiB + staging at 9600 baud.
inline constexpr auto linger_max = 30s;
/// After a program's shutdown(2) of its writing side the peer may still send this long. The modem
/// cannot send a FIN alone, so a peer that waits for one would otherwise keep a handle for ever.
inline constexpr auto half_close_max = 120s;
/// The modem's send timeout for a connect when the program sets none: a connect to a black hole
/// holds the modem for everybody, so it is short; and never longer than the longest.
inline constexpr auto connect_timeout_default = 10s;
inline constexpr auto connect_timeout_max = 120s;
/// One read of a stream's channel: the longest chunk that any link asks for.
inline constexpr std::size_t channel_read_bytes_max = 65536;
/// Daemon stop: sockets closed in the modem, then gone, whatever happens.
inline constexpr auto stop_max = 10s;
/// How long a request waits for another actor that answers at once when healthy.
inline constexpr auto actor_reply_max = 10s;
/// Supervisor: wait before a lost bridge or port is tried again (doubling from min to max).
inline constexpr auto restart_backoff_min = 200ms;
inline constexpr auto restart_backoff_max = 10s;

// ---- release assistance and the radio ----

/// How long a reply is waited for once its request has left; a program that waits longer than this
/// has given up, and every cell's inactivity timer (5 to 20 s) has run out meanwhile.
inline constexpr auto rai_reply_max = 60s;
/// How long somebody of whom nothing is known may still be waiting for something.
inline constexpr auto rai_unknown_max = 30s;
/// A program said that it goes on (ONGOING, WAIT_MORE); without traffic or another word it is
/// believed so long.
inline constexpr auto rai_keep_max = 60s;
/// A hint that has to wait is dropped after this: by then the cell has released the radio itself.
inline constexpr auto rai_withheld_max = 30s;
/// The last packets of a closed stream (FIN, acknowledgements), and of a stream's reply, take less.
inline constexpr auto rai_settle = 1s;
/// A name that was answered is connected to or sent to at once, or not at all.
inline constexpr auto rai_lookup_settle = 2s;
/// A learned reply is over when it was quiet for twice its longest gap; not for longer than this,
/// beyond which nothing is gained.
inline constexpr auto rai_quiet_max = 8s;
/// A cell that heeds a hint releases the radio within this of it.
inline constexpr auto rai_heeded_within = 3s;
/// How old the modem's word of its radio may be when it comes: behind a payload on a slow line.
inline constexpr auto rai_notice_lag = 200ms;
/// A hint that this cell does not heed is tried again so rarely (and in every other cell).
inline constexpr auto rai_retry = 12h;
/// Peers whose manner is known, the least recently used goes: 20 KiB.
inline constexpr std::size_t rai_peers_max = 256;
/// Hints of one stream that wait for their bytes; an older one is overtaken by the newest.
inline constexpr std::size_t rai_pending_max = 4;
/// An uplink so long before the radio connects is what it connected for (set-up takes 0.1 to 2 s;
/// worse coverage more).
inline constexpr auto radio_setup_max = 10s;
/// Programs and sockets whose share of the radio is kept; the least recently active are added up
/// under "others".
inline constexpr std::size_t radio_programs_max = 64;
inline constexpr std::size_t radio_sockets_max = 128;

}  // namespace cellsock::limits
