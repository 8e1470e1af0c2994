// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/network_job.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "stack/reject_causes.hpp"

namespace cellsock {

using dialect::intent;

bring_up_context context_of(engine_core& core, cid context) {
  return {core.facts,         core.link,      core.pdns.get(context).settings,
          core.config.attach, core.pin_tried, core.radio,
          core.cycles,        core.now()};
}

network_job::network_job(engine_core& core, std::span<const bring_up_step> steps,
                         std::function<void(const status&)> ended, cid context, abandoned then)
    : core_(core),
      steps_(steps),
      context_(context_of(core, context)),
      ended_(std::move(ended)),
      then_(then) {}

void network_job::start() {
  next();
}

at::command network_job::command_for(const bring_up_step& step) const {
  at::command command;
  command.wait = step.wait;
  if (step.row) {
    const auto& row = dialect::find(*core_.spoken, *step.row);
    dialect::fields values;
    values.ms = std::max<long>(modem_limits::data_limit.count(), core_.facts.data_limit_min_ms);
    command.line = dialect::expand(row.format, values);
    command.prefix = std::string(row.prefix);
    command.wait = row.wait;
    return command;
  }
  command.line = fill_in(step.command, context_);
  command.prefix = std::string(step.prefix);
  command.bare = step.prefix.empty() && step.line != nullptr;
  return command;
}

void network_job::next() {
  const auto not_now = [this](const bring_up_step& step) {
    return (step.applies != nullptr && !step.applies(context_)) ||
           (step.row && !core_.can(*step.row));
  };
  while (at_ < steps_.size() && not_now(steps_[at_])) ++at_;
  if (at_ == steps_.size()) return end(done{});
  const auto& step = steps_[at_++];
  core_.run(command_for(step), [this, &step](const at::reply& reply) { replied(step, reply); });
}

void network_job::replied(const bring_up_step& step, const at::reply& reply) {
  if (reply.ok()) {
    const auto prefix = step.row ? dialect::find(*core_.spoken, *step.row).prefix : step.prefix;
    for (const auto& line : reply.lines) {
      if (step.line == nullptr) break;
      const auto fields =
          prefix.empty() ? std::optional<std::string_view>(line) : at::after_prefix(line, prefix);
      if (fields) step.line(*fields, context_);
    }
    if (step.taken != nullptr) step.taken(context_);
    return core_.facts.open_sockets.empty() ? next() : close_stale();
  }
  switch (step.refused) {
    case refusal::ignore: break;
    case refusal::stop:
      return end(fail(errc::modem_error,
                      "the modem refuses " + command_for(step).line + ": " + reply.final_line));
    case refusal::about_sim:
      if (reply.code)
        if (auto why = sim_failure(*reply.code)) core_.facts.sim_trouble = std::move(why);
      break;
    case refusal::about_pin:
      core_.pin_tried = true;
      core_.facts.sim_trouble =
          fail(errc::no_sim,
               "the SIM card refused the PIN of modem.pin_file, which is not tried again; " +
                   reply.final_line);
      break;
    case refusal::about_pdn: return end(refused_pdn(reply));
  }
  next();
}

failure network_job::refused_pdn(const at::reply& reply) const {
  const auto cause = context_.context().refused_for;
  return fail(errc::pdn_down,
              cause ? "the network refuses it: " + cause_text(esm_causes, "ESM", *cause)
                    : "the modem refuses it: " + reply.final_line);
}

/// Nobody here knows them: they were open before this daemon came.
void network_job::close_stale() {
  if (core_.facts.open_sockets.empty()) return next();
  const auto stale = core_.facts.open_sockets.back();
  core_.facts.open_sockets.pop_back();
  core_.selected.reset();
  core_.select(
      stale.handle,
      [this, stale] {
        core_.run(stale.secure ? intent::close_secure : intent::close, {},
                  [this](const at::reply&) {
                    core_.selected.reset();
                    close_stale();
                  });
      },
      [this] { close_stale(); });
}

void network_job::end(const status& how) {
  // Being told may end everything, this job included.
  const auto told = std::move(ended_);
  finish();
  told(how);
}

}  // namespace cellsock
