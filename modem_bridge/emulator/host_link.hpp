// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "modem_bridge/emulator/pty.hpp"
#include "stack/result.hpp"

namespace cellsock::emulator {

/// Where the host's end of the UART is: a pseudo terminal, the one connection of a listening
/// socket, or a stream socket that was inherited. One host at a time; the next one finds the modem
/// as the last one left it.
class host_link {
public:
  static result<std::unique_ptr<host_link>> open_pty(asio::io_context& loop, unsigned baud);
  /// `unix:PATH` or `tcp:ADDRESS:PORT`; port 0 takes a free one.
  static result<std::unique_ptr<host_link>> listen(asio::io_context& loop, std::string_view where);
  /// Takes the descriptor over.
  static result<std::unique_ptr<host_link>> adopt(asio::io_context& loop, int descriptor);
  ~host_link();
  host_link(const host_link&) = delete;
  host_link& operator=(const host_link&) = delete;

  /// How a host reaches it, for the `ready` line.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] bool is_pty() const { return terminal_.has_value(); }
  /// The host's descriptor on this side, non-blocking; -1: nobody is there.
  [[nodiscard]] int descriptor() const;
  /// Valid while `descriptor` is.
  [[nodiscard]] asio::posix::stream_descriptor& stream() { return *stream_; }
  /// What the host's UART is set to; 0: it cannot be known.
  [[nodiscard]] unsigned host_baud() const;

  /// A host came.
  std::function<void()> on_host = [] {};
  /// No host will ever come again.
  std::function<void()> on_over = [] {};
  /// Reading or writing told that the host is gone.
  void host_left();

private:
  explicit host_link(asio::io_context& loop) : loop_(loop) {}
  void attach(int descriptor);
  void await_host();

  asio::io_context& loop_;
  std::string address_;
  std::string unlink_path_;
  std::optional<pty> terminal_;
  std::optional<asio::posix::stream_descriptor> listener_;
  std::optional<asio::posix::stream_descriptor> stream_;
};

}  // namespace cellsock::emulator
