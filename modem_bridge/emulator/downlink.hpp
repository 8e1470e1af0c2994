// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/line_clock.hpp"
#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// Modem to host: the firmware's 256-byte transmit ring and the paced wire behind it. What exceeds
/// the ring is kept here too, but the writer counts as blocked until it fits: a host that stops
/// reading freezes the modem. Some firmware does not wait for ever: after `patience` without
/// progress it drops what does not fit.
class downlink {
public:
  static constexpr std::size_t ring_bytes = 256;

  explicit downlink(unsigned baud, std::optional<duration> patience = {});

  void write(std::span<const std::byte> bytes, time_point now);
  /// Releases what has left the wire by `now`.
  void run(time_point now);
  /// What the host has received since the last call.
  std::vector<std::byte> take();

  [[nodiscard]] bool writer_blocked() const { return queue_.size() > ring_bytes; }
  [[nodiscard]] std::size_t queued_bytes() const { return queue_.size(); }
  /// Bytes are released in slices of about a millisecond; the last one exactly on time.
  [[nodiscard]] std::optional<time_point> next_event() const;
  /// The modem restarts: what it had not sent is gone.
  void discard() { queue_.clear(); }
  void set_baud(unsigned baud, time_point now);
  /// The host's rate is another one: what arrives there is garbage.
  void set_garbled(bool on, time_point now);
  /// The UART is switched off and on again: what was not sent is kept.
  void set_powered(bool on, time_point now);
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_; }
  /// The host's CTS line: while not ready nothing leaves.
  void set_host_ready(bool ready, time_point now);

private:
  [[nodiscard]] bool leaving() const { return host_ready_ && powered_; }
  [[nodiscard]] std::optional<time_point> gives_up() const;
  void restart_if_idle(time_point now);

  line_clock clock_;
  std::size_t slice_;
  std::optional<duration> patience_;
  time_point progress_{};  // since when nothing left, while something should
  std::uint64_t dropped_ = 0;
  bool host_ready_ = true;
  bool powered_ = true;
  bool garbled_ = false;
  std::deque<std::byte> queue_;
  std::vector<std::byte> released_;
};

}  // namespace cellsock::emulator
