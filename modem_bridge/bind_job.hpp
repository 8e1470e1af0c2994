// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Opens the modem's socket on a local port: a given one, or for 0 one that is free.
class bind_job final : public job {
public:
  bind_job(engine_core& core, ticket t, socket_id id, std::uint16_t port)
      : job(id), core_(core), ticket_(t), id_(id), port_(port) {}

  void start() override;
  void abandon(const failure& why) override;
  [[nodiscard]] bool needs_handle() const override { return true; }

private:
  void attempt();
  void ended(const status& how);
  [[nodiscard]] std::uint16_t free_port(const modem_socket& entry);
  void report(const failure& why);

  engine_core& core_;
  ticket ticket_;
  socket_id id_;
  std::uint16_t port_;
  unsigned attempts_ = 0;
};

/// The nth port to try for a request: 49152 to 65535 (RFC 6335 §6), the same for the same request,
/// so that a run can be repeated.
[[nodiscard]] std::uint16_t ephemeral_port(ticket t, unsigned nth) noexcept;

}  // namespace cellsock
