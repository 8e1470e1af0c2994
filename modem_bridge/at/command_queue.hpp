// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "modem_bridge/at/line_reader.hpp"
#include "modem_bridge/at/push_frame.hpp"
#include "modem_bridge/at/response.hpp"

/// One AT channel: one command (or one data-mode payload) in flight, each with a deadline. A
/// command that timed out poisons the channel: nothing is sent until its late final result came,
/// or the wait for it ran out. Pure: bytes and time come in, bytes and events go out.
namespace cellsock::at {

using time_point = std::chrono::steady_clock::time_point;

struct command {
  std::string line;                  // without its terminator
  std::string prefix = {};           // of its information lines
  std::chrono::milliseconds wait{};  // line time is added
  bool bare = false;                 // lines without known prefix belong to it
  bool counted = false;              // its information line is the header of payload bytes
  unsigned value_at = 0;             // the field of that header which counts them
  bool probe = false;                // silence is an answer: nothing late is waited for
};

enum class ending { ok, error, silent, timed_out, damaged };

struct reply {
  ending end = ending::ok;
  std::optional<int> code = {};         // of +CME / +CMS ERROR, or the number in #XDATAMODE
  std::string final_line = {};          // as it came
  std::vector<std::string> lines = {};  // information, in order, whole
  std::optional<std::vector<std::byte>> payload = {};
  bool repaired = false;
  time_point on_wire = {};  // when the last byte sent had left, by the line rate
  time_point at = {};
  [[nodiscard]] bool ok() const noexcept { return end == ending::ok; }
};

class command_queue {
public:
  /// Baud 0: no line time.
  explicit command_queue(unsigned baud) : baud_(baud) {}

  struct unsolicited {
    std::string line;
    line_kind kind;
  };
  struct pushed {
    push_header header;
    std::vector<std::byte> bytes;
  };
  /// Pushed data that does not add up; whose, if that much is known.
  struct push_damaged {
    std::optional<modem_handle> handle;
  };
  struct data_broken {};  // in data mode: the modem wrote the terminator
  struct drained {};      // the late final result of a timed-out command came: in step again
  /// It did not: resync. `counted`: the modem may still wait for bytes of a payload.
  struct stuck {
    bool counted = false;
  };
  using event = std::variant<reply, unsolicited, pushed, push_damaged, data_broken, drained, stuck>;

  void set_terminator(std::string terminator) { terminator_ = std::move(terminator); }
  [[nodiscard]] const std::string& terminator() const noexcept { return terminator_; }
  /// Headers that name their socket; none: counted data only follows a command.
  void set_pushes(std::span<const dialect::push_row> rows) { pushes_ = rows; }
  /// Another rate from here on; everything written before has left.
  void set_baud(unsigned baud) noexcept { baud_ = baud; }

  // ---- sending ----
  /// Not while busy.
  void start(command next, time_point now);
  /// Payload in data mode, as it is. Nothing is awaited.
  void write(std::span<const std::byte> bytes, time_point now);
  void write(std::string_view text, time_point now);
  /// The payload is out (by `write`), and its terminator if it has one: the reply is
  /// `#XDATAMODE: n`. With `broken_by` the modem may write that instead (`data_broken`); `counted`:
  /// if no reply comes, bytes were lost and nothing late is worth waiting for.
  void await_data_mode_end(std::chrono::milliseconds wait, time_point now,
                           std::string_view broken_by = {}, bool counted = false);
  [[nodiscard]] std::vector<std::byte> take_output();
  /// The port has given everything to the kernel: a line held back by flow control is late.
  void drained_to_kernel(time_point now);

  // ---- receiving ----
  void feed(std::span<const std::byte> bytes, time_point now);
  /// In order; call until empty after `feed` and `expire`. A command may be started in between.
  [[nodiscard]] std::optional<event> next(time_point now);

  // ---- state ----
  [[nodiscard]] bool busy() const noexcept {
    return in_flight_.has_value() || poisoned() || out_of_step_;
  }
  [[nodiscard]] bool poisoned() const noexcept { return drain_until_.has_value(); }
  [[nodiscard]] std::optional<time_point> deadline() const;
  void expire(time_point now);
  /// Forgets what is in flight; what is being received goes on.
  void abandon();
  /// Forgets what is in flight and what was received.
  void reset();
  [[nodiscard]] time_point last_heard() const noexcept { return last_heard_; }
  [[nodiscard]] time_point line_free_at() const noexcept { return line_free_at_; }
  [[nodiscard]] std::uint64_t lines_dropped() const noexcept { return reader_.lines_dropped(); }
  [[nodiscard]] std::chrono::nanoseconds line_time(std::size_t bytes) const noexcept;

private:
  struct flight {
    command what;
    reply so_far;
    bool data_mode = false;
    bool counted_data = false;
    bool broken = false;  // the modem gave up in the middle
    bool header_seen = false;
    time_point deadline;
  };
  [[nodiscard]] std::optional<event> on_line(std::string text, time_point now);
  [[nodiscard]] std::optional<event> in_drain(const std::string& text);
  [[nodiscard]] bool begins_frame(const std::string& text);
  [[nodiscard]] bool expects_frame() const;
  [[nodiscard]] std::optional<event> on_frame(line_reader::frame whole, time_point now);
  [[nodiscard]] event finish(ending end, std::string final_line, time_point now);
  void keep(std::string text);

  unsigned baud_;
  std::string terminator_ = "\r\n";
  line_reader reader_;
  std::span<const dialect::push_row> pushes_;
  std::optional<push_header> frame_;  // whose bytes are being counted
  std::string frame_line_;
  std::vector<std::byte> output_;
  std::optional<flight> in_flight_;
  std::optional<time_point> drain_until_;
  bool out_of_step_ = false;  // `stuck` was said: nothing may be sent until `reset`
  bool drain_data_mode_ = false;
  std::vector<event> due_;  // made by expire
  std::optional<time_point> quiet_at_;
  time_point line_free_at_{};
  time_point last_heard_{};
  bool kernel_has_all_ = true;
};

}  // namespace cellsock::at
