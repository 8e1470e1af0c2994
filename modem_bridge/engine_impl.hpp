// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <memory>
#include <optional>

#include "modem_bridge/dialect/detect.hpp"
#include "modem_bridge/engine.hpp"
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"
#include "modem_bridge/link_machine.hpp"
#include "modem_bridge/scheduler.hpp"
#include "modem_bridge/secrets.hpp"

namespace cellsock {

class send_job;
class datagram_job;

/// The engine's inside: who gets the channel, and what the link's state means. What happens on the
/// channel is in the jobs.
struct engine::impl {
  explicit impl(engine_config config) : core(std::move(config)) {}

  // ---- engine_impl.cpp: the channel ----
  /// Works off everything that is possible now. At the end of each call of the engine.
  void pump();
  void take_events();
  void on_reply(const at::reply& reply);
  void start_next_job();
  [[nodiscard]] job_ptr choose_job();
  [[nodiscard]] job_ptr payload_job();
  void listen_for_answer();
  void begin(job_ptr next);
  void end_job_if_finished();
  void abandon_active(const failure& why);
  void queue(job_ptr next);
  void update_turns(const modem_socket& entry);
  void update_all_turns();

  // ---- engine_link.cpp: the link ----
  void on_event(link_event event);
  void trouble(const failure& why);
  /// Nothing can be asked of the modem for now, whatever the state says; and the end of that.
  void out_of_step(const std::string& why);
  void in_step();
  [[nodiscard]] job_ptr bring_up();
  [[nodiscard]] job_ptr refresh();
  void bring_up_over(const result<done>& how);
  void network_known();
  void address_known(cid context, ip_family family, std::optional<ip_address>& own);
  void on_unsolicited(const at::command_queue::unsolicited& line);
  void on_socket_event(std::string_view fields);
  void on_send_notice(std::string_view fields);
  void modem_restarted(const std::string& why);
  void give_up_port(const failure& why);
  void break_all(const failure& why);
  void fail_everything(const failure& why);
  void copy_facts();
  void refresh_within(std::chrono::milliseconds when);
  [[nodiscard]] std::optional<time_point> liveness_at() const;
  [[nodiscard]] std::optional<time_point> poll_at() const;
  [[nodiscard]] std::vector<modem_handle> to_poll() const;
  [[nodiscard]] job_ptr liveness();
  void refresh_if_old();

  // ---- engine_pdn.cpp: packet data networks ----
  /// Empty: this socket may use its packet network, now or when what is queued before it is done.
  [[nodiscard]] std::optional<failure> prepare(const modem_socket& entry);
  [[nodiscard]] bool may_activate() const;
  [[nodiscard]] job_ptr activation(pdn_entry& pdn);
  void activated(cid context, const result<done>& how);
  [[nodiscard]] job_ptr release(pdn_entry& pdn);
  [[nodiscard]] job_ptr pdn_job();
  [[nodiscard]] std::optional<time_point> pdn_at() const;
  void count_pdn_users();
  void packet_news_came(const packet_news& news, std::string_view text);
  void look(cid context);
  /// Without a context: all of them.
  void pdn_lost(std::optional<cid> context, const std::string& why);
  void break_pdn(cid context, const failure& why);
  void compare_pdns();
  void refusal_told(std::string_view fields);
  void forget_pdns();
  [[nodiscard]] std::vector<pdn_status> pdn_states() const;

  // ---- engine_orders.cpp ----
  void radio_switched(radio_mode mode);
  void settle_orders();

  // ---- engine_detection.cpp: who answers, and is the line in step ----
  void begin_detection();
  void begin_resync(const std::string& why, bool counted = false);
  void drive_detection();
  void detection_over();
  [[nodiscard]] std::vector<const dialect::table*> spoken_here() const;
  [[nodiscard]] std::vector<unsigned> other_rates() const;

  // ---- engine_push.cpp: data that comes by itself ----
  void on_pushed(at::command_queue::pushed& push);
  void on_push_damaged(std::optional<modem_handle> handle);
  [[nodiscard]] std::optional<socket_id> to_switch() const;
  void hand_out(modem_socket& entry);
  void hand_out_all();

  // ---- time ----
  [[nodiscard]] std::optional<time_point> deadline() const;
  void expire();

  engine_core core;
  scheduler turns;
  std::optional<turn> turn_taken;          // what the active job is
  std::optional<time_point> listen_until;  // until then only what is small is begun
  dialect::detector detector;
  bool detecting = false;
  bool resyncing = false;
  bool doubted = false;  // that it is none of ours was heard once
  std::string known_terminator = "\r\n";
  std::deque<job_ptr> waiting;  // in order of arrival
  job_ptr active;
  send_job* asked_stream = nullptr;  // the active job, while it waits for its chunk
  datagram_job* asked_datagram = nullptr;
  bool port_open = false;
  bool stopped = false;  // nothing is started any more
  bool verify_due = false;
  int bring_up_tries = 0;
  struct own_addresses {
    std::optional<ip_address> v4, v6;
  };
  std::array<own_addresses, contexts_max> bound_to = {};  // what open sockets are bound to
  struct pdn_order {
    ticket t;
    cid context;
    bool up;
  };
  std::vector<pdn_order> orders;  // not carried out yet
  registration told_network = registration::unknown;
  bool refresh_due = false;
  std::optional<time_point> refresh_at;
  std::optional<time_point> refresh_full_at;
  bool probe_due = false;  // liveness
  bool rate_due = false;
  std::size_t idle_turn = 0;
  std::optional<time_point> hand_out_at;
};

}  // namespace cellsock
