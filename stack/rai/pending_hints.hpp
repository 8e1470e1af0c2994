// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>

#include "stack/rai/hint.hpp"

/// The hints that a program gave one socket and that wait for the bytes they are about. NO_DATA is
/// about none and never comes here. Pure.
namespace cellsock {

/// A datagram socket's: each hint goes with the next datagram.
class next_hint {
public:
  void set(rai_hint hint) noexcept { next_ = hint; }
  /// A datagram was taken from the program: this goes with it.
  [[nodiscard]] rai_hint take() noexcept {
    const auto hint = next_;
    next_ = rai_hint::none;
    return hint;
  }

private:
  rai_hint next_ = rai_hint::none;
};

/// A stream's: a hint is about what is written after it, until the channel first runs empty. Bytes
/// are counted from the first that the program ever wrote.
class stream_hints {
public:
  /// `written`: how much the program had written when it gave the hint.
  void set(rai_hint hint, std::uint64_t written);
  /// What goes with the chunk [begin, begin + bytes), behind which the channel is empty or not. A
  /// hint that releases goes with the chunk that empties it, others with the first of their bytes.
  [[nodiscard]] rai_hint take(std::uint64_t begin, std::uint64_t bytes, bool empties);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
  struct waiting {
    rai_hint hint;
    std::uint64_t after;
  };
  std::deque<waiting> waiting_;
};

}  // namespace cellsock
