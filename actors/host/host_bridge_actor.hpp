// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <unordered_map>

#include "actors/host/deadlines.hpp"
#include "actors/host/host_messages.hpp"
#include "actors/host/host_resolver.hpp"
#include "actors/host/host_socket.hpp"

namespace cellsock::host {

struct host_bridge_seed {
  std::vector<std::string> interfaces = {};  // by PDN; none or empty: the kernel's routes decide
  supervisor_handle supervisor = {};
  host_resolver::lookup look_up = {};  // empty: the system's resolver
};

/// The gateway's own network as a link: keeps the contract of a bridge over kernel sockets. Each
/// does its own I/O (host_socket); here are their names, the answers that are due, and the names
/// being looked up.
class host_bridge_actor final : public host_bridge_handle::base {
public:
  host_bridge_actor(caf::actor_config& config, host_bridge_seed seed, const reactor& loop);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct held {
    std::shared_ptr<host_socket> socket;
    caf::typed_response_promise<msg::socket_connected> connecting = {};
    bool connect_due = false;
    std::int64_t pdn = 0;
  };
  using ticket = std::uint64_t;
  struct flush {
    socket_id id{};
    caf::typed_response_promise<msg::socket_flushed> promise = {};
    std::chrono::steady_clock::time_point until = {};
    std::chrono::milliseconds pace{1};
  };

  [[nodiscard]] host_socket* find(socket_id id);
  [[nodiscard]] std::shared_ptr<host_socket> make_socket(socket_id id, ip_family family,
                                                         transport kind, carried_handle owner);
  void declare(msg::declare_socket& m);
  caf::result<msg::socket_connected> connect(const msg::connect_socket& m);
  void connect_ended(socket_id id);
  void answer_connect(held& whose, socket_id id, const result<bool>& how);
  void release(socket_id id);
  caf::result<msg::socket_accepted> accept(const msg::accept_socket& m);
  [[nodiscard]] result<std::string> interface_of(std::int64_t pdn) const;
  [[nodiscard]] status set_option(const msg::set_link_option& m);
  [[nodiscard]] result<std::int64_t> get_option(const msg::get_link_option& m);
  caf::result<msg::socket_flushed> begin_flush(const msg::flush_socket& m);
  void check_flush(ticket t);
  [[nodiscard]] msg::interfaces interfaces() const;
  caf::result<msg::name_resolved> resolve(msg::resolve_name& m);
  void lookup_ended(msg::lookup_ended& m);
  void expire();
  void rearm();
  [[nodiscard]] link_status link_now() const;
  void report_link();
  void let_go();

  host_bridge_seed seed_;
  const reactor& loop_;
  std::unordered_map<socket_id, held> sockets_;
  std::unique_ptr<host_resolver> resolver_;
  std::map<ticket, caf::typed_response_promise<msg::name_resolved>> lookups_;
  ticket last_ticket_ = 0;
  deadlines<socket_id> connects_;
  deadlines<ticket> names_;
  std::map<ticket, flush> flushes_;
  deadlines<ticket> flush_checks_;
  std::optional<std::chrono::steady_clock::time_point> armed_for_;
  std::uint64_t generation_ = 0;
  bool stopped_ = false;
};

}  // namespace cellsock::host
