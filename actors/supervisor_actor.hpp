// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <unordered_map>

#include "actors/channel.hpp"
#include "actors/names_actor.hpp"
#include "actors/radio_desk.hpp"
#include "actors/secure_kit.hpp"
#include "stack/admission.hpp"
#include "stack/limits.hpp"

namespace cellsock {

struct supervisor_seed {
  std::string name = "modem0";
  std::string uri = {};
  bridge_factory make_bridge = {};
  gateway_handle directory = {};  // where sockets are found by cookie
  std::size_t sockets_per_uid_max = limits::sockets_per_uid_max;
  std::size_t sockets_max = limits::sockets_max;
  std::string warning = {};  // of the port, for people; empty: none
  // Socket ids are unique over all links: each counts from its own, in steps of their number.
  std::uint32_t first_id = 1;
  std::uint32_t links = 1;
  link_kind kind = link_kind::modem;
  std::uint16_t name_server_port = dns::limits::server_port;  // tests have another
  bool rai_automatic = true;                 // hints that programs do not give are guessed
  std::set<std::string> rai_unguessed = {};  // but not for these programs
  secure_kit kit = {};                       // without a keeper there are no secure sockets
};

/// One link's supervisor: makes and buries socket actors, decides admission (the modem has 7 or 8
/// sockets), and starts the bridge again when it dies. A crashed socket actor costs one socket; a
/// crashed bridge costs the modem's sockets, never the daemon.
class supervisor_actor final : public supervisor_handle::base {
public:
  supervisor_actor(caf::actor_config& config, supervisor_seed seed, const reactor& loop);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct child {
    socket_id id{};
    socket_handle actor;
    socket_cookie cookie{};
    msg::socket_shape shape;
    msg::owner who;
    bool unused = false;  // made for a connection that its listener has not got yet
  };
  using report_promise = caf::typed_response_promise<msg::link_report>;
  struct report_in_progress;

  caf::result<msg::socket_created> create(const msg::create_socket& m);
  [[nodiscard]] layer_handle layer_for(socket_id id, const msg::socket_shape& shape);
  [[nodiscard]] stream_rules streams_of(const msg::socket_shape& shape) const;
  [[nodiscard]] datagram_rules datagrams_of(const msg::socket_shape& shape) const;
  caf::result<msg::socket_adopted> adopt(const msg::adopt_socket& m);
  /// Why there is no room for one more of this owner, apart from the modem's own table.
  [[nodiscard]] failure refusal(const msg::owner& who) const;
  [[nodiscard]] bool full() const;
  report_promise report();
  void start_bridge();
  void start_names();
  void names_down(const caf::error& reason);
  void tell_names();
  void down(const caf::down_msg& m);
  void bridge_down(const failure& why);
  void link_changed(const msg::link_changed& m);
  void say_network(const link_status& now) const;
  void say_lines(const modem_lines& lines) const;
  [[nodiscard]] radio_desk::seed desk();
  void finish_stop();
  [[nodiscard]] const datagram_rules& rules_of(ip_family family) const;
  void add(child made, bool holds);
  /// Null if it is not one of ours.
  child* find(socket_id id);
  void remove(const caf::actor_addr& address);
  [[nodiscard]] failure exhausted() const;

  supervisor_seed seed_;
  const reactor& loop_;
  bridge_handle bridge_;
  link_status link_;
  msg::link_rules rules_;
  names_handle names_;
  msg::names_link names_told_;
  std::map<caf::actor_addr, child> children_;
  std::unordered_map<socket_id, caf::actor_addr> by_id_;
  /// Those beyond the modem's sockets hold none: their programs may choose another modem yet.
  admission admitted_;
  socket_ids ids_;
  radio_desk radio_;
  std::uint64_t radio_generation_ = 0;
  std::uint32_t restarts_ = 0;
  std::chrono::milliseconds backoff_;
  std::uint64_t generation_ = 0;
  bool stopping_ = false;
  bool bridge_stopping_ = false;
  caf::typed_response_promise<msg::stopped> stop_promise_;
};

}  // namespace cellsock
