// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/port/port_uri.hpp"
#include "modem_bridge/port/stream_port.hpp"

namespace cellsock {

/// A modem behind a serial server (ser2net and its like, in raw mode). A connection that is lost is
/// the bridge's to make again.
class tcp_port final : public stream_port {
public:
  tcp_port(asio::io_context& loop, tcp_uri where);

protected:
  void start(const std::shared_ptr<stream_session>& session) override;

private:
  tcp_uri where_;
};

}  // namespace cellsock
