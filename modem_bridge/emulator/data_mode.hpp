// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// What the UART is talking to, and in data mode the buffer and the terminator matcher. There are
/// no guard times: `+++` ends data mode wherever it stands. A partial match is withheld; a
/// different byte releases it, and so does silence, but only if other bytes wait in the buffer.
/// A counted data mode looks for no terminator: it ends with its last byte.
class data_mode {
public:
  enum class state : std::uint8_t { at, payload, discard };
  static constexpr std::size_t buffer_bytes = 4096;

  /// `rewinds`: the buffer is used from its beginning again after each flush.
  explicit data_mode(bool rewinds = true) : rewinds_(rewinds) {}

  [[nodiscard]] state current() const { return state_; }

  /// `count`: so many bytes and no terminator; 0 is without a count.
  void enter(std::size_t count = 0);
  /// To the state that throws bytes away until the terminator, then reports `cause`.
  void fail(int cause);
  void leave();
  [[nodiscard]] int cause() const { return cause_; }

  /// Takes one byte in payload or discard state; true when it completed the terminator or
  /// the count.
  bool put(std::byte value);
  /// Bytes that count: withheld ones do not.
  [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.size(); }
  /// The longest datagram that still fits: one must not straddle the end of the ring.
  [[nodiscard]] std::size_t datagram_room() const { return buffer_bytes - ring_at_; }
  /// Payload bytes taken since data mode was entered.
  [[nodiscard]] std::size_t payload_bytes() const { return payload_bytes_; }
  /// Removes and returns the first `bytes_max` buffered bytes.
  std::vector<std::byte> take(std::size_t bytes_max);

  /// A slice of bytes came at `now`: the silence is counted from here.
  void touched(time_point now, duration limit) { silent_at_ = now + limit; }
  /// When silence flushes; empty while there is nothing to flush.
  [[nodiscard]] std::optional<time_point> silence() const;
  /// Silence: releases what is withheld into the buffer. Only while `buffered_bytes` > 0.
  void release_withheld();

  /// The firmware's smallest and default inactivity limit, in its own integer arithmetic.
  [[nodiscard]] static constexpr unsigned limit_ms_min(unsigned baud, std::size_t rx_buffer) {
    return static_cast<unsigned>(rx_buffer * 10 * 1000 / (baud == 0 ? 1 : baud)) + 10;
  }

private:
  static constexpr std::size_t terminator_bytes = 3;

  bool rewinds_;
  state state_ = state::at;
  std::size_t remaining_ = 0;  // of a count
  std::size_t ring_at_ = 0;    // where the buffered bytes begin, if it never rewinds
  std::size_t payload_bytes_ = 0;
  int cause_ = 0;
  std::vector<std::byte> buffer_;
  std::size_t withheld_ = 0;
  time_point silent_at_{};
};

}  // namespace cellsock::emulator
