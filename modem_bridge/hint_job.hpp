// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"
#include "stack/rai/hint.hpp"

namespace cellsock {

/// Empty: there is nothing to tell.
[[nodiscard]] std::optional<dialect::intent> intent_of(rai_hint hint) noexcept;

/// Within a job that holds the channel: tells the modem, through socket `id`, what its next payload
/// is, then goes on whatever the modem answers. A refusal is reported, and costs the payload
/// nothing.
void tell_hint(engine_core& core, socket_id id, rai_hint hint, std::function<void()> next);

/// A hint by itself. Without a socket that is open in the modem it takes one that is opened, and
/// given a peer that nothing is sent to, for it.
class hint_job final : public job {
public:
  hint_job(engine_core& core, ticket t, std::optional<socket_id> through, rai_hint hint)
      : job(through), core_(core), ticket_(t), hint_(hint) {}

  void start() override;
  void abandon(const failure& why) override;
  [[nodiscard]] bool needs_handle() const override { return !handle(); }

private:
  [[nodiscard]] std::optional<modem_handle> handle() const;
  void borrow();
  void give_peer();
  void tell(modem_handle through);
  void end(engine_outcome how);

  engine_core& core_;
  ticket ticket_;
  rai_hint hint_;
  std::optional<modem_handle> borrowed_ = {};  // to be closed again
};

}  // namespace cellsock
