// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stack/link_status.hpp"

/// DTR, RI and CTS of a modem that is not there. A pty or socket pair has none, so they travel on
/// the emulator's control socket: `watch`, then `lines dtr=0|1` to it and one object a line from
/// it.
namespace cellsock {

/// The levels in one line of the emulator; nothing if the line is about something else. Pure.
[[nodiscard]] std::optional<modem_lines> parse_lines(std::string_view object);

class emulator_lines : public std::enable_shared_from_this<emulator_lines> {
public:
  using listener = std::function<void(const modem_lines&)>;
  /// Connects and asserts DTR. `changed` hears each change; the first is the state itself. An
  /// emulator that only starts is waited for; where there is none, there are no lines.
  [[nodiscard]] static std::shared_ptr<emulator_lines> open(asio::io_context& loop,
                                                            const std::string& path,
                                                            listener changed);
  ~emulator_lines();
  emulator_lines(const emulator_lines&) = delete;
  emulator_lines& operator=(const emulator_lines&) = delete;

  void set_dtr(bool asserted);
  [[nodiscard]] const std::optional<modem_lines>& now() const noexcept;
  /// Hears and says nothing more.
  void close() noexcept;

private:
  struct state;
  explicit emulator_lines(std::unique_ptr<state> made);
  void connect();
  void read();
  void heard(std::string_view line);
  std::unique_ptr<state> state_;
};

}  // namespace cellsock
