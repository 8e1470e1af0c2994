// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>

#include "stack/rai/hint.hpp"
#include "stack/rai/peer_patterns.hpp"

/// What one socket may still need the radio for. In doubt it needs it. Pure.
namespace cellsock {

enum class rai_wait : std::uint8_t {
  nothing,
  replies,   // a counted number of them
  settling,  // a reply that is coming in, until it is quiet
  anything,  // nobody knows; not for ever
  kept,      // its program said that it goes on
};

class rai_need {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `guesses`: what its program does not say may be guessed.
  rai_need(transport kind, bool guesses) : kind_(kind), guesses_(guesses) {}

  /// What may be guessed of the chunk that goes to `to` next; none while the program speaks for
  /// itself. Never of a chunk behind which more is waiting.
  [[nodiscard]] rai_hint guess(const endpoint& to, const peer_patterns& peers) const;
  /// A chunk goes to `to`, with `hint` by the program's word or a guess.
  void sends(rai_hint hint, bool guessed, const endpoint& to, peer_patterns& peers, time_point now);
  /// The last chunk did not go after all.
  void not_sent() noexcept;
  /// A stream's connection stands: its peer may speak first.
  void stands(time_point now) noexcept;
  /// The program said that it needs nothing any more.
  void done() noexcept;
  /// True: nothing is waited for any more, by this.
  bool receives(peer_patterns& peers, time_point now);
  /// The same, by time.
  bool expires(peer_patterns& peers, time_point now);
  /// The socket is closed: what came of its last exchange.
  void closes(peer_patterns& peers, time_point now);

  [[nodiscard]] rai_wait waits() const noexcept { return waits_; }
  /// When waiting ends by itself; of no meaning while nothing is waited for.
  [[nodiscard]] time_point until() const noexcept { return until_; }
  [[nodiscard]] bool guesses() const noexcept { return guesses_; }
  [[nodiscard]] bool may_guess() const noexcept { return guesses_ && !spoke_; }

private:
  void wait(rai_wait what, time_point until) noexcept;
  void begin_exchange(const endpoint& to, peer_patterns& peers, time_point now);
  void learn(peer_patterns& peers, time_point now);
  [[nodiscard]] peer_patterns::guess guess_of_peer(const peer_patterns& peers) const;

  transport kind_;
  bool guesses_;
  bool spoke_ = false;  // its program gave a hint
  rai_wait waits_ = rai_wait::nothing;
  time_point until_{};
  unsigned owed_ = 0;  // replies
  std::optional<endpoint> to_ = {};
  rai_exchange exchange_ = {};
  time_point began_{};
  time_point moved_{};
};

}  // namespace cellsock
