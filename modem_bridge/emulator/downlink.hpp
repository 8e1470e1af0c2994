// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/line_clock.hpp"
#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// Modem to host: the firmware's 256-byte transmit ring and the paced wire behind it. What exceeds
/// the ring is kept here too, but the writer counts as blocked until it fits: the firmware of this
/// dialect waits for ever, so a host that stops reading freezes the modem.
class downlink {
public:
  static constexpr std::size_t ring_bytes = 256;

  explicit downlink(unsigned baud);

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
  /// The host's CTS line: while not ready nothing leaves.
  void set_host_ready(bool ready, time_point now);

private:
  line_clock clock_;
  std::size_t slice_;
  bool host_ready_ = true;
  std::deque<std::byte> queue_;
  std::vector<std::byte> released_;
};

}  // namespace cellsock::emulator
