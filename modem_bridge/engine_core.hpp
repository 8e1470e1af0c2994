// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modem_bridge/at/command_queue.hpp"
#include "modem_bridge/dialect/dialect.hpp"
#include "modem_bridge/engine.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/network_facts.hpp"
#include "modem_bridge/pdn_table.hpp"
#include "modem_bridge/poll_pace.hpp"
#include "modem_bridge/push_policy.hpp"
#include "modem_bridge/segmenter.hpp"
#include "modem_bridge/sockets.hpp"

namespace cellsock {

class job;

// What a socket can be ready for, in the modem's notices as in poll(2).
inline constexpr unsigned event_in = 1;
inline constexpr unsigned event_error = 8;
inline constexpr unsigned event_hangup = 16;
inline constexpr unsigned event_invalid = 32;

/// What jobs share: the channel, the sockets, what is known of the link, and the outbox. Holds no
/// policy; the engine decides what runs when.
class engine_core {
public:
  using then = std::function<void(const at::reply&)>;

  explicit engine_core(engine_config config);

  // ---- the channel, for the job that has it ----
  /// Sends the dialect's command; `next` runs on OK and on ERROR. Anything worse ends the job by
  /// `abandon` instead.
  void run(dialect::intent what, const dialect::fields& values, then next,
           std::chrono::milliseconds extra_wait = {});
  void run(at::command command, then next, std::string_view payload = {});
  /// In data mode: the payload, what ends it (after `hold` at least, if the dialect ends it by
  /// bytes), and the wait for the modem to be back.
  void send_payload(std::span<const std::byte> payload, std::chrono::milliseconds hold, then next);
  /// Runs `next` when everything written has left the line and `pause` has passed.
  void pause(std::chrono::milliseconds pause, std::function<void()> next);

  // ---- steps shared by jobs ----
  /// Makes `handle` the current socket; `failed` when the modem does not know it.
  void select(modem_handle handle, std::function<void()> selected, std::function<void()> failed);
  /// Opens the modem's socket for one of ours, on its local port if it is to have one; it is the
  /// current one then. address_in_use: the port is taken. After a failure it is closed again.
  /// What an open calls its packet network; 0: by no name.
  [[nodiscard]] result<int> pdn_to_name(const modem_socket& entry) const;
  void open_socket(socket_id id, std::function<void(status)> next);
  /// The modem gave up in the middle of a payload: lets it go, so that it says how it ended.
  void data_mode_broken();
  /// Asks which of these sockets have news, and takes note of it.
  void poll(const std::vector<modem_handle>& handles, then next);
  /// Closes it in the modem, whatever the modem answers.
  void close_handle(modem_handle handle, std::function<void()> closed);
  /// Why a socket stopped working: asks whether the PDN is still there, because its URC may have
  /// been lost in data mode.
  void ask_why(socket_id id, errc otherwise, std::string detail, std::function<void(failure)> next);

  // ---- facts ----
  [[nodiscard]] time_point now() const noexcept { return now_; }
  void set_now(time_point now) noexcept { now_ = now; }
  /// Empty: sockets may be opened and connected.
  [[nodiscard]] std::optional<failure> not_ready() const;
  /// The same for one packet network, and for one socket: the network may give an address of the
  /// other family only.
  [[nodiscard]] std::optional<failure> not_ready(cid context) const;
  [[nodiscard]] std::optional<failure> not_ready(const modem_socket& entry) const;
  [[nodiscard]] const datagram_rules& rules_for(ip_family family) const {
    return family == ip_family::v4 ? rules : rules6;
  }
  /// The dialect or the MTU is another one.
  void renew_rules();
  /// The local port it is bound to, at the network's address for the modem.
  [[nodiscard]] std::optional<endpoint> local_of(socket_id id) const;
  /// Reports the socket dead and forgets its modem side; the handle is closed later. No-op for an
  /// unknown id.
  void break_socket(socket_id id, const failure& why);
  void emit(engine_outcome outcome) { outcomes.push_back(std::move(outcome)); }
  /// `text` (what any trace may show) and `payload` are functions: run only if they are wanted.
  template <std::invocable Text>
  void trace(trace_event::direction towards, Text text) {
    if (trace_wanted() != trace_detail::none) add_trace(towards, text(), {});
  }
  template <std::invocable Text, std::invocable Payload>
  void trace(trace_event::direction towards, Text text, Payload payload) {
    const auto detail = trace_wanted();
    if (detail == trace_detail::none) return;
    add_trace(towards, text(), detail == trace_detail::payload ? payload() : std::string());
  }
  void note(std::string_view text) {
    trace(trace_event::direction::note, [text] { return std::string(text); });
  }
  [[nodiscard]] bool can(dialect::intent what) const { return dialect::can(*spoken, what); }
  /// What the modem says of a socket: bits of poll(2). Empty: nobody's, or being closed.
  modem_socket* socket_event(modem_handle handle, unsigned events);
  /// Data for a socket is here: told, or kept while its program has no room for it.
  void deliver(modem_socket& entry, std::vector<std::byte> bytes, std::optional<endpoint> from);
  void payload_moved() {
    pace.activity();
    moved = true;
  }
  /// The line's rate is another one, here and in the modem.
  void set_rate(unsigned baud);
  void take_handle(modem_socket& entry, modem_handle handle);
  void count_handles();

  engine_config config;
  at::command_queue channel;
  const dialect::table* spoken = nullptr;  // set while the modem's dialect is known
  sockets table;
  link_status link;
  network_facts facts;
  bool pin_tried = false;             // a wrong one is not tried twice, whatever restarts
  radio_mode radio = radio_mode::on;  // as a person wants it
  /// The radio goes off and on for a setting at most so often.
  backoff cycles{modem_limits::cycle_first, modem_limits::cycle_bound};
  pdn_table pdns;
  datagram_rules rules, rules6;  // of IPv4 and IPv6 sockets
  std::optional<modem_handle> selected;
  std::optional<socket_id> working_for;  // whose command is on the channel
  push_policy shares;
  poll_pace pace;
  bool moved = false;  // payload, since the modem was last asked for a sign of life
  unsigned rate = 0;   // of the line, at present
  /// Options of the modem as a whole that were set since it started, by its numbers.
  std::map<unsigned, std::int64_t> options_set;
  bool end_hidden = false;  // this modem library reports a stream's end as no data
  bool running = false;     // the channel takes jobs
  bool stopping = false;
  bool pdn_recheck = false;  // data mode hid URCs since the network was last asked
  std::vector<engine_outcome> outcomes;
  std::deque<trace_event> traced;
  job* active = nullptr;

  /// Of the scheduler's turn that the active job is; what it moved and cost is charged at its end.
  struct turn_account {
    std::size_t bytes_max = 0;
    std::size_t payload = 0;
    std::size_t line_bytes = 0;
  };
  turn_account turn;
  bool was_in_data_mode = false;  // since that was last asked
  void charge_reply(const at::reply& reply);

  // What the active job waits for.
  then on_reply;
  std::function<void()> on_pause;
  std::optional<time_point> pause_until;

private:
  void write_payload(std::span<const std::byte> payload, bool terminated);
  void write_data_terminator();
  void await_data_mode_end(then next);
  void reuse_opened(socket_id id, modem_handle handle, std::function<void(status)> next);
  void bind_opened(socket_id id, modem_handle handle, std::function<void(status)> next);
  [[nodiscard]] trace_detail trace_wanted() const {
    return config.trace_wanted ? config.trace_wanted() : trace_detail::lengths;
  }
  void add_trace(trace_event::direction towards, std::string text, std::string payload);

  time_point now_{};
};

/// The rules of `spoken` for one UDP payload; `mtu` 0: unknown.
[[nodiscard]] datagram_rules rules_of(const dialect::table& spoken, unsigned mtu, ip_family family);
[[nodiscard]] int family_number(ip_family family) noexcept;
[[nodiscard]] int type_number(transport kind) noexcept;

}  // namespace cellsock
