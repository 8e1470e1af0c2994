// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>

#include "modem_bridge/bring_up.hpp"
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// What the rows read and write: the engine's own facts, and what is configured.
[[nodiscard]] bring_up_context context_of(engine_core& core, cid context = {});

/// Works through bring-up rows (docs/at_dialects.md §11), closing sockets an earlier owner left.
class network_job final : public job {
public:
  enum class abandoned : std::uint8_t { unsaid, told };
  /// `ended` is told how it went, once; after `abandon` only if `told`. `context`: which packet
  /// network the rows are about.
  network_job(engine_core& core, std::span<const bring_up_step> steps,
              std::function<void(const status&)> ended, cid context = {},
              abandoned then = abandoned::unsaid);
  void start() override;
  void abandon(const failure& why) override { then_ == abandoned::told ? end(why) : finish(); }

private:
  void next();
  void replied(const bring_up_step& step, const at::reply& reply);
  void close_stale();
  void end(const status& how);
  [[nodiscard]] failure refused_pdn(const at::reply& reply) const;
  [[nodiscard]] at::command command_for(const bring_up_step& step) const;

  engine_core& core_;
  std::span<const bring_up_step> steps_;
  std::size_t at_ = 0;
  bring_up_context context_;
  std::function<void(const status&)> ended_;
  abandoned then_;
};

}  // namespace cellsock
