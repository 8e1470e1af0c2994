// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// What was asked: the same name asked for another family or through another network is another
/// question.
struct name_question {
  std::string host;
  std::optional<ip_family> family = {};
  std::optional<pdn_id> pdn = {};
  friend auto operator<=>(const name_question&, const name_question&) = default;
};

/// Answers of a resolver for a while, and that a name does not exist for a shorter one. No modem
/// tells how long an answer is good for; a resolver that knows it says so. Bounded: the oldest goes
/// first. Pure.
class name_cache {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using answer = result<std::vector<ip_address>>;

  name_cache(std::size_t entries_max, std::chrono::milliseconds good_for,
             std::chrono::milliseconds failure_good_for)
      : entries_max_(entries_max), good_for_(good_for), failure_good_for_(failure_good_for) {}

  /// Null: to be asked.
  [[nodiscard]] const answer* find(const name_question& question, time_point now);
  /// Troubles of the link or of the name server are not remembered: they say nothing of the name.
  void store(const name_question& question, answer said, time_point now,
             std::optional<std::chrono::milliseconds> good_for = {});
  /// The network is another one, or has other addresses.
  void forget() { entries_.clear(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    answer said;
    time_point asked;
    time_point until;
  };
  [[nodiscard]] static name_question key_of(const name_question& question);
  void make_room(time_point now);

  std::size_t entries_max_;
  std::chrono::milliseconds good_for_;
  std::chrono::milliseconds failure_good_for_;
  std::map<name_question, entry> entries_;
};

}  // namespace cellsock
