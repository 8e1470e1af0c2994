// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// Closes one of our sockets in the modem and forgets it.
class close_job final : public job {
public:
  close_job(engine_core& core, ticket t, socket_id id)
      : job(id), core_(core), ticket_(t), id_(id) {}
  void start() override;
  void abandon(const failure& why) override;
  [[nodiscard]] bool frees_handle() const override { return true; }

private:
  void report();

  engine_core& core_;
  ticket ticket_;
  socket_id id_;
};

/// Closes a handle that is nobody's any more.
class orphan_job final : public job {
public:
  orphan_job(engine_core& core, modem_handle handle) : core_(core), handle_(handle) {}
  void start() override;
  void abandon(const failure&) override { finish(); }

private:
  engine_core& core_;
  modem_handle handle_;
};

/// Ends everything: no more notices, no open sockets.
class stop_job final : public job {
public:
  stop_job(engine_core& core, ticket t) : core_(core), ticket_(t) {}
  void start() override;
  void abandon(const failure& why) override;

private:
  void close_next();
  void report();

  engine_core& core_;
  ticket ticket_;
};

/// After a resync: is it still the modem that was set up, and which handles does it know? A restart
/// can go unheard (its `Ready` was counted as payload of a receive that never ended), but it takes
/// the data-mode limit back to 0. Handles of ours that the modem does not know are broken, others
/// of its are closed.
class verify_job final : public job {
public:
  verify_job(engine_core& core, std::function<void()> restarted)
      : core_(core), restarted_(std::move(restarted)) {}
  void start() override;
  void abandon(const failure&) override { finish(); }

private:
  void list(dialect::intent which, std::function<void()> next);
  void compare_sockets();
  void compare();
  void end();

  engine_core& core_;
  std::function<void()> restarted_;
};

}  // namespace cellsock
