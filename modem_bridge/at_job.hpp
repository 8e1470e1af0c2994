// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// A person's own command, already checked.
class at_job final : public job {
public:
  at_job(engine_core& core, ticket t, at::command command)
      : core_(core), ticket_(t), command_(std::move(command)) {}

  void start() override {
    core_.run(command_, [this](const at::reply& reply) {
      // Whatever it did, nothing known of the selection is certain any more.
      core_.selected.reset();
      // A command that sets something may have changed the network: looked at soon.
      const auto equals = command_.line.find('=');
      const bool sets = equals != std::string::npos && !command_.line.ends_with("=?");
      core_.pdn_recheck = core_.pdn_recheck || sets;
      core_.emit(outcome::at_done{ticket_, reply.lines, reply.final_line, reply.ok()});
      finish();
    });
  }
  void abandon(const failure& why) override {
    core_.emit(outcome::failed{ticket_, why});
    finish();
  }

private:
  engine_core& core_;
  ticket ticket_;
  at::command command_;
};

}  // namespace cellsock
