// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/pending_hints.hpp"

#include "stack/limits.hpp"

namespace cellsock {

void stream_hints::set(rai_hint hint, std::uint64_t written) {
  while (!waiting_.empty() && waiting_.back().after >= written) waiting_.pop_back();
  if (waiting_.size() >= limits::rai_pending_max) waiting_.pop_front();
  waiting_.push_back({hint, written});
}

rai_hint stream_hints::take(std::uint64_t begin, std::uint64_t bytes, bool empties) {
  const auto end = begin + bytes;
  // Of several that have come due the newest is what the program means.
  while (waiting_.size() > 1 && waiting_[1].after < end) waiting_.pop_front();
  if (waiting_.empty() || waiting_.front().after >= end) return rai_hint::none;
  const auto hint = waiting_.front().hint;
  if (row_of(hint).releases && !empties) return rai_hint::none;
  waiting_.pop_front();
  return hint;
}

}  // namespace cellsock
