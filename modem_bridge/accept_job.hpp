// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Takes one waiting connection of a listener for a socket of ours.
class accept_job final : public job {
public:
  accept_job(engine_core& core, ticket t, socket_id listener, socket_id child)
      : job(listener), core_(core), ticket_(t), listener_(listener), child_(child) {}

  void start() override;
  void abandon(const failure& why) override { report(why); }
  void socket_gone(const failure& why) override { gone_ = why; }
  [[nodiscard]] bool needs_handle() const override { return true; }

private:
  void answered(const at::reply& reply);
  void report(const failure& why);

  engine_core& core_;
  ticket ticket_;
  socket_id listener_;
  socket_id child_;
  std::optional<failure> gone_ = {};
};

}  // namespace cellsock
