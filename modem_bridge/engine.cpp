// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/engine.hpp"

#include <algorithm>

#include "modem_bridge/at_job.hpp"
#include "modem_bridge/at_policy.hpp"
#include "modem_bridge/bind_job.hpp"
#include "modem_bridge/close_jobs.hpp"
#include "modem_bridge/connect_job.hpp"
#include "modem_bridge/datagram_job.hpp"
#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/resolve_job.hpp"
#include "modem_bridge/send_job.hpp"

namespace cellsock {

engine::engine(engine_config config) : impl_(std::make_unique<impl>(std::move(config))) {}
engine::~engine() = default;

// ---- port facts ----

void engine::port_opened(time_point now) {
  auto& m = *impl_;
  // A port that opens twice lost what was before.
  if (m.port_open) port_closed(fail(errc::link_down, "the port was opened anew"), now);
  m.core.set_now(now);
  m.port_open = true;
  m.core.link.trouble = fail(errc::none);
  m.core.channel.reset();
  // It opens at the rate the modem starts with.
  m.core.rate = m.core.config.baud;
  m.core.channel.set_baud(m.core.rate);
  m.on_event(link_event::opened);
  m.begin_detection();
  m.pump();
}

void engine::port_received(std::span<const std::byte> bytes, time_point now) {
  auto& m = *impl_;
  if (!m.port_open) return;
  m.core.set_now(now);
  m.core.link.uart.bytes_received += bytes.size();
  m.core.channel.feed(bytes, now);
  m.pump();
}

void engine::port_drained(time_point now) {
  impl_->core.set_now(now);
  impl_->core.channel.drained_to_kernel(now);
  impl_->pump();
}

void engine::port_closed(const failure& why, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  m.port_open = false;
  m.core.running = false;
  m.detecting = m.resyncing = false;
  m.core.channel.reset();
  m.fail_everything(why);
  m.break_all(fail(errc::link_down, why.detail));
  m.core.facts = {};
  m.forget_pdns();
  m.refresh_due = m.verify_due = m.probe_due = false;
  m.refresh_at.reset();
  m.core.link.trouble = why;
  const auto before = m.core.link.state;
  m.on_event(link_event::closed);
  // Also a port that never opened is worth telling.
  if (m.core.link.state == before)
    m.core.emit(outcome::link_changed{m.core.link.state, m.core.link.trouble});
  m.copy_facts();
}

// ---- sockets ----

void engine::declare(socket_id id, ip_family family, transport kind, pdn_id pdn) {
  auto& core = impl_->core;
  // One that nobody knows is refused when it is used.
  const auto context = core.pdns.context_of(pdn, core.facts);
  core.table.declare(id, family, kind).context = context.value_or(static_cast<cid>(number(pdn)));
}

void engine::connect(ticket t, socket_id id, const endpoint& peer,
                     std::chrono::milliseconds timeout, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) return refuse(fail(errc::bad_socket, "no such socket"));
  if (entry->connecting) return refuse(fail(errc::connect_pending, "a connect is under way"));
  if (entry->connected && entry->kind == transport::stream)
    return refuse(fail(errc::already_connected, "connected already"));
  if (entry->family != peer.address.family)
    return refuse(fail(errc::unsupported_family, "the peer is of the other address family"));
  if (auto why = m.prepare(*entry)) return refuse(std::move(*why));
  entry->connecting = true;
  m.queue(std::make_unique<connect_job>(m.core, t, id, peer, timeout));
  m.pump();
}

void engine::bind(ticket t, socket_id id, std::uint16_t port, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  const auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) return refuse(fail(errc::bad_socket, "no such socket"));
  if (entry->handle || entry->connecting || entry->bound)
    return refuse(fail(errc::invalid_argument,
                       "the socket has a local port already: bind before it connects or sends"));
  if (entry->context != first_context && m.core.spoken != nullptr && m.core.spoken->binds_to_first)
    return refuse(fail(errc::unsupported_operation,
                       "this firmware binds to the first packet network's address only"));
  if (auto why = m.prepare(*entry)) return refuse(std::move(*why));
  m.queue(std::make_unique<bind_job>(m.core, t, id, port));
  m.pump();
}

void engine::close(ticket t, socket_id id, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) {
    m.core.emit(outcome::closed{t, id});
    return;
  }
  entry->closing = true;
  entry->offered = 0;
  m.turns.forget(id);
  m.core.shares.forget(id);
  // A connect that has not begun is not begun any more.
  std::deque<job_ptr> kept;
  for (auto& job : std::exchange(m.waiting, {})) {
    if (job->socket() == id)
      job->abandon(fail(errc::bad_socket, "closed before its turn came"));
    else
      kept.push_back(std::move(job));
  }
  m.waiting = std::move(kept);
  if (m.active && m.active->socket() == id) {
    if (m.asked_stream != nullptr) m.asked_stream->take({});
    if (m.asked_datagram != nullptr) m.asked_datagram->take_nothing();
    m.end_job_if_finished();
  }
  const bool busy = m.active && m.active->socket() == id;
  if (entry->handle || busy) {
    m.queue(std::make_unique<close_job>(m.core, t, id));
  } else {
    m.core.table.erase(id);
    m.core.emit(outcome::closed{t, id});
  }
  m.pump();
}

void engine::offer(socket_id id, std::size_t waiting, time_point now, std::size_t next_bytes) {
  auto& m = *impl_;
  m.core.set_now(now);
  auto* entry = m.core.table.find(id);
  if (entry == nullptr) return;
  entry->offered = waiting;
  entry->next_bytes = next_bytes;
  // A datagram socket is opened by its first send. What is wrong is told by that.
  if (waiting > 0 && !entry->handle) (void)m.prepare(*entry);
  m.update_turns(*entry);
  m.pump();
}

void engine::chunk(socket_id id, std::vector<std::byte> bytes, time_point now, rai_hint hint) {
  auto& m = *impl_;
  m.core.set_now(now);
  const bool its_turn = m.active && m.active->socket() == id;
  if (its_turn && m.asked_stream != nullptr && m.asked_stream->asking()) {
    m.asked_stream->take(std::move(bytes), hint);
  } else if (its_turn && m.asked_datagram != nullptr && bytes.empty()) {
    m.asked_datagram->take_nothing();
  } else if (auto* entry = m.core.table.find(id);
             entry != nullptr && entry->kind == transport::stream && entry->connected) {
    // Too late for its turn, but its owner has let go of the bytes: a stream may not lose them.
    entry->kept.insert(entry->kept.end(), bytes.begin(), bytes.end());
    entry->kept_hint = hint;
    m.update_turns(*entry);
  }
  m.end_job_if_finished();
  m.pump();
}

void engine::datagram(socket_id id, std::optional<endpoint> to, std::vector<std::byte> payload,
                      time_point now, rai_hint hint) {
  auto& m = *impl_;
  m.core.set_now(now);
  if (m.asked_datagram == nullptr || !m.asked_datagram->asking() || !m.active ||
      m.active->socket() != id) {
    if (m.core.table.find(id) != nullptr)
      m.core.emit(outcome::datagram_dropped{
          id, fail(errc::would_block, "given after its turn had passed")});
    return;
  }
  m.asked_datagram->take(std::move(to), std::move(payload), hint);
  m.end_job_if_finished();
  m.pump();
}

void engine::receive(socket_id id, bool wanted, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  auto* entry = m.core.table.find(id);
  if (entry == nullptr) return;
  entry->wanted = wanted;
  // It was received for as long as there was room; who waits to send must hear of it.
  if (!wanted && entry->send_failed) m.core.break_socket(id, failure(*entry->send_failed));
  if (wanted && !entry->held.empty()) m.hand_out(*entry);
  m.update_turns(*entry);
  m.pump();
}

// ---- the modem itself ----

void engine::resolve(ticket t, std::string host, std::optional<ip_family> family, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  if (auto fine = check_host(host); !fine) return refuse(fine.error());
  if (const auto literal = parse_address(host)) {
    if (family && literal->family != *family)
      return refuse(fail(errc::name_not_found, "an address of the other family"));
    m.core.emit(outcome::resolved{t, {*literal}});
    return;
  }
  if (auto why = m.core.not_ready()) return refuse(std::move(*why));
  m.queue(std::make_unique<resolve_job>(m.core, t, std::move(host), family));
  m.pump();
}

void engine::run_at(ticket t, std::string command, std::chrono::milliseconds timeout,
                    time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  auto checked = check_at_command(command, timeout);
  if (!checked) return refuse(checked.error());
  if (m.core.stopping) return refuse(fail(errc::stopping, "the daemon is going down"));
  if (m.core.spoken == nullptr || !m.port_open)
    return refuse(fail(errc::link_down, "the link is " + std::string(name(m.core.link.state)) +
                                            ": " + m.core.link.trouble.detail));
  m.queue(std::make_unique<at_job>(m.core, t, std::move(*checked)));
  m.pump();
}

void engine::stop(ticket t, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  m.core.stopping = true;
  m.stopped = true;
  for (auto& job : std::exchange(m.waiting, {}))
    job->abandon(fail(errc::stopping, "the daemon is going down"));
  if (m.asked_stream != nullptr) m.asked_stream->take({});
  if (m.asked_datagram != nullptr) m.asked_datagram->take_nothing();
  m.end_job_if_finished();
  if (!m.port_open || m.core.spoken == nullptr) {
    m.core.emit(outcome::stopped{t});
    return;
  }
  m.queue(std::make_unique<stop_job>(m.core, t));
  m.pump();
}

// ---- time and output ----

std::optional<time_point> engine::deadline() const {
  return impl_->deadline();
}

void engine::expire(time_point now) {
  impl_->core.set_now(now);
  impl_->expire();
  impl_->pump();
}

std::vector<engine_outcome> engine::take_outcomes() {
  return std::exchange(impl_->core.outcomes, {});
}

std::vector<std::byte> engine::take_output() {
  auto bytes = impl_->core.channel.take_output();
  impl_->core.link.uart.bytes_sent += bytes.size();
  return bytes;
}

std::vector<trace_event> engine::take_trace() {
  std::vector<trace_event> taken(std::make_move_iterator(impl_->core.traced.begin()),
                                 std::make_move_iterator(impl_->core.traced.end()));
  impl_->core.traced.clear();
  return taken;
}

// ---- views ----

const link_status& engine::status() const {
  return impl_->core.link;
}
bool engine::finds_both() const {
  const auto* spoken = impl_->core.spoken;
  return spoken == nullptr || !spoken->resolver_repeats_first;
}
const datagram_rules& engine::rules(ip_family family) const {
  return impl_->core.rules_for(family);
}

std::optional<modem_handle> engine::handle_of(socket_id id) const {
  const auto* entry = std::as_const(impl_->core.table).find(id);
  return entry == nullptr ? std::nullopt : entry->handle;
}

std::optional<endpoint> engine::local_of(socket_id id) const {
  return impl_->core.local_of(id);
}

}  // namespace cellsock
