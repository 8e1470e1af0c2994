// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/io_context.hpp>
#include <memory>

#include "modem_bridge/port/port.hpp"
#include "modem_bridge/port/port_uri.hpp"

namespace cellsock {

/// A modem behind a tty or pty. Loop thread only.
class uart_port final : public port {
public:
  /// The context must outlive the port.
  uart_port(asio::io_context& loop, serial_uri where);
  ~uart_port() override;

  void open(port_events& owner) override;
  void write(std::span<const std::byte> bytes) override;
  [[nodiscard]] std::size_t queued_bytes() const noexcept override;
  void close() noexcept override;
  void set_baud(unsigned baud) override;
  [[nodiscard]] unsigned baud() const noexcept override;

private:
  struct session;
  asio::io_context& loop_;
  serial_uri where_;
  std::shared_ptr<session> session_;
};

}  // namespace cellsock
