// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/network_job.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

using dialect::intent;

namespace {

void fill(std::string& line, std::string_view placeholder, std::string_view value) {
  if (const auto at = line.find(placeholder); at != std::string::npos)
    line.replace(at, placeholder.size(), value);
}

}  // namespace

bring_up_context context_of(engine_core& core) {
  return {core.facts, core.link, core.config.apn, pdn_type(core.config.pdn_family)};
}

network_job::network_job(engine_core& core, std::span<const bring_up_step> steps,
                         std::function<void(const status&)> ended)
    : core_(core), steps_(steps), context_(context_of(core)), ended_(std::move(ended)) {}

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
  command.line = std::string(step.command);
  fill(command.line, "{pdn_type}", context_.pdn_type_to_define());
  fill(command.line, "{apn}", context_.apn_to_define());
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
  }
  next();
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
