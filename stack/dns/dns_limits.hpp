// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

/// Caps and times of our own resolver, with their reasons.
namespace cellsock::dns::limits {

using namespace std::chrono_literals;

/// RFC 1035 §2.3.4.
inline constexpr std::size_t label_bytes_max = 63;
inline constexpr std::size_t name_wire_bytes_max = 255;
inline constexpr std::size_t name_text_bytes_max = 253;
/// Without EDNS no server sends more (RFC 1035 §4.2.1).
inline constexpr std::size_t message_bytes_max = 512;

inline constexpr std::uint16_t server_port = 53;
/// As many as a machine's resolv.conf may name.
inline constexpr std::size_t servers_max = 3;
/// Every server is asked once in each round, and waited for this long from when the question left.
/// A narrow-band cell takes a second or two to carry it from idle; three silent servers cost 30 s.
inline constexpr std::array<std::chrono::milliseconds, 3> round_waits{2s, 3s, 5s};
inline constexpr std::size_t rounds = round_waits.size();
/// A network whose servers were silent is not asked again for this long while somebody else can be:
/// a firewall that drops our questions drops the next too.
inline constexpr auto silence_remembered = 5min;
/// A question may wait as long for others' turns at the modem (a connect to nowhere holds it for
/// 10 s); then it counts as lost.
inline constexpr std::chrono::milliseconds send_wait = 20s;
/// Questions that wait to be sent through one network.
inline constexpr std::size_t queries_max = 64;

/// Content networks chain three or four; more is a loop or a mistake.
inline constexpr std::size_t aliases_max = 8;
/// What fits a message of 512 bytes is less (16 bytes a record).
inline constexpr std::size_t records_max = 64;
/// Of one family; a program tries the first few.
inline constexpr std::size_t addresses_max = 16;

/// How long an answer is kept, whatever its server says: a second's life would cost a battery a
/// question for each connection, and a day's outlives a move of the server.
inline constexpr std::chrono::seconds age_min = 5s;
inline constexpr std::chrono::seconds age_max = 1h;
/// That there is none (RFC 2308 §5 advises one to three hours at most; a new name is waited for).
inline constexpr std::chrono::seconds failure_age_max = 5min;

/// The socket stays open this long behind the last answer: a program that asks for one name asks
/// for the next at once, and opening costs a turn of the modem; its handle is others' otherwise.
inline constexpr auto socket_linger = 5s;
/// Names that are asked for at once through one network; the next hears EAI_AGAIN.
inline constexpr std::size_t lookups_max = 32;

}  // namespace cellsock::dns::limits
