// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Bytes from the modem -> lines and counted payload. The only place that knows CR and LF on the
/// way in. Takes any chunking: what comes out depends on the bytes alone.
namespace cellsock::at {

class line_reader {
public:
  struct line {
    std::string text;  // without its end; never empty
  };
  struct payload {
    std::vector<std::byte> bytes;
    std::vector<std::string> notices;  // URC lines that stood inside the receive
    bool repaired = false;
  };
  /// Bytes whose header named their socket.
  struct frame {
    std::vector<std::byte> bytes;
    bool is_reply = false;  // its OK came with it
  };
  /// In data mode: the modem gave up, with the bare terminator and no line end.
  struct broken_off {};
  /// The counted receive does not add up; what was collected is dropped, lines follow.
  struct damage {};
  using event = std::variant<line, payload, frame, broken_off, damage>;

  void feed(std::span<const std::byte> bytes);
  /// What became complete, in order; nothing: more bytes (or `settle`) needed. Call until empty
  /// after each feed, so that at most one partial line or receive is held.
  [[nodiscard]] std::optional<event> next();

  /// The line just returned was the header of `bytes` payload bytes: nothing of them is
  /// interpreted. At most modem_limits::counted_bytes_max.
  void count(std::size_t bytes);
  /// The same of a header that names its socket; nothing may stand inside.
  void count_frame(std::size_t bytes, bool may_be_reply);
  [[nodiscard]] bool counting() const noexcept { return counted_.has_value(); }
  /// In data mode the modem may write `terminator` out of line; empty: not in data mode.
  void watch(std::string_view terminator) { watched_ = terminator; }
  /// A counted receive is complete unless more bytes come within modem_limits::counted_quiet; call
  /// `settle`, then `next`, when that has passed.
  [[nodiscard]] bool wants_quiet() const noexcept { return wants_quiet_; }
  void settle() noexcept { settled_ = true; }

  /// Forgets everything held.
  void reset();
  /// Input longer than modem_limits::line_bytes_max, dropped to the next line end.
  [[nodiscard]] std::uint64_t lines_dropped() const noexcept { return lines_dropped_; }

private:
  [[nodiscard]] std::optional<event> next_line();
  [[nodiscard]] std::optional<event> next_counted();
  [[nodiscard]] std::optional<event> next_frame();
  [[nodiscard]] bool takes_watched();
  void drop_front(std::size_t bytes);

  std::string held_;
  std::size_t searched_ = 0;  // no LF before here
  bool discarding_ = false;
  std::optional<std::size_t> counted_;
  bool as_frame_ = false;
  bool may_be_reply_ = false;
  std::string watched_;
  bool wants_quiet_ = false;
  bool settled_ = false;
  std::uint64_t lines_dropped_ = 0;
};

}  // namespace cellsock::at
