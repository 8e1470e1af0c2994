// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/board.hpp"
#include "modem_bridge/emulator/config.hpp"
#include "modem_bridge/emulator/downlink.hpp"
#include "modem_bridge/emulator/event_log.hpp"
#include "modem_bridge/emulator/executor.hpp"
#include "modem_bridge/emulator/network.hpp"
#include "modem_bridge/emulator/time.hpp"
#include "modem_bridge/emulator/uplink.hpp"

namespace cellsock::emulator {

/// What a control verb answers: one line, or for `status` and `events` JSON.
struct control_reply {
  enum class outcome : std::uint8_t { done, refused, misused } is = outcome::done;
  std::string text;
  [[nodiscard]] bool ok() const { return is == outcome::done; }
};

/// An nRF9160 with the Serial LTE Modem application, or an nRF9151 with the Serial Modem one, as
/// seen through its UART. A pure function of
/// (bytes, now) to (bytes, next wake-up): it does no I/O, reads no clock and owns no thread, so the
/// same object serves a pty, or a test that runs it beside a daemon in virtual time.
///
/// How to run one:
///   1. `feed` what the host wrote; `advance(now)`; hand `take_output()` to the host.
///   2. Call `advance` again at `next_wakeup()`, after every `feed`, and (through
///      `network_changed`) whenever something happened in the network behind it.
/// `now` never goes back. Being late is harmless: both directions keep an absolute time line, and
/// what happened in between is worked off in the order in which it was due.
///
/// Not thread-safe. `behind` must outlive the modem.
class modem {
public:
  modem(modem_config config, network& behind, time_point now);
  modem(const modem&) = delete;
  modem& operator=(const modem&) = delete;

  // ---- the UART ----

  /// Bytes the host wrote, which begin to cross the wire when it is free; returns how many were
  /// taken (all of them until 64 KiB wait: that is the host's own tty buffer). `waiting_since`: the
  /// earliest time they can have been there; a shell whose last read filled its buffer passes the
  /// time of that read, so that a late timer costs no line time. Others leave it out.
  std::size_t feed(std::span<const std::byte> bytes, time_point now);
  std::size_t feed(std::span<const std::byte> bytes, time_point now, time_point waiting_since);
  /// For a shell that keeps the host's bytes where they are until the wire takes them: how many to
  /// fetch now (none while RTS holds the host), and when to look again.
  [[nodiscard]] std::size_t rx_room(time_point now, time_point waiting_since) const;
  [[nodiscard]] std::optional<time_point> next_rx_room(time_point now) const;
  /// What has arrived at the host since the last call, as of the last `advance`.
  [[nodiscard]] std::vector<std::byte> take_output();
  /// The host's readiness to receive (CTS). While it is not ready the modem stands still.
  void set_host_ready(bool ready, time_point now);

  /// The rate the host's UART is set to; 0: not known, and never wrong.
  void set_host_baud(unsigned baud, time_point now);
  /// The lines beside the data: the host's DTR, and the modem's RI and CTS (its own RTS).
  void set_dtr(bool asserted, time_point now);
  struct line_states {
    bool dtr = true;
    bool ri = false;
    bool cts = true;
    bool operator==(const line_states&) const = default;
  };
  [[nodiscard]] line_states lines() const;

  // ---- running ----

  void advance(time_point now);
  void network_changed(time_point now) { advance(now); }
  /// When `advance` is wanted next; empty: only bytes or the network can wake it.
  [[nodiscard]] std::optional<time_point> next_wakeup() const;

  // ---- control and observation ----

  /// One verb with its words, as `nrf91-emulator ctl` sends it. Never throws on bad input.
  control_reply control(std::string_view request, time_point now);
  [[nodiscard]] const std::deque<event>& events() const { return log_.events(); }
  [[nodiscard]] const modem_config& config() const { return config_; }
  /// The radio's changes of state, the newest `rrc_model::transitions_max`.
  [[nodiscard]] const std::deque<rrc_model::transition>& radio_trace() const {
    return board_.radio.rrc().transitions();
  }
  /// Bytes lost because nobody made the host stop (flow control off), or because it did not read.
  [[nodiscard]] std::uint64_t dropped_bytes() const {
    return up_.dropped_bytes() + down_.dropped_bytes();
  }

private:
  void step(time_point now);
  bool run_script(time_point now);
  void compare_rates();

  modem_config config_;
  event_log log_;
  uplink up_;
  downlink down_;
  board board_;
  executor executor_;
  time_point start_;
  time_point clock_;
  std::size_t script_at_ = 0;  // the next verb of the script
  unsigned host_baud_ = 0;
  bool garbled_ = false;
};

/// `{"event":"lines","dtr":1,"ri":0,"cts":1}`
[[nodiscard]] std::string to_json(const modem::line_states& lines);

}  // namespace cellsock::emulator
