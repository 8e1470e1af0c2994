// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Why a hint was told, or was not: one row each, as `cellsock watch` shows it (docs/power.md).
namespace cellsock {

enum class rai_reason : std::uint8_t {
  nothing,
  // Told.
  program_said,
  keep_for_other,
  now_true,
  one_reply_peer,
  silent_peer,
  replied,
  quiet,
  closed,
  name_known,
  // Withheld, for as long as it is so.
  bytes_queued,
  reply_awaited,
  kept_by_program,
  name_asked,
  // Dropped.
  too_late,
  not_heeded,
  no_socket,
  refused,
  count_
};

struct rai_reason_row {
  rai_reason reason;
  std::string_view name;
  std::string_view text;
};

inline constexpr std::array rai_reasons{
    rai_reason_row{rai_reason::nothing, "nothing", "there is nothing to tell"},
    rai_reason_row{rai_reason::program_said, "program-said", "its program said so"},
    rai_reason_row{rai_reason::keep_for_other, "keep-for-other",
                   "an earlier hint would release the radio under this socket's request"},
    rai_reason_row{rai_reason::now_true, "now-true",
                   "a program's hint that had to wait for others, who are done now"},
    rai_reason_row{rai_reason::one_reply_peer, "one-reply-peer",
                   "this peer answers each datagram with one"},
    rai_reason_row{rai_reason::silent_peer, "silent-peer", "this peer never answers"},
    rai_reason_row{rai_reason::replied, "replied", "every reply that was awaited has come"},
    rai_reason_row{rai_reason::quiet, "quiet",
                   "quiet for longer than this peer ever was within a reply"},
    rai_reason_row{rai_reason::closed, "closed", "its program closed the socket"},
    rai_reason_row{rai_reason::name_known, "name-known",
                   "a name was answered and nobody went on from there"},
    rai_reason_row{rai_reason::bytes_queued, "bytes-queued", "a socket has bytes to send"},
    rai_reason_row{rai_reason::reply_awaited, "reply-awaited", "a socket may await a reply"},
    rai_reason_row{rai_reason::kept_by_program, "kept-by-program",
                   "a program said that it goes on"},
    rai_reason_row{rai_reason::name_asked, "name-asked", "a name is being asked for"},
    rai_reason_row{rai_reason::too_late, "too-late",
                   "it had to wait too long; the cell's own timer has run out meanwhile"},
    rai_reason_row{rai_reason::not_heeded, "not-heeded",
                   "this cell released the radio no sooner after such hints"},
    rai_reason_row{rai_reason::no_socket, "no-socket",
                   "no socket with a peer is there to say it through"},
    rai_reason_row{rai_reason::refused, "refused", "the modem refused it"},
};

constexpr bool rai_reasons_complete() {
  if (rai_reasons.size() != static_cast<std::size_t>(rai_reason::count_)) return false;
  for (std::size_t i = 0; i < rai_reasons.size(); ++i)
    if (rai_reasons[i].reason != static_cast<rai_reason>(i) || rai_reasons[i].name.empty() ||
        rai_reasons[i].text.empty())
      return false;
  return true;
}
static_assert(rai_reasons_complete(), "one row per reason, in order");

[[nodiscard]] constexpr const rai_reason_row& row_of(rai_reason reason) {
  return rai_reasons[static_cast<std::size_t>(reason)];
}
[[nodiscard]] constexpr std::string_view name(rai_reason reason) {
  return row_of(reason).name;
}

}  // namespace cellsock
