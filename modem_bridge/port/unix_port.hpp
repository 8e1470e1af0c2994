// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/port/port_uri.hpp"
#include "modem_bridge/port/stream_port.hpp"

namespace cellsock {

/// A modem behind a Unix stream socket that somebody listens on (an emulator, a serial server).
class unix_port final : public stream_port {
public:
  unix_port(asio::io_context& loop, unix_uri where);

protected:
  void start(const std::shared_ptr<stream_session>& session) override;

private:
  unix_uri where_;
};

}  // namespace cellsock
