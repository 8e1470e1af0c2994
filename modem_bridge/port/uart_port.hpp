// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/port/port_uri.hpp"
#include "modem_bridge/port/stream_port.hpp"

namespace cellsock {

/// A modem behind a tty or pty. The path is looked up at each `open`, so a name of
/// /dev/serial/by-id finds its device again wherever it comes back.
class uart_port final : public stream_port {
public:
  uart_port(asio::io_context& loop, serial_uri where);

  void set_baud(unsigned baud) override;
  void set_dtr(bool asserted) override;
  [[nodiscard]] std::optional<modem_lines> lines() const override;

protected:
  void start(const std::shared_ptr<stream_session>& session) override;

private:
  serial_uri where_;
};

}  // namespace cellsock
