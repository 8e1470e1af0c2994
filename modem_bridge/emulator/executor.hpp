// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "modem_bridge/emulator/board.hpp"
#include "modem_bridge/emulator/downlink.hpp"
#include "modem_bridge/emulator/line_editor.hpp"
#include "modem_bridge/emulator/uplink.hpp"

namespace cellsock::emulator {

/// The firmware's one work queue: takes bytes from the UART, runs commands strictly one after the
/// other, carries data mode, and writes URCs where this firmware writes them. Also on and off.
class executor {
public:
  enum class power : std::uint8_t { booting, running, asleep, off };

  executor(board& b, uplink& up, downlink& down, time_point now);

  /// Does everything that is due at `now`.
  void run(time_point now);
  [[nodiscard]] std::optional<time_point> next_event() const;

  /// Reboots: all state is gone, `Ready` after the boot time.
  void reset(time_point now);
  /// Stops reacting until then; empty: until the next reset.
  void hang(std::optional<time_point> until);
  /// The power pin: wakes from either sleep. False if it was not asleep.
  bool wake(time_point now);
  [[nodiscard]] power state() const { return power_; }
  [[nodiscard]] bool hung() const { return hung_; }
  [[nodiscard]] bool busy() const { return deferred_.has_value() || board_.pending != nullptr; }

  /// The host's DTR. Where it is the UART's power switch (sm): deasserted, nothing is received and
  /// output is kept; asserting it wakes a sleeping modem.
  void set_dtr(bool asserted, time_point now);
  [[nodiscard]] bool dtr() const { return dtr_; }
  /// By DTR or by sleep, where the host can call for it (sm).
  [[nodiscard]] bool uart_off() const;
  /// RI: something waits for a host that switched the UART off.
  [[nodiscard]] bool ring() const;

private:
  /// Something the firmware will have worked out a little later (its handler time).
  struct deferred {
    time_point due;
    std::function<void()> act;
  };

  bool step();
  void call_host();
  bool change_speed();
  void set_speed(unsigned baud);
  void take_input();
  void take_payload(std::byte value);
  void take_typed(std::byte value);
  void begin_line(line_editor::line line);
  void execute(const line_editor::line& line);
  void finish(verdict how);
  void flush(std::vector<std::byte> bytes, bool last);
  void flush_failed(bool last);
  void end_data_mode();
  void leave_data_mode();
  void perform_planned_cut();
  void fetch_notifications();
  void fetch_owed_notices();
  bool print_notifications();
  bool print_unsolicited();
  bool hold_poll_events();
  [[nodiscard]] bool idle() const;
  void note_delayed();
  bool serve_sockets();
  bool serve_data_socket();
  void serve(modem_socket& socket, unsigned bits);
  void push(modem_socket& socket, bool in_data_mode);
  [[nodiscard]] unsigned events_of(const modem_socket& socket) const;
  [[nodiscard]] bool by_handle() const { return board_.rules().syntax == command_syntax::handle; }
  void apply_power_change();
  void forget_everything();
  void transmit();
  [[nodiscard]] bool datagram_mode() const;
  bool overflowed();

  board& board_;
  uplink& up_;
  downlink& down_;
  line_editor editor_;
  power power_ = power::booting;
  time_point boot_at_;
  bool deep_ = false;  // asleep with everything lost: waking is a reboot
  bool hung_ = false;
  std::optional<time_point> hung_until_;
  std::optional<deferred> deferred_;
  std::vector<std::string> notifications_;  // of the modem, waiting for the end of a command
  std::size_t notification_bytes_ = 0;
  std::optional<time_point> poll_events_held_until_;
  /// The host is taken to be typing until then (sm-2).
  std::optional<time_point> typing_until_;
  int last_served_ = -1;      // handle; the next one has its turn first
  bool input_first_ = false;  // a push was written; what the host typed has its turn
  bool dtr_ = true;
  std::optional<time_point> deaf_until_;  // the UART is being set up anew
  std::optional<time_point> ringing_since_;
};

}  // namespace cellsock::emulator
