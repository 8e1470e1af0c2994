// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Asks a modem that tells nothing by itself which sockets have news.
class poll_job final : public job {
public:
  poll_job(engine_core& core, std::vector<modem_handle> handles)
      : core_(core), handles_(std::move(handles)) {}
  void start() override {
    core_.pace.asked(core_.now());
    core_.poll(handles_, [this](const at::reply&) { finish(); });
  }
  void abandon(const failure&) override { finish(); }

private:
  engine_core& core_;
  std::vector<modem_handle> handles_;
};

}  // namespace cellsock
