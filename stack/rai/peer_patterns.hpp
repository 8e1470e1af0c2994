// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>

#include "stack/endpoint.hpp"
#include "stack/limits.hpp"
#include "stack/transport.hpp"

/// What peers were seen to do with requests, and what may be guessed from it. A guess needs several
/// exchanges that went the same way, and each one that went another way makes the next guess need
/// more: a wrong guess may cost a reconnection, and must stay rare. Pure.
namespace cellsock {

/// One request (a datagram, or a stream's bytes until it ran empty) and what came of it.
struct rai_exchange {
  unsigned requests = 0;
  unsigned replies = 0;                     // datagrams; a stream's: receptions
  std::chrono::milliseconds longest_gap{};  // between the request and its reply, or two receptions
};

enum class peer_manner : std::uint8_t {
  unknown,
  one_reply,  // to each datagram exactly one
  silent,     // none, ever
  answers,    // something, over after some quiet
};

class peer_patterns {
public:
  struct guess {
    peer_manner manner = peer_manner::unknown;
    /// `answers`: how long it must have been quiet for a reply to be over.
    std::chrono::milliseconds quiet{};
  };

  explicit peer_patterns(std::size_t peers_max = limits::rai_peers_max) : peers_max_(peers_max) {}

  void learn(transport kind, const endpoint& peer, const rai_exchange& seen);
  /// Something came that no guess allowed for.
  void contradict(transport kind, const endpoint& peer);
  [[nodiscard]] guess guess_of(transport kind, const endpoint& peer) const;
  [[nodiscard]] std::size_t size() const noexcept { return peers_.size(); }

private:
  struct record {
    unsigned once = 0;      // exchanges in a row with one reply to each datagram
    unsigned silent = 0;    // in a row without any
    unsigned answered = 0;  // in a row with at least one
    unsigned surprises = 0;
    bool ever_answered = false;
    std::chrono::milliseconds longest_gap{};
    std::list<std::string>::iterator used;  // in used_, the most recent first
  };
  record& record_of(transport kind, const endpoint& peer);
  static void surprise(record& r);

  std::size_t peers_max_;
  std::map<std::string, record> peers_;
  std::list<std::string> used_;
};

}  // namespace cellsock
