// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Opens the modem's socket where there is none and connects it. A stream's modem socket is closed
/// again before a failure is reported.
class connect_job final : public job {
public:
  connect_job(engine_core& core, ticket t, socket_id id, const endpoint& peer,
              std::chrono::milliseconds timeout);

  void start() override;
  void abandon(const failure& why) override;
  void socket_gone(const failure& why) override { gone_ = why; }
  [[nodiscard]] bool needs_handle() const override;

private:
  [[nodiscard]] bool lost();
  void limit_connect();
  void do_connect();
  void connected(const at::reply& reply);
  void restore_limit();
  void give_up(const failure& why);
  void report(const failure& why);

  engine_core& core_;
  ticket ticket_;
  socket_id id_;
  endpoint peer_;
  std::chrono::seconds limit_;
  std::optional<failure> gone_;
};

/// The modem's whole seconds for a program's timeout: rounded up, within the modem's and our
/// bounds.
[[nodiscard]] std::chrono::seconds connect_limit(std::chrono::milliseconds timeout);
/// What an ERROR means that came this long after the command had left.
[[nodiscard]] errc connect_failure(std::chrono::nanoseconds after, std::chrono::seconds limit);

}  // namespace cellsock
