// SPDX-License-Identifier: Apache-2.0
// Finding out what answers on the port, at the start and when the line is out of step.
#include <algorithm>

#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

void engine::impl::begin_detection() {
  core.running = false;
  core.spoken = nullptr;
  core.channel.reset();
  core.channel.set_pushes({});
  detecting = true;
  resyncing = false;
  bring_up_tries = 0;
  detector.speaks(spoken_here());
  detector.line_rates(core.rate, other_rates());
  detector.begin(dialect::detector::goal::identify, "\r\n", core.now());
}

std::vector<const dialect::table*> engine::impl::spoken_here() const {
  auto list = core.config.dialects;
  const auto known = dialect::all();
  list.insert(list.end(), known.begin(), known.end());
  return list;
}

/// Where a modem may be found that does not answer at the present rate: at its own, if it
/// restarted, or where an earlier owner left it. None without a line.
std::vector<unsigned> engine::impl::other_rates() const {
  std::vector<unsigned> others;
  const auto add = [&](unsigned rate) {
    if (rate != core.rate && std::find(others.begin(), others.end(), rate) == others.end())
      others.push_back(rate);
  };
  if (core.config.baud == 0) return others;
  add(core.config.baud);
  for (const unsigned rate : modem_limits::rates) add(rate);
  return others;
}

void engine::impl::begin_resync(const std::string& why, bool counted) {
  if (detecting || !port_open) return;
  core.note("resync: " + why);
  ++core.link.uart.resyncs;
  core.running = false;
  core.selected.reset();
  abandon_active(fail(errc::link_down, why));
  core.channel.abandon();
  detecting = resyncing = true;
  out_of_step(why);
  detector.line_rates(core.rate, other_rates());
  detector.begin(dialect::detector::goal::resync, known_terminator, core.now(), counted);
}

void engine::impl::drive_detection() {
  if (!detecting) return;
  if (const auto rate = detector.take_rate()) core.set_rate(*rate);
  if (const auto bytes = detector.take_output(); !bytes.empty()) {
    core.trace(trace_event::direction::to_modem, [&bytes] {
      return bytes.front() == 'A' || bytes.size() < 8
                 ? shown_command(bytes.substr(0, bytes.find_last_not_of("\r\n") + 1))
                 : "<" + std::to_string(bytes.size()) + " bytes to find the prompt>";
    });
    core.channel.write(bytes, core.now());
    detector.sent(std::max(core.channel.line_free_at(), core.now()));
  }
  if (detector.synced()) on_event(link_event::synced);
  if (detector.finished()) detection_over();
}

void engine::impl::detection_over() {
  detecting = false;
  const bool was_resync = std::exchange(resyncing, false);
  const auto& found = detector.found();
  if (!found) {
    if (!was_resync) {
      // One that was just starting may answer the first questions late, each to the next one's
      // harm.
      if (found.error().code == errc::wrong_modem && !std::exchange(doubted, true)) {
        core.note("an odd answer; asking once more who it is");
        return begin_detection();
      }
      core.link.dialect = detector.dialect_name();
      core.link.firmware = detector.firmware();
    }
    return give_up_port(found.error());
  }
  if (was_resync) {
    // At another rate than before: it went back to its own.
    if (detector.restarted() || detector.rate_changed())
      return modem_restarted("the modem restarted");
    core.note("in step again");
    in_step();
    core.running = true;
    verify_due = true;
    return;
  }
  doubted = false;
  core.spoken = found->spoken;
  core.renew_rules();
  core.end_hidden = found->library < found->spoken->end_seen_since_library;
  core.channel.set_pushes(found->spoken->pushes);
  core.shares = {};
  core.pace = {};
  rate_due =
      core.config.baud != 0 && core.config.fast_baud != 0 && core.config.fast_baud != core.rate;
  core.note("speaks " + std::string(found->spoken->name) + " as of " +
            std::string(found->spoken->flavour));
  core.link.dialect = std::string(found->spoken->name);
  core.link.firmware = found->firmware;
  core.link.handles_max = found->spoken->handles_max;
  core.options_set.clear();
  known_terminator = found->terminator;
  core.channel.set_terminator(known_terminator);
  core.selected.reset();
  core.facts = {};
  forget_pdns();
  core.running = true;
  on_event(link_event::identified);
}

}  // namespace cellsock
