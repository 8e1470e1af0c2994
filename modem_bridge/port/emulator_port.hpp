// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/port/child.hpp"
#include "modem_bridge/port/port_uri.hpp"
#include "modem_bridge/port/stream_port.hpp"

namespace cellsock {

/// A modem that is not there: nrf91-emulator as a child process, at the other end of a socket pair.
/// One process per `open`; it ends with the port, and with the daemon, whose end of the pair it
/// sees closed.
class emulator_port final : public stream_port {
public:
  using listener = std::function<void(std::string_view line)>;
  /// `said` hears what the child writes; may be empty.
  emulator_port(asio::io_context& loop, emulator_uri what, listener said,
                std::string program = "nrf91-emulator");
  ~emulator_port() override;
  void close() noexcept override;

protected:
  void start(const std::shared_ptr<stream_session>& session) override;

private:
  void end_child() noexcept;
  emulator_uri what_;
  listener said_;
  const std::string program_;
  std::shared_ptr<child> child_;
};

}  // namespace cellsock
