// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "stack/ids.hpp"
#include "stack/rai/cell_verdict.hpp"
#include "stack/rai/need.hpp"
#include "stack/rai/reason.hpp"

/// One link's radio and all the sockets that share it: decides what the modem is told, and when.
/// "Nobody needs the radio" is told only while no socket has bytes to send and none may await a
/// reply; the strictest need wins. A hint that has to wait is told when it has become true, or
/// dropped. In doubt nothing is told: a wrong guess costs a reconnection, never a reply. Pure.
namespace cellsock {

/// What to tell the modem now (`tell`), or why what was wanted is not told.
struct rai_word {
  rai_hint tell = rai_hint::none;
  rai_hint wanted = rai_hint::none;  // none: nobody wanted anything
  rai_reason why = rai_reason::nothing;
  std::optional<socket_id> through = {};  // whose option says it; empty: no socket is there for it
  std::optional<socket_id> because = {};  // the socket that stands in the way
  friend bool operator==(const rai_word&, const rai_word&) = default;
};

class rai_arbiter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `automatic`: what programs do not say may be guessed.
  explicit rai_arbiter(bool automatic) : automatic_(automatic) {}

  // ---- sockets ----

  /// `guesses`: for this program.
  void opened(socket_id id, transport kind, bool guesses);
  /// It has a peer in the modem, so that NO_DATA can be said through it; or none any more.
  void joined(socket_id id, const endpoint& peer);
  void parted(socket_id id);
  void closed(socket_id id, time_point now);

  // ---- what they do ----

  /// A stream asks for its connection; what to tell before.
  [[nodiscard]] rai_word connecting(socket_id id, time_point now);
  /// It stands (the peer may speak first), or it does not.
  void connect_ended(socket_id id, bool stands, time_point now);
  /// The program wrote, and nothing had waited before.
  void queued(socket_id id);
  /// Nothing waits after all.
  void nothing_queued(socket_id id);
  /// A chunk goes next, to `to` or the peer, with its program's hint; `empties`: nothing waits
  /// behind it. What to tell before it, through this socket.
  [[nodiscard]] rai_word before_chunk(socket_id id, rai_hint said, bool empties,
                                      const std::optional<endpoint>& to, time_point now);
  /// That chunk has left, or not.
  void sent(socket_id id, bool left, time_point now);
  void received(socket_id id, time_point now);
  /// Its program says so, about nothing that it sends.
  [[nodiscard]] rai_word no_data(socket_id id, time_point now);

  /// A name is asked for; what to tell before.
  [[nodiscard]] rai_word lookup_begins(time_point now);
  /// `guesses`: for the program that asked.
  void lookup_ends(bool guesses, time_point now);

  // ---- the radio ----

  /// By the modem's word; without one it may be connected at any time.
  void radio(bool connected, time_point now);
  void cell_changed() { verdict_.forget(); }
  /// The modem did not take what it was told.
  void refused(rai_hint hint, time_point now);
  /// There was no way to tell it.
  void untold();

  /// After any of the above, and at wake(): what to tell now.
  [[nodiscard]] std::vector<rai_word> due(time_point now);
  /// When to ask again, if nothing happens before.
  [[nodiscard]] std::optional<time_point> wake(time_point now) const;

  [[nodiscard]] const cell_verdict& verdict() const noexcept { return verdict_; }

private:
  struct member {
    rai_need need;
    std::optional<endpoint> peer = {};
    bool connecting = false;
    bool queued = false;
    bool in_flight = false;
  };
  /// A release that the network may be about to make.
  struct armed_hint {
    rai_hint hint;
    socket_id who;
    bool by_program;
    bool clean = true;                     // no traffic since: what happens now tells of the cell
    std::optional<time_point> since = {};  // the release is to be expected from then on
  };
  /// NO_DATA, as soon as nobody minds.
  struct wish {
    rai_reason why;
    socket_id who;
    bool by_program;
    time_point not_before;
    time_point until;
  };

  [[nodiscard]] member* find(socket_id id);
  /// Nobody waits any more for the reply after which it would release.
  [[nodiscard]] bool stale(const armed_hint& armed) const;
  /// Who stands in the way of a release, `except` not asked.
  [[nodiscard]] std::optional<rai_word> obstacle(std::optional<socket_id> except) const;
  [[nodiscard]] std::optional<socket_id> voice(socket_id preferred) const;
  void want_release(rai_reason why, socket_id who, bool by_program, time_point not_before,
                    time_point now);
  void arm(rai_hint hint, socket_id who, bool by_program, std::optional<time_point> since);
  /// What was armed is to be taken back: somebody needs the radio. It stays wished for.
  void disarm(time_point now);
  [[nodiscard]] rai_word keep(socket_id through, time_point now);
  /// The same before traffic that is no socket's chunk.
  [[nodiscard]] rai_word keep_for_control(time_point now);
  void traffic(socket_id of);
  void judge(time_point now);

  bool automatic_;
  std::map<socket_id, member> members_;
  peer_patterns peers_;
  cell_verdict verdict_;
  std::optional<bool> connected_ = {};
  std::optional<armed_hint> armed_ = {};
  std::optional<wish> wish_ = {};
  unsigned lookups_ = 0;
};

}  // namespace cellsock
