// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Switches one socket between data that comes by itself and data that is fetched, with notices of
/// it.
class push_job final : public job {
public:
  push_job(engine_core& core, socket_id id) : job(id), core_(core), id_(id) {}
  void start() override;
  void abandon(const failure&) override { finish(); }

private:
  void run(dialect::intent what, std::function<void(modem_socket&, bool)> next);

  engine_core& core_;
  socket_id id_;
};

}  // namespace cellsock
