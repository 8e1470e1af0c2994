// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/rate_job.hpp"

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

using dialect::intent;

void rate_job::start() {
  const auto& row = dialect::find(*core_.spoken, intent::set_rate);
  if (row.format.empty()) {
    core_.note("the line stays at " + std::to_string(before_) +
               " baud: " + std::string(row.cannot));
    return finish();
  }
  dialect::fields values;
  values.baud = wanted_;
  core_.run(intent::set_rate, values, [this](const at::reply& reply) {
    if (reply.ok()) return change(wanted_);
    core_.note("the modem refuses " + std::to_string(wanted_) + " baud; the line stays at " +
               std::to_string(before_));
    finish();
  });
}

/// OK came at the old rate; the modem is deaf for a moment.
void rate_job::change(unsigned baud) {
  core_.set_rate(baud);
  probes_ = 0;
  core_.pause(core_.spoken->rate_pause, [this] { probe(); });
}

void rate_job::probe() {
  ++probes_;
  at::command question{"AT", "", modem_limits::rate_probe_wait};
  question.probe = true;
  core_.run(std::move(question), [this](const at::reply& reply) { probed(reply); });
}

void rate_job::probed(const at::reply& reply) {
  if (reply.end == at::ending::silent && probes_ < modem_limits::rate_probes) return probe();
  if (reply.end != at::ending::silent) {
    core_.note("the line works at " + std::to_string(core_.rate) + " baud");
    if (probes_ == 1) return finish();
    // An earlier probe may be answered yet; its OK must not be taken for another command's.
    return core_.pause(modem_limits::rate_probe_wait, [this] { finish(); });
  }
  if (core_.rate == before_) return finish();  // silent at both: bring-up will find that out
  core_.note("the modem is not heard at " + std::to_string(wanted_) + " baud; back to " +
             std::to_string(before_));
  change(before_);
}

}  // namespace cellsock
