// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "modem_bridge/port/port.hpp"

namespace cellsock {

/// One opening of a port whose bytes go through a descriptor: tty, socket or pipe. Outlives its
/// port only until the reactor has let go of its handlers, and then has no owner to tell.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  /// `name` stands in front of every failure.
  stream_session(asio::io_context& loop, port_events& owner, std::string name);

  // ---- the port, while it opens ----
  /// Owns the descriptor from now on, whatever it returns.
  [[nodiscard]] status take(int descriptor);
  /// port_opened, then bytes. Told later, so a port may call it from its own `open`.
  void begin();
  /// port_closed, later.
  void refuse(failure why);
  [[nodiscard]] bool alive() const noexcept { return owner_ != nullptr; }
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] int descriptor();
  [[nodiscard]] asio::io_context& loop() noexcept { return loop_; }

  /// Just before the descriptor is closed.
  std::function<void(int descriptor)> before_close = {};
  /// In place of the session's own words when the descriptor fails; has to end in `fail_now`.
  std::function<void(const std::error_code&)> on_broken = {};

  // ---- the port, as its owner asks ----
  void write(std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t queued_bytes() const noexcept;
  void end() noexcept;

  // ---- from handlers of the loop ----
  void fail_now(const failure& why);
  void tell_lines(const modem_lines& lines);

private:
  void read();
  void write_next();
  void broken(const std::error_code& error);

  asio::io_context& loop_;
  port_events* owner_;
  std::string name_;
  asio::posix::stream_descriptor stream_;
  /// One read: two counted receives, so that a burst costs few wake-ups.
  std::array<std::byte, 4096> incoming_{};
  // Not touched while a write is under way; what comes meanwhile waits in `next_`.
  std::vector<std::byte> outgoing_;
  std::vector<std::byte> next_;
  std::size_t taken_ = 0;
  bool writing_ = false;
  bool begun_ = false;
};

}  // namespace cellsock
