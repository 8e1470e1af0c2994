// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/stream_port.hpp"

namespace cellsock {

void stream_port::open(port_events& owner) {
  close();
  baud_ = first_baud_;
  session_ = std::make_shared<stream_session>(loop_, owner, name_);
  start(session_);
}

void stream_port::write(std::span<const std::byte> bytes) {
  if (session_) session_->write(bytes);
}

std::size_t stream_port::queued_bytes() const noexcept {
  return session_ ? session_->queued_bytes() : 0;
}

void stream_port::close_session() noexcept {
  if (session_) session_->end();
  session_.reset();
}

}  // namespace cellsock
