// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Takes the line to another rate by the dialect's means, and back when the modem is not heard
/// there (docs/at_dialects.md §2).
class rate_job final : public job {
public:
  rate_job(engine_core& core, unsigned baud) : core_(core), wanted_(baud), before_(core.rate) {}
  void start() override;
  void abandon(const failure&) override { finish(); }

private:
  void change(unsigned baud);
  void probe();
  void probed(const at::reply& reply);

  engine_core& core_;
  unsigned wanted_;
  unsigned before_;
  int probes_ = 0;
};

}  // namespace cellsock
