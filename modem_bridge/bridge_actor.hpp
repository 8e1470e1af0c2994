// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "actors/interfaces.hpp"
#include "modem_bridge/engine.hpp"
#include "modem_bridge/port/port.hpp"

namespace cellsock {

struct bridge_seed {
  engine_config config = {};
  port_ptr line = {};
  supervisor_handle supervisor = {};
  std::function<void(const trace_event&)> trace = {};  // may be empty
  /// What the modem says of itself and its network without being asked; may be empty.
  std::function<void(std::string_view)> notice = {};
};

/// The shell around the AT engine: routes intents in and outcomes out, feeds it time and bytes, and
/// opens the port again after a loss. No protocol knowledge here.
class bridge_actor final : public bridge_handle::base {
public:
  bridge_actor(caf::actor_config& config, bridge_seed seed);
  ~bridge_actor() override;
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  class port_facts;
  using promise = std::variant<
      caf::typed_response_promise<msg::socket_connected>,
      caf::typed_response_promise<msg::socket_bound>,
      caf::typed_response_promise<msg::socket_listening>,
      caf::typed_response_promise<msg::socket_accepted>,
      caf::typed_response_promise<msg::option_set>, caf::typed_response_promise<msg::option_value>,
      caf::typed_response_promise<msg::socket_closed>,
      caf::typed_response_promise<msg::name_resolved>,
      caf::typed_response_promise<msg::at_answered>, caf::typed_response_promise<msg::order_done>,
      caf::typed_response_promise<msg::bridge_stopped>>;

  template <class Reply>
  caf::typed_response_promise<Reply> pend(ticket t);
  [[nodiscard]] ticket next_ticket() { return ticket{++last_ticket_}; }
  [[nodiscard]] time_point now() { return clock().now(); }

  /// After every call of the engine: bytes out, outcomes out, timer set.
  void settle();
  void handle(engine_outcome& happened);
  void rearm();
  void open_port();
  void reopen_later();
  [[nodiscard]] msg::link_rules rules() const;
  [[nodiscard]] link_status status() const;
  void report_link();
  template <class Message>
  void tell(socket_id id, Message message);
  template <class Reply>
  void deliver(ticket t, Reply reply);
  void option_done(const outcome::option_done& o);
  [[nodiscard]] msg::interfaces interfaces() const;
  void fail_ticket(ticket t, const failure& why);

  engine engine_;
  port_ptr line_;
  supervisor_handle supervisor_;
  std::function<void(const trace_event&)> trace_;
  std::function<void(std::string_view)> notice_;
  std::unique_ptr<port_facts> facts_;
  std::map<socket_id, carried_handle> sockets_;
  std::map<ticket, promise> pending_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t generation_ = 0;
  std::optional<time_point> armed_for_;
  std::optional<time_point> reopen_at_;
  std::chrono::milliseconds backoff_;
  bool stopping_ = false;
};

}  // namespace cellsock
