// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "modem_bridge/emulator/line_clock.hpp"
#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// Host to modem: the wire, paced, and the modem's receive buffers behind it. The firmware gets
/// bytes only when a 256-byte buffer is full or the line has been silent for `idle`; three such
/// buffers exist. While all are unread the modem takes nothing: with flow control the wire stands
/// still (RTS), without it bytes are lost and counted.
class uplink {
public:
  static constexpr std::size_t buffer_bytes = 256;
  static constexpr std::size_t buffers = 3;
  static constexpr std::size_t capacity_bytes = buffer_bytes * buffers;
  /// What a host may have handed over ahead of the wire (its own tty buffer).
  static constexpr std::size_t wire_bytes_max = 65536;

  uplink(unsigned baud, bool flow_control, duration idle)
      : clock_(baud), flow_control_(flow_control), idle_(idle) {}

  /// Puts bytes on the wire behind what is there; returns how many were taken. They may have been
  /// waiting since `waiting_since`: a reader that comes late loses no line time.
  std::size_t feed(std::span<const std::byte> bytes, time_point waiting_since);

  /// How many bytes a paced reader should fetch now, to stay at most 2 ms ahead of the wire.
  [[nodiscard]] std::size_t room(time_point now, time_point waiting_since) const;
  /// When such a reader should come back; empty while RTS holds the host.
  [[nodiscard]] std::optional<time_point> next_room(time_point now) const;

  /// Moves what has arrived by `now` into the receive buffers.
  void run(time_point now);
  /// When the firmware next gets bytes.
  [[nodiscard]] std::optional<time_point> next_event() const;

  [[nodiscard]] bool has_input() const { return ready_ > 0; }
  /// The next byte for the firmware; only if `has_input`. Emptying the buffers restarts reception.
  std::byte take(time_point now);

  /// Nobody listens (boot, sleep, off): what has arrived is gone; the wire carries on.
  void discard(time_point now);
  /// The same, as a loss that counts.
  void lose(time_point now);
  void set_baud(unsigned baud, time_point now);
  /// The host's rate is another one: what arrives is garbage.
  void set_garbled(bool on, time_point now);
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_; }
  [[nodiscard]] bool holding_host() const { return flow_control_ && stopped_; }

private:
  line_clock clock_;
  bool flow_control_;
  duration idle_;
  std::deque<std::byte> wire_;
  std::deque<std::byte> unread_;
  std::size_t ready_ = 0;     // of the unread, handed to the firmware
  std::size_t position_ = 0;  // in the receive buffer that is filling
  time_point last_arrival_{};
  bool stopped_ = false;
  bool garbled_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace cellsock::emulator
