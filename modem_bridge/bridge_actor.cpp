// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/bridge_actor.hpp"

#include "stack/limits.hpp"

namespace cellsock {
namespace {

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

}  // namespace

/// Port facts become messages: the only way bytes enter the actors.
class bridge_actor::port_facts final : public port_events {
public:
  explicit port_facts(bridge_handle owner) : owner_(std::move(owner)) {}
  void port_opened() override { caf::anon_send(owner_, msg::port_opened{}); }
  void port_received(std::span<const std::byte> bytes) override {
    caf::anon_send(owner_, msg::port_received{{bytes.begin(), bytes.end()}});
  }
  void port_drained() override { caf::anon_send(owner_, msg::port_drained{}); }
  void port_closed(const failure& why) override { caf::anon_send(owner_, msg::port_closed{why}); }
  void port_lines(const modem_lines& lines) override {
    caf::anon_send(owner_, msg::port_lines{lines});
  }

private:
  bridge_handle owner_;
};

bridge_actor::bridge_actor(caf::actor_config& config, bridge_seed seed)
    : bridge_handle::base(config),
      engine_(std::move(seed.config)),
      line_(std::move(seed.line)),
      supervisor_(std::move(seed.supervisor)),
      trace_(std::move(seed.trace)),
      notice_(std::move(seed.notice)),
      backoff_(limits::restart_backoff_min) {}

bridge_actor::~bridge_actor() = default;

bridge_actor::behavior_type bridge_actor::make_behavior() {
  facts_ = std::make_unique<port_facts>(this);
  open_port();
  return {
      [this](msg::declare_socket& m) {
        engine_.declare(m.id, m.family, m.kind, m.pdn);
        sockets_[m.id] = std::move(m.owner);
      },
      [this](const msg::connect_socket& m) -> caf::result<msg::socket_connected> {
        const auto t = next_ticket();
        auto answer = pend<msg::socket_connected>(t);
        engine_.connect(t, m.id, m.peer, m.timeout, now());
        settle();
        return answer;
      },
      [this](const msg::bind_socket& m) -> caf::result<msg::socket_bound> {
        const auto t = next_ticket();
        auto answer = pend<msg::socket_bound>(t);
        engine_.bind(t, m.id, m.port, now());
        settle();
        return answer;
      },
      [this](const msg::listen_socket& m) -> caf::result<msg::socket_listening> {
        const auto t = next_ticket();
        auto answer = pend<msg::socket_listening>(t);
        engine_.listen(t, m.id, now());
        settle();
        return answer;
      },
      [this](msg::accept_socket& m) -> caf::result<msg::socket_accepted> {
        const auto t = next_ticket();
        auto answer = pend<msg::socket_accepted>(t);
        sockets_[m.child] = m.owner;
        engine_.accept(t, m.listener, m.child, now());
        settle();
        return answer;
      },
      [this](const msg::set_link_option& m) -> caf::result<msg::option_set> {
        const auto t = next_ticket();
        auto answer = pend<msg::option_set>(t);
        engine_.set_option(t, m.id, m.name, m.value, now());
        settle();
        return answer;
      },
      [this](const msg::get_link_option& m) -> caf::result<msg::option_value> {
        const auto t = next_ticket();
        auto answer = pend<msg::option_value>(t);
        engine_.get_option(t, m.id, m.name, now());
        settle();
        return answer;
      },
      [](const msg::flush_socket&) -> caf::result<msg::socket_flushed> {
        return to_error(fail(errc::unsupported_operation, "a modem does not tell"));
      },
      [this](const msg::close_socket& m) -> caf::result<msg::socket_closed> {
        const auto t = next_ticket();
        auto answer = pend<msg::socket_closed>(t);
        engine_.close(t, m.id, now());
        settle();
        return answer;
      },
      [this](const msg::forget_socket& m) {
        if (sockets_.erase(m.id) == 0) return;
        engine_.close(next_ticket(), m.id, now());
        settle();
      },
      [this](const msg::offer& m) {
        engine_.offer(m.id, m.waiting, now(), m.next_bytes);
        settle();
      },
      [this](const msg::want_receive& m) {
        engine_.receive(m.id, m.wanted, now());
        settle();
      },
      [this](msg::chunk& m) {
        engine_.chunk(m.id, std::move(m.data), now(), m.hint);
        settle();
      },
      [this](msg::datagram& m) {
        engine_.datagram(m.id, m.peer, std::move(m.payload), now(), m.hint);
        settle();
      },
      // Not asked of a modem (stream_rules), and nothing it could do.
      [](const msg::finish_sending&) {},
      [](const msg::dissolve_peer&) {},
      [this](msg::resolve_name& m) -> caf::result<msg::name_resolved> {
        if (m.pdn && number(*m.pdn) != 0)
          return to_error(fail(errc::no_device, "resolve: there is no packet data network " +
                                                    std::to_string(number(*m.pdn)) +
                                                    " here, only 0"));
        const auto t = next_ticket();
        auto answer = pend<msg::name_resolved>(t);
        engine_.resolve(t, std::move(m.host), m.family, now());
        settle();
        return answer;
      },
      [this](const msg::get_interfaces&) { return interfaces(); },
      [this](msg::run_at& m) -> caf::result<msg::at_answered> {
        const auto t = next_ticket();
        auto answer = pend<msg::at_answered>(t);
        engine_.run_at(t, std::move(m.command), m.timeout, now());
        settle();
        return answer;
      },
      [this](const msg::tell_hint& m) -> caf::result<msg::option_set> {
        const auto t = next_ticket();
        auto answer = pend<msg::option_set>(t);
        engine_.hint(t, m.through, m.hint, now());
        settle();
        return answer;
      },
      [this](const msg::order_pdn& m) -> caf::result<msg::order_done> {
        const auto t = next_ticket();
        auto answer = pend<msg::order_done>(t);
        engine_.order_pdn(t, m.which, m.up, now(), m.lasting);
        settle();
        return answer;
      },
      [this](const msg::set_radio& m) -> caf::result<msg::order_done> {
        const auto t = next_ticket();
        auto answer = pend<msg::order_done>(t);
        const auto mode = m.mode == msg::radio::on       ? radio_mode::on
                          : m.mode == msg::radio::flight ? radio_mode::flight
                                                         : radio_mode::off;
        engine_.set_radio(t, mode, now());
        settle();
        return answer;
      },
      [this](const msg::get_bridge_report&) {
        msg::bridge_report report{status(), rules(), {}};
        for (const auto& [id, socket] : sockets_)
          if (const auto handle = engine_.handle_of(id)) report.handles.emplace_back(id, *handle);
        return report;
      },
      [this](const msg::stop_bridge&) -> caf::result<msg::bridge_stopped> {
        stopping_ = true;
        const auto t = next_ticket();
        auto answer = pend<msg::bridge_stopped>(t);
        engine_.stop(t, now());
        settle();
        return answer;
      },
      [this](const msg::port_opened&) {
        engine_.port_opened(now());
        settle();
      },
      [this](const msg::port_received& m) {
        // Not when it opens: what lets anybody in and then throws them out is tried ever slower.
        backoff_ = limits::restart_backoff_min;
        engine_.port_received(m.data, now());
        settle();
      },
      [this](const msg::port_drained&) {
        engine_.port_drained(now());
        settle();
      },
      [this](const msg::port_closed& m) {
        engine_.port_closed(m.why, now());
        reopen_later();
        settle();
      },
      [this](const msg::port_lines&) { report_link(); },
      [this](const msg::tick& m) {
        if (m.generation != generation_) return;
        armed_for_.reset();
        if (reopen_at_ && *reopen_at_ <= now()) open_port();
        engine_.expire(now());
        settle();
      },
  };
}

void bridge_actor::on_exit() {
  if (line_) line_->close();
  line_.reset();
  facts_.reset();
  for (auto& [t, p] : pending_)
    std::visit([](auto& waiting) { waiting.deliver(to_error(fail(errc::link_down))); }, p);
  pending_.clear();
  sockets_.clear();
  supervisor_ = supervisor_handle{};
}

// ---- the port ----

void bridge_actor::open_port() {
  reopen_at_.reset();
  line_->open(*facts_);
  report_link();
}

void bridge_actor::reopen_later() {
  if (stopping_) return;
  reopen_at_ = now() + backoff_;
  backoff_ = std::min<std::chrono::milliseconds>(backoff_ * 2, limits::restart_backoff_max);
}

// ---- out of the engine ----

void bridge_actor::settle() {
  // Handling an outcome may make the engine say more (a port given up, an answered want_chunk).
  for (;;) {
    if (const auto bytes = engine_.take_output(); !bytes.empty() && line_) line_->write(bytes);
    if (trace_)
      for (const auto& line : engine_.take_trace()) trace_(line);
    auto happened = engine_.take_outcomes();
    if (happened.empty()) break;
    for (auto& one : happened) handle(one);
  }
  rearm();
}

void bridge_actor::handle(engine_outcome& happened) {
  std::visit(
      overloaded{
          [&](outcome::connected& o) { deliver(o.t, msg::socket_connected{}); },
          [&](outcome::bound& o) { deliver(o.t, msg::socket_bound{o.local}); },
          [&](outcome::listening& o) { deliver(o.t, msg::socket_listening{o.local}); },
          [&](outcome::accepted& o) {
            deliver(o.t, msg::socket_accepted{o.peer, o.local});
          },
          [&](outcome::option_done& o) { option_done(o); },
          [&](outcome::ordered& o) { deliver(o.t, msg::order_done{o.pdn}); },
          [&](outcome::connection_waiting& o) { tell(o.id, msg::connection_waiting{}); },
          [&](outcome::closed& o) {
            sockets_.erase(o.id);
            deliver(o.t, msg::socket_closed{});
          },
          [&](outcome::resolved& o) { deliver(o.t, msg::name_resolved{std::move(o.addresses)}); },
          [&](outcome::at_done& o) {
            deliver(o.t, msg::at_answered{std::move(o.lines), std::move(o.final_result), o.ok});
          },
          [&](outcome::stopped& o) {
            deliver(o.t, msg::bridge_stopped{});
            quit();
          },
          [&](outcome::failed& o) { fail_ticket(o.t, o.why); },
          [&](outcome::want_chunk& o) {
            // A socket whose actor is gone has nothing to say; the engine must not wait for it.
            if (sockets_.count(o.id) == 0)
              engine_.chunk(o.id, {}, now());
            else
              tell(o.id, msg::give_chunk{o.bytes_max});
          },
          [&](outcome::chunk_sent& o) { tell(o.id, msg::chunk_sent{o.bytes}); },
          [&](outcome::datagram_dropped& o) { tell(o.id, msg::datagram_dropped{o.why}); },
          [&](outcome::hint_refused& o) {
            if (supervisor_) send(supervisor_, msg::hint_refused{o.id, o.hint});
          },
          [&](outcome::received& o) {
            tell(o.id, msg::received{std::move(o.bytes), o.from});
          },
          [&](outcome::peer_closed& o) { tell(o.id, msg::reception_ended{}); },
          [&](outcome::socket_broken& o) { tell(o.id, msg::socket_broken{o.why}); },
          [&](outcome::link_changed&) { report_link(); },
          [&](outcome::notice& o) {
            if (notice_) notice_(o.line);
          },
          [&](outcome::radio_connected& o) {
            if (supervisor_) send(supervisor_, msg::radio_changed{o.connected});
          },
          [&](outcome::network_changed&) { report_link(); },
          [&](outcome::set_baud& o) { line_->set_baud(o.baud); },
          [&](outcome::reopen_port& o) {
            line_->close();
            engine_.port_closed(o.why, now());
            reopen_later();
          },
      },
      happened);
}

void bridge_actor::rearm() {
  auto next = engine_.deadline();
  if (reopen_at_ && (!next || *reopen_at_ < *next)) next = reopen_at_;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;  // an early tick is harmless
  armed_for_ = next;
  const auto wait = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(*next - now()));
  delayed_send(this, wait, msg::tick{++generation_});
}

msg::link_rules bridge_actor::rules() const {
  return {engine_.rules(ip_family::v4), engine_.rules(ip_family::v6), {}, engine_.finds_both()};
}

link_status bridge_actor::status() const {
  auto now = engine_.status();
  if (line_) now.lines = line_->lines();
  return now;
}

void bridge_actor::report_link() {
  if (supervisor_) send(supervisor_, msg::link_changed{status(), rules()});
}

template <class Message>
void bridge_actor::tell(socket_id id, Message message) {
  const auto known = sockets_.find(id);
  if (known != sockets_.end()) send(known->second, std::move(message));
}

// ---- tickets ----

template <class Reply>
caf::typed_response_promise<Reply> bridge_actor::pend(ticket t) {
  auto waiting = make_response_promise<Reply>();
  pending_.emplace(t, waiting);
  return waiting;
}

template <class Reply>
void bridge_actor::deliver(ticket t, Reply reply) {
  const auto known = pending_.find(t);
  if (known == pending_.end()) return;
  if (auto* waiting = std::get_if<caf::typed_response_promise<Reply>>(&known->second))
    waiting->deliver(std::move(reply));
  pending_.erase(known);
}

void bridge_actor::option_done(const outcome::option_done& o) {
  const auto known = pending_.find(o.t);
  if (known == pending_.end()) return;
  if (std::holds_alternative<caf::typed_response_promise<msg::option_set>>(known->second))
    deliver(o.t, msg::option_set{});
  else
    deliver(o.t, msg::option_value{o.value});
}

msg::interfaces bridge_actor::interfaces() const {
  msg::interfaces all;
  for (const auto& pdn : engine_.status().pdns) {
    const bool up = pdn.state == pdn_state::up || pdn.state == pdn_state::suspended;
    all.all.push_back({"pdn" + std::to_string(number(pdn.id)), pdn.id, up && !pdn.addresses.empty(),
                       pdn.mtu, pdn.addresses, pdn.name_servers});
  }
  return all;
}

void bridge_actor::fail_ticket(ticket t, const failure& why) {
  const auto known = pending_.find(t);
  if (known == pending_.end()) return;
  std::visit([&](auto& waiting) { waiting.deliver(to_error(why)); }, known->second);
  pending_.erase(known);
}

}  // namespace cellsock
