// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "actors/directory.hpp"
#include "actors/reactor.hpp"
#include "actors/secure_kit.hpp"

namespace cellsock {

/// The front door: adopts control connections, finds sockets by cookie, remembers why channels
/// ended. The supervisors are spawned by it, so that they and it know each other from birth.
class gateway_actor final : public gateway_handle::base {
public:
  using link_factory = std::function<link_list(caf::actor_system&, gateway_handle)>;
  gateway_actor(caf::actor_config& config, const reactor& loop, link_factory make_links,
                secure_kit kit);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void adopt(const msg::connection_made& m);
  [[nodiscard]] bool too_many(const msg::owner& who) const;
  caf::result<msg::stopped> stop();

  const reactor& loop_;
  link_factory make_links_;
  secure_kit kit_;
  link_list links_;
  directory directory_;
  struct client {
    client_handle actor;
    msg::owner who;
  };
  std::map<caf::actor_addr, client> clients_;
  msg::gateway_report counters_;
  std::uint64_t instance_;  // random per run
  bool stopping_ = false;
};

}  // namespace cellsock
