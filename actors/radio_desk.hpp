// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "actors/messages.hpp"
#include "stack/radio/ledger.hpp"
#include "stack/rai/arbiter.hpp"

namespace cellsock {

/// A link's radio at its supervisor: shell over stack/rai and stack/radio. What sockets do goes in;
/// what the modem is told comes out, each with an event that says why.
class radio_desk {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct seed {
    std::string link;
    bool automatic = true;
    std::set<std::string> unguessed = {};  // programs for which nothing is guessed
    /// Asks the bridge; untold() or refused() if it could not.
    std::function<void(std::optional<socket_id>, rai_hint)> tell = {};
    /// due() is wanted after this time; earlier asks are not taken back.
    std::function<void(std::chrono::nanoseconds)> wake_in = {};
  };

  explicit radio_desk(seed s) : seed_(std::move(s)), arbiter_(seed_.automatic) {}

  void opened(socket_id id, transport kind, const msg::owner& who);
  void closed(socket_id id, time_point now);
  void news(const msg::radio_news& m, time_point now);
  [[nodiscard]] msg::radio_word word(const msg::ask_radio& m, time_point now);
  void lookup_begins(const msg::owner& who, time_point now);
  void lookup_ends(const msg::owner& who, time_point now);
  void radio(bool connected, time_point now);
  void cell_changed() { arbiter_.cell_changed(); }
  void refused(std::optional<socket_id> id, rai_hint hint, time_point now);
  void untold(std::optional<socket_id> id, rai_hint hint);
  void due(time_point now);
  [[nodiscard]] msg::radio_report report(time_point now) const;

private:
  struct member {
    radio_program who;
    std::string program;  // as it calls itself
  };
  [[nodiscard]] bool guesses(const msg::owner& who) const;
  void say(const rai_word& word, std::optional<socket_id> about) const;
  void tell_alone(const rai_word& word);
  void settle(time_point now);

  seed seed_;
  rai_arbiter arbiter_;
  radio_ledger ledger_;
  std::map<socket_id, member> members_;
  std::optional<time_point> armed_for_;
};

}  // namespace cellsock
