// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "actors/interfaces.hpp"
#include "stack/datagram_queue.hpp"
#include "stack/dns/lookup.hpp"

namespace cellsock {

/// The next number for a socket of this link.
using socket_ids = std::function<socket_id()>;

struct resolver_seed {
  std::string link = {};
  pdn_id pdn{};
  carrier_handle bridge = {};
  socket_ids ids = {};
  std::uint16_t port = dns::limits::server_port;
  dns::lookup::randomness random = {};
};

/// Names through one network: at most one datagram socket of its link, opened at the first question
/// (another one when the next server is of the other family), and given up when told. What is
/// asked, and whom is believed, is dns::lookup's.
class resolver_actor final : public resolver_handle::base {
public:
  resolver_actor(caf::actor_config& config, resolver_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using ticket = std::uint64_t;
  struct asking {
    dns::lookup machine;
    caf::typed_response_promise<msg::looked_up> promise;
  };
  struct outgoing {
    ticket whose = 0;
    dns::lookup::query query;
  };
  struct open_socket {
    socket_id id{};
    ip_family family = ip_family::v4;
  };

  caf::result<msg::looked_up> look_up(const msg::look_up& m);
  void settle();
  void conclude(asking& whose);
  void offer_next();
  void give();
  void left();
  void dropped(const failure& why);
  void hear(const msg::received& m);
  void refuse(const msg::received& m, std::string_view why);
  void fail_all(const failure& why);
  void close();
  void rearm();

  resolver_seed seed_;
  std::map<ticket, asking> asking_;
  ticket last_ticket_ = 0;
  datagram_queue<outgoing> outgoing_;
  std::optional<open_socket> socket_;
  bool offered_ = false;
  std::optional<outgoing> out_;  // with the bridge
  std::uint64_t refused_ = 0;
  std::optional<std::chrono::steady_clock::time_point> armed_for_;
  std::uint64_t generation_ = 0;
};

}  // namespace cellsock
