// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/port/stream_session.hpp"

namespace cellsock {

/// What all ports over a descriptor have in common; each says how its descriptor comes to be.
class stream_port : public port {
public:
  ~stream_port() override { close_session(); }
  void open(port_events& owner) final;
  void write(std::span<const std::byte> bytes) final;
  [[nodiscard]] std::size_t queued_bytes() const noexcept final;
  void close() noexcept override { close_session(); }
  [[nodiscard]] unsigned baud() const noexcept override { return baud_; }
  void set_baud(unsigned baud) override { baud_ = baud; }  // no line of its own
  void set_dtr(bool) override {}
  [[nodiscard]] std::optional<modem_lines> lines() const override { return std::nullopt; }

protected:
  /// The context must outlive the port.
  stream_port(asio::io_context& loop, std::string name, unsigned baud)
      : loop_(loop), name_(std::move(name)), first_baud_(baud), baud_(baud) {}
  /// Has to end in `begin` or `refuse` of the session; what goes on meanwhile holds the session,
  /// not the port, and stops when it is not `alive` any more.
  virtual void start(const std::shared_ptr<stream_session>& session) = 0;
  [[nodiscard]] stream_session* open_session() const noexcept {
    return session_ && session_->alive() && session_->begun() ? session_.get() : nullptr;
  }

  asio::io_context& loop_;
  const std::string name_;  // stands in front of every failure

private:
  void close_session() noexcept;

  const unsigned first_baud_;
  unsigned baud_;
  std::shared_ptr<stream_session> session_;
};

}  // namespace cellsock
