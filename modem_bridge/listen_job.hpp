// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Turns a bound stream into a listener, and asks to be told of connections.
class listen_job final : public job {
public:
  listen_job(engine_core& core, ticket t, socket_id id)
      : job(id), core_(core), ticket_(t), id_(id) {}

  void start() override;
  void abandon(const failure& why) override { report(why); }
  void socket_gone(const failure& why) override { gone_ = why; }

private:
  void ask_for_notices();
  void done();
  [[nodiscard]] bool lost();
  void report(const failure& why);

  engine_core& core_;
  ticket ticket_;
  socket_id id_;
  std::optional<failure> gone_ = {};
};

}  // namespace cellsock
