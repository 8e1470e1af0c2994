// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// One socket's turn to receive: one counted read.
class receive_job final : public job {
public:
  receive_job(engine_core& core, socket_id id);

  void start() override;
  void abandon(const failure& why) override;
  void socket_gone(const failure&) override { gone_ = true; }

private:
  void replied(const at::reply& reply);
  void got(modem_socket& entry, const at::reply& reply);
  void got_nothing(modem_socket& entry, const at::reply& reply);
  void found_nothing(modem_socket& entry);
  void arm(const modem_socket& entry);
  void later(modem_socket& entry);
  void confirm_end(modem_socket& entry);
  [[nodiscard]] static dialect::intent verb(const modem_socket& entry);
  void over(errc cause, const std::string& detail);

  engine_core& core_;
  socket_id id_;
  bool gone_ = false;
  bool confirming_ = false;  // the end of a stream, after a poll spoke of it
  readable why_ = readable::no;
};

}  // namespace cellsock
