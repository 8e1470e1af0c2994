// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/engine_impl.hpp"

#include <algorithm>

#include "modem_bridge/at_job.hpp"
#include "modem_bridge/close_jobs.hpp"
#include "modem_bridge/datagram_job.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/poll_job.hpp"
#include "modem_bridge/push_job.hpp"
#include "modem_bridge/rate_job.hpp"
#include "modem_bridge/receive_job.hpp"
#include "modem_bridge/send_job.hpp"

namespace cellsock {

void engine::impl::pump() {
  take_events();
  drive_detection();
  count_pdn_users();
  start_next_job();
  copy_facts();
}

void engine::impl::take_events() {
  while (auto event = core.channel.next(core.now())) {
    if (auto* line = std::get_if<at::command_queue::unsolicited>(&*event)) {
      on_unsolicited(*line);
    } else if (auto* reply = std::get_if<at::reply>(&*event)) {
      on_reply(*reply);
    } else if (auto* push = std::get_if<at::command_queue::pushed>(&*event)) {
      on_pushed(*push);
    } else if (auto* hole = std::get_if<at::command_queue::push_damaged>(&*event)) {
      on_push_damaged(hole->handle);
    } else if (std::holds_alternative<at::command_queue::data_broken>(*event)) {
      core.data_mode_broken();
    } else if (std::holds_alternative<at::command_queue::drained>(*event)) {
      core.note("the late answer came; in step again");
      in_step();
      verify_due = true;
    } else {
      const auto& stuck = std::get<at::command_queue::stuck>(*event);
      begin_resync("the modem stopped answering", stuck.counted);
    }
    drive_detection();
    // A reply frees the channel for the next job before anything that follows it is looked at: so
    // what is sent does not depend on how the bytes were cut.
    start_next_job();
  }
}

void engine::impl::on_reply(const at::reply& reply) {
  auto next = std::exchange(core.on_reply, nullptr);
  core.charge_reply(reply);
  for (const auto& line : reply.lines)
    core.trace(trace_event::direction::from_modem, [&line] { return shown_response(line); });
  if (reply.payload)
    core.trace(
        trace_event::direction::from_modem, [&] { return shown_bytes(reply.payload->size()); },
        [&] { return text_of(*reply.payload); });
  switch (reply.end) {
    case at::ending::ok:
    case at::ending::error:
      // What is the current socket after a refusal differs between firmwares.
      if (!reply.ok()) core.selected.reset();
      if (!reply.ok()) ++core.link.uart.command_errors;
      core.trace(trace_event::direction::from_modem,
                 [&] { return shown_response(reply.final_line); });
      if (next) next(reply);
      end_job_if_finished();
      return;
    case at::ending::silent:
      if (next) next(reply);
      end_job_if_finished();
      return;
    case at::ending::timed_out: {
      ++core.link.uart.command_timeouts;
      core.selected.reset();
      core.note("no answer in time; waiting for a late one");
      abandon_active(fail(errc::timed_out, "the modem did not answer " + core.link.busy_with));
      out_of_step("the modem stopped answering");
      return;
    }
    case at::ending::damaged:
      core.selected.reset();
      core.note("a counted receive does not add up");
      abandon_active(
          fail(errc::stream_damaged, "a receive did not add up: bytes were lost on the line"));
      begin_resync("a receive did not add up");
      return;
  }
}

void engine::impl::end_job_if_finished() {
  if (!active || !active->finished()) return;
  if (const auto taken = std::exchange(turn_taken, std::nullopt))
    turns.charge(*taken, core.turn.payload, core.turn.line_bytes);
  listen_for_answer();
  const auto id = active->socket();
  active.reset();
  core.active = nullptr;
  core.on_reply = nullptr;
  core.on_pause = nullptr;
  core.pause_until.reset();
  core.working_for.reset();
  asked_stream = nullptr;
  asked_datagram = nullptr;
  core.link.busy_with.clear();
  core.link.busy_socket.reset();
  // Data mode swallows notices: ask soon for what they would have said.
  if (core.pdn_recheck && core.running) refresh_within(modem_limits::refresh_after_data);
  if (!id) return update_all_turns();
  if (const auto* entry = core.table.find(*id)) update_turns(*entry);
}

void engine::impl::abandon_active(const failure& why) {
  core.on_reply = nullptr;
  core.on_pause = nullptr;
  core.pause_until.reset();
  if (!active) return;
  active->abandon(why);
  end_job_if_finished();
}

void engine::impl::begin(job_ptr next) {
  active = std::move(next);
  core.active = active.get();
  core.working_for = active->socket();
  if (active->socket()) refresh_if_old();
  active->start();
  end_job_if_finished();
}

void engine::impl::start_next_job() {
  end_job_if_finished();
  while (core.running && !active && !core.channel.busy()) {
    auto next = choose_job();
    if (!next) return;
    begin(std::move(next));
  }
}

/// Order: what keeps the picture true, what people asked for, then payload.
job_ptr engine::impl::choose_job() {
  // Also when an earlier attempt was cut short; how often is bounded there.
  if (core.link.state == link_state::configuring) {
    if (std::exchange(rate_due, false))
      return std::make_unique<rate_job>(core, core.config.fast_baud);
    return bring_up();
  }
  if (std::exchange(verify_due, false)) {
    refresh_due = true;  // notices may have been lost with what was in the way
    return std::make_unique<verify_job>(core,
                                        [this] { modem_restarted("the modem restarted unheard"); });
  }
  // Nothing holds a push back but this.
  if (const auto id = to_switch()) return std::make_unique<push_job>(core, *id);
  if (!core.table.orphans().empty())
    return std::make_unique<orphan_job>(core, core.table.orphans().front());
  if (!waiting.empty()) {
    auto chosen = waiting.begin();
    const bool full = core.table.handles_used() >= core.link.handles_max;
    if (full && (*chosen)->needs_handle()) {
      // A handle about to be given back is worth the wait.
      const auto frees = std::find_if(waiting.begin(), waiting.end(),
                                      [](const job_ptr& j) { return j->frees_handle(); });
      if (frees != waiting.end()) chosen = frees;
    }
    auto next = std::move(*chosen);
    waiting.erase(chosen);
    return next;
  }
  if (stopped) return nullptr;
  if (refresh_due) return refresh();
  if (auto job = pdn_job()) return job;
  if (std::exchange(probe_due, false)) return liveness();
  if (const auto when = poll_at(); when && core.now() >= *when)
    return std::make_unique<poll_job>(core, to_poll());
  return payload_job();
}

job_ptr engine::impl::payload_job() {
  turns.set_quantum(dialect::chunk_bytes(*core.spoken, core.rate));
  if (listen_until && core.now() >= *listen_until) listen_until.reset();
  while (const auto chosen = listen_until ? turns.next_small() : turns.next()) {
    const auto* entry = core.table.find(chosen->id);
    if (entry == nullptr) {
      turns.forget(chosen->id);
      continue;
    }
    update_turns(*entry);
    const bool receives = chosen->what == direction::receive;
    if (receives ? !entry->can_receive() : !entry->can_send()) continue;
    turn_taken = chosen;
    core.turn = {};
    core.turn.bytes_max = chosen->bytes_max;
    if (receives) return std::make_unique<receive_job>(core, chosen->id);
    if (entry->kind == transport::stream) {
      auto made = std::make_unique<send_job>(core, chosen->id);
      asked_stream = made.get();
      return made;
    }
    auto made = std::make_unique<datagram_job>(core, chosen->id);
    asked_datagram = made.get();
    return made;
  }
  return nullptr;
}

/// A notice that data mode held back follows its end at once, but after it. The next piece of bulk
/// would put off the answer it announces by its own length.
void engine::impl::listen_for_answer() {
  if (!std::exchange(core.was_in_data_mode, false) || core.spoken == nullptr) return;
  const bool pulled =
      core.spoken->pushes.empty() && core.spoken->readiness == dialect::notices::told;
  if (pulled && turns.answer_due())
    listen_until = core.now() + modem_limits::answer_notice +
                   core.channel.line_time(modem_limits::answer_notice_bytes);
}

void engine::impl::queue(job_ptr next) {
  if (waiting.size() >= modem_limits::jobs_max) {
    next->abandon(fail(errc::limit_reached, "too many requests wait for the modem"));
    return;
  }
  waiting.push_back(std::move(next));
}

void engine::impl::update_turns(const modem_socket& entry) {
  turns.to_send(entry.id, entry.can_send() ? entry.next_send() : 0);
  turns.to_fetch(entry.id, entry.can_receive());
}

void engine::impl::update_all_turns() {
  for (const auto id : core.table.all()) update_turns(*core.table.find(id));
}

}  // namespace cellsock
