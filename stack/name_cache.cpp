// SPDX-License-Identifier: Apache-2.0
#include "stack/name_cache.hpp"

#include <algorithm>

namespace cellsock {

// Names are the same in capitals (RFC 4343), and with the root's dot.
name_question name_cache::key_of(const name_question& question) {
  auto key = question;
  for (char& c : key.host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (key.host.size() > 1 && key.host.back() == '.') key.host.pop_back();
  return key;
}

const name_cache::answer* name_cache::find(const name_question& question, time_point now) {
  const auto known = entries_.find(key_of(question));
  if (known == entries_.end()) return nullptr;
  if (now < known->second.until) return &known->second.said;
  entries_.erase(known);
  return nullptr;
}

void name_cache::store(const name_question& question, answer said, time_point now,
                       std::optional<std::chrono::milliseconds> good_for) {
  if (entries_max_ == 0 || (!said && said.error().code != errc::name_not_found)) return;
  const auto until = now + good_for.value_or(said ? good_for_ : failure_good_for_);
  auto key = key_of(question);
  entries_.erase(key);
  make_room(now);
  entries_.emplace(std::move(key), entry{std::move(said), now, until});
}

void name_cache::make_room(time_point now) {
  if (entries_.size() < entries_max_) return;
  std::erase_if(entries_, [now](const auto& e) { return e.second.until <= now; });
  if (entries_.size() < entries_max_) return;
  entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& a, const auto& b) { return a.second.asked < b.second.asked; }));
}

}  // namespace cellsock
