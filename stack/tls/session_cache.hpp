// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stack/credentials/store.hpp"

namespace cellsock::tls {

/// Whose session it was. A session is as good as the verification that made it, so everything that
/// verification looked at is part of the key, and so is the program's user.
struct session_key {
  std::string peer;  // host:port as it was connected to
  std::vector<sec_tag> tags;
  std::string hostname;
  std::uint8_t verify = 0;
  std::uint32_t user = 0;
  program_id program{};  // whose own credentials verified it; none: durable ones alone
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
  friend auto operator<=>(const session_key&, const session_key&) = default;
};

/// Clients' sessions for resumption: tickets and ids alike. Bounded in number and age; the oldest
/// goes first; what goes is wiped. Pure.
class session_cache {
public:
  using time_point = std::chrono::steady_clock::time_point;

  session_cache(std::size_t sessions_max, std::chrono::milliseconds age_max)
      : sessions_max_(sessions_max), age_max_(age_max) {}

  void store(const session_key& key, secret session, time_point now);
  /// A copy: more than one connection may come back to one session.
  [[nodiscard]] std::optional<secret> find(const session_key& key, time_point now);
  /// A session that the peer did not take is not offered again.
  void forget(const session_key& key) { sessions_.erase(key); }
  /// All of one user's.
  void purge(std::uint32_t user) {
    std::erase_if(sessions_, [user](const auto& s) { return s.first.user == user; });
  }
  /// All that were verified with this tag: it holds something else now.
  void purge(sec_tag tag) {
    std::erase_if(sessions_, [tag](const auto& s) {
      const auto& tags = s.first.tags;
      return std::find(tags.begin(), tags.end(), tag) != tags.end();
    });
  }
  /// All of a session of programs that is over.
  void purge(program_id program) {
    std::erase_if(sessions_, [program](const auto& s) { return s.first.program == program; });
  }
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

private:
  struct entry {
    secret session;
    time_point stored;
  };
  std::size_t sessions_max_;
  std::chrono::milliseconds age_max_;
  std::map<session_key, entry> sessions_;
  std::uint64_t evicted_ = 0;
};

}  // namespace cellsock::tls
