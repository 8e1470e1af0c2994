// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/cell.hpp"

#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/power_saving.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::string_view area_code = "002F";
constexpr std::string_view cell_identity = "0012BEEF";
/// EMM cause of 3GPP TS 24.301: the default context was refused.
constexpr int esm_failure = 19;
constexpr auto reset_loop_restriction = std::chrono::minutes(30);

cell_timing timing_of(const modem_config& config) {
  return {config.rrc_setup, config.rrc_inactivity, config.rrc_early_release,
          config.release_assistance};
}

}  // namespace

cell::cell(const modem_config& config, time_point start)
    : config_(config),
      card_(config.sim_present, config.pin, config.puk),
      welcome_(config.roaming ? welcome::roaming : welcome::home),
      rrc_(timing_of(config), start) {
  contexts_[0].apn = "";
}

// ---- functional mode ----

void cell::set_functional_mode(int mode, time_point now) {
  const bool was_on = radio_on();
  switch (mode) {
    case 20: functional_mode_ = functional_mode_ == 1 ? 4 : functional_mode_; break;
    case 21: functional_mode_ = 1; break;
    case 30:
    case 31: return;  // satellites alone: nothing here depends on them
    case 40:
    case 41:
      card_.power(mode == 41);
      announce_card();
      if (was_on && mode == 41) start_search(now);
      if (was_on && mode == 40) leave_network("ME", registration::uicc_failure, now);
      return;
    case 44: functional_mode_ = 4; break;
    default: functional_mode_ = mode; break;
  }
  card_.power(functional_mode_ != 0);
  // Flight mode restarts the card, unless it is the one that keeps it.
  if (mode == 4) card_.restart();
  if (functional_mode_ != 0 && !was_on) announce_card();
  if (was_on && !radio_on()) {
    timers_.clear();
    lose_all_contexts("ME");
    if (wanted_.cgerep != 0 && registered()) line("+CGEV: ME DETACH");
    rrc_.detach(now);
    note_rrc();
    set_state(registration::idle);
  }
  if (functional_mode_ == 0) {
    store_settings();
    wanted_ = {};
    lines_.clear();
  }
  if (!was_on && radio_on()) start_search(now);
}

void cell::store_settings() {
  stored_ = settings_;
  hard_restarts_ = 0;
  functional_mode_ = 0;
}

void cell::reboot(time_point now) {
  if (functional_mode_ != 0) ++hard_restarts_;
  if (config_.reset_loop_limit > 0 && hard_restarts_ >= config_.reset_loop_limit) {
    restricted_until_ = now + reset_loop_restriction;
    hard_restarts_ = 0;
  }
  timers_.clear();
  wanted_ = {};
  lose_all_contexts("ME");
  rrc_.detach(now);
  note_rrc();
  state_ = registration::idle;
  functional_mode_ = 0;
  card_.power(false);
  settings_ = stored_;
  contexts_.clear();
  contexts_[0];
  last_given_pdn_id_ = first_pdn_id - 1;
  lines_.clear();
}

void cell::change_settings(const std::function<void(modem_settings&)>& change, time_point now) {
  const auto psm = std::pair(settings_.psm.active_time, settings_.psm.periodic_update);
  const bool saving = settings_.psm.on;
  const auto cycles = settings_.reception_cycles;
  const int assistance = settings_.release_assistance;
  change(settings_);
  rrc_.run(now);
  note_rrc();
  apply_power_saving();
  if (!registered()) return;
  const bool psm_changed =
      saving != settings_.psm.on ||
      (saving && psm != std::pair(settings_.psm.active_time, settings_.psm.periodic_update));
  if (psm_changed && wanted_.cereg >= 4) line("+CEREG: " + registration_fields(wanted_.cereg));
  if (cycles != settings_.reception_cycles) announce_reception_cycle();
  if (assistance != settings_.release_assistance) announce_release_assistance();
}

/// The network grants what it is asked for.
void cell::apply_power_saving() {
  const auto& psm = settings_.psm;
  rrc_.set_power_saving(psm.on ? power_saving::active_time(psm.active_time) : std::nullopt,
                        psm.on ? power_saving::periodic_update(psm.periodic_update) : std::nullopt);
  const int technology = settings_.access_technology() == lte_m ? 4 : 5;
  const auto cycle = settings_.reception_cycles.find(technology);
  rrc_.set_reception_cycle(cycle == settings_.reception_cycles.end()
                               ? std::nullopt
                               : power_saving::reception_cycle(cycle->second));
  // The older chip wants the feature switched on besides.
  const bool feature =
      config_.application->chip->release_assistance_max > 1 || settings_.release_14[1] != 0;
  rrc_.allow_hints(settings_.release_assistance != 0 && feature);
}

void cell::announce_reception_cycle() {
  if (wanted_.cedrxs != 2) return;
  const int technology = settings_.access_technology() == lte_m ? 4 : 5;
  const auto cycle = settings_.reception_cycles.find(technology);
  if (cycle == settings_.reception_cycles.end()) return;
  const auto window = settings_.paging_windows.find(technology);
  line("+CEDRXP: " + std::to_string(technology) + ",\"" + cycle->second + "\",\"" + cycle->second +
       "\",\"" + (window == settings_.paging_windows.end() ? "0000" : window->second) + "\"");
}

/// The newer chip's notice of what this cell can: access stratum, control plane.
void cell::announce_release_assistance() {
  constexpr int with_notice = 2;
  if (settings_.release_assistance != with_notice || !registered()) return;
  line("%RAI: \"" + std::string(cell_identity) + "\",\"" + config_.operator_code + "\"," +
       (rrc_.timing().honours_hints ? "1" : "0") + ",0");
}

void cell::honour_hints(bool on) {
  if (std::exchange(rrc_.timing().honours_hints, on) != on) announce_release_assistance();
}

// ---- registration ----

void cell::start_search(time_point now) {
  timers_.clear();
  if (!sim_active()) {
    set_state(registration::uicc_failure);
    return;
  }
  if (!settings_.lte_allowed()) {
    set_state(registration::idle);
    return;
  }
  time_point from = now;
  if (restricted_until_ && now < *restricted_until_) {
    if (wanted_.mdmev != 0) line("%MDMEV: RESET LOOP");
    from = *restricted_until_;
  }
  // How the whole registration time divides, in thousandths.
  constexpr std::array<std::pair<int, step>, 5> plan{{{0, step::search},
                                                      {400, step::found},
                                                      {700, step::rrc},
                                                      {800, step::attach},
                                                      {1000, step::context}}};
  for (const auto& [thousandths, what] : plan)
    timers_.push_back({from + config_.registration_time * thousandths / 1000, what});
  run(now);
}

void cell::search_again(time_point now) {
  const bool other = settings_.manual_operator && settings_.operator_code != config_.operator_code;
  if (!radio_on() || registered() != other || (!registered() && !timers_.empty())) return;
  if (registered()) leave_network("ME", registration::searching, now);
  start_search(now);
}

void cell::perform(step what, time_point now) {
  const bool other_operator =
      settings_.manual_operator && settings_.operator_code != config_.operator_code;
  switch (what) {
    case step::search:
      set_state(welcome_ == welcome::none ? registration::unknown : registration::searching);
      if (wanted_.mdmev != 0) line("%MDMEV: SEARCH STATUS 1");
      // Nobody answers.
      if (welcome_ == welcome::searching || welcome_ == welcome::none || other_operator)
        timers_.clear();
      break;
    case step::found:
      if (wanted_.mdmev != 0) line("%MDMEV: SEARCH STATUS 2");
      break;
    case step::rrc:
      rrc_.attach(now);
      note_rrc();
      break;
    case step::attach: attach(now); break;
    case step::context:
      (void)activate(0, now);
      rrc_.signalling(now);
      break;
  }
}

void cell::attach(time_point now) {
  // A default context that the network refuses is a refused attach.
  const auto refused = refusal_of(contexts_[0]);
  if (refused) {
    refuse(0, *refused);
    reject_cause_ = esm_failure;
  }
  if (!refused && welcome_ == welcome::home) return set_state(registration::home);
  if (!refused && welcome_ == welcome::roaming) return set_state(registration::roaming);
  timers_.clear();
  rrc_.detach(now);
  note_rrc();
  set_state(welcome_ == welcome::emergency ? registration::emergency : registration::denied);
}

void cell::leave_network(const char* by, registration next, time_point now) {
  timers_.clear();
  if (wanted_.cgerep != 0 && registered() && next != registration::uicc_failure)
    line(std::string("+CGEV: ") + by + " DETACH");
  lose_all_contexts("ME");
  rrc_.detach(now);
  note_rrc();
  set_state(next);
}

void cell::receive_as(welcome how, int cause, time_point now) {
  welcome_ = how;
  reject_cause_ = cause;
  if (!radio_on() || !sim_active() || !settings_.lte_allowed()) return;
  switch (how) {
    case welcome::home:
    case welcome::roaming: {
      const bool kept = std::any_of(contexts_.begin(), contexts_.end(),
                                    [](const auto& entry) { return entry.second.active; });
      if (!kept && !registered()) return start_search(now);
      rrc_.attach(now);
      note_rrc();
      set_state(how == welcome::home ? registration::home : registration::roaming);
      break;
    }
    case welcome::searching:
    case welcome::none:
      // Out of coverage: contexts and sockets stay.
      timers_.clear();
      rrc_.detach(now);
      note_rrc();
      set_state(how == welcome::none ? registration::unknown : registration::searching);
      break;
    case welcome::denied: leave_network("NW", registration::denied, now); break;
    case welcome::emergency: leave_network("NW", registration::emergency, now); break;
  }
}

void cell::detach(bool by_network, time_point now) {
  welcome_ = welcome::searching;
  if (!radio_on()) return;
  if (sim_active())
    leave_network(by_network ? "NW" : "ME",
                  by_network ? registration::searching : registration::idle, now);
  run(now);
}

void cell::set_state(registration next) {
  if (state_ == next) return;
  const bool was_registered = registered();
  state_ = next;
  if (wanted_.cereg > 0) line("+CEREG: " + registration_fields(wanted_.cereg));
  if (was_registered || !registered()) return;
  apply_power_saving();
  announce_reception_cycle();
  announce_release_assistance();
}

std::string cell::location_fields() const {
  return "\"" + std::string(area_code) + "\",\"" + std::string(cell_identity) + "\"," +
         std::to_string(settings_.access_technology());
}

std::string cell::registration_details(int n) const {
  std::string fields;
  const bool rejected = state_ == registration::denied && (n == 3 || n == 5);
  const bool located = registered() || state_ == registration::emergency || rejected;
  if (n >= 2 && located) fields += "," + location_fields();
  if (rejected) fields += ",0," + std::to_string(reject_cause_);
  // Granted power saving times stand behind two empty fields for a reject cause that does not
  // exist.
  if (n >= 4 && registered() && settings_.psm.on)
    fields += ",,,\"" + settings_.psm.active_time + "\",\"" + settings_.psm.periodic_update + "\"";
  return fields;
}

std::string cell::registration_fields(int n) const {
  std::string fields = std::to_string(static_cast<int>(state_));
  if (n >= 2 && state_ == registration::searching) fields += "," + location_fields();
  fields += registration_details(n);
  if (n >= 4 && registered() && !settings_.psm.on)
    fields += ",,,\"" + std::string(power_saving::deactivated) + "\",\"" +
              std::string(power_saving::deactivated) + "\"";
  return fields;
}

// ---- SIM ----

std::string cell::card_fields() const {
  switch (card_.now()) {
    case uicc::state::ready: return "1";
    case uicc::state::pin_wanted: return "0,1";
    case uicc::state::puk_wanted: return "0,2";
    case uicc::state::blocked: return "0,3";
    case uicc::state::absent:
    case uicc::state::off: break;
  }
  return "0";
}

void cell::announce_card() {
  if (functional_mode_ != 0 && wanted_.xsim != 0) line("%XSIM: " + card_fields());
}

bool cell::enter_pin(std::string_view pin, std::optional<std::string_view> new_pin,
                     time_point now) {
  const uicc::state before = card_.now();
  const bool right = new_pin ? card_.enter_puk(pin, *new_pin) : card_.enter_pin(pin);
  if (card_.now() != before) announce_card();
  if (right && radio_on()) start_search(now);
  return right;
}

void cell::set_sim(bool present, time_point now) {
  if (!card_.insert(present)) return;
  announce_card();
  if (!radio_on()) return;
  if (present)
    start_search(now);
  else
    leave_network("ME", registration::uicc_failure, now);
}

// ---- running ----

void cell::note_rrc() {
  const auto& all = rrc_.transitions();
  std::size_t fresh = all.empty() ? 0 : std::min(all.size(), all.back().number - rrc_noted_);
  for (; fresh > 0; --fresh) {
    const auto& t = all[all.size() - fresh];
    rrc_noted_ = t.number;
    const bool connected = t.to == rrc_model::state::connected;
    if (connected != std::exchange(rrc_said_, connected) && wanted_.cscon > 0)
      line(connected ? "+CSCON: 1" : "+CSCON: 0");
  }
}

void cell::run(time_point now) {
  while (!timers_.empty() && timers_.front().due <= now) {
    const step what = timers_.front().what;
    timers_.erase(timers_.begin());
    perform(what, now);
  }
  rrc_.run(now);
  note_rrc();
  for (auto& [cid, context] : contexts_)
    if (context.router_due && *context.router_due <= now) take_router_prefix(cid, context);
}

std::optional<time_point> cell::next_event() const {
  std::optional<time_point> next = rrc_.next_event();
  for (const auto& [cid, context] : contexts_) next = sooner(next, context.router_due);
  if (!timers_.empty()) next = sooner(next, timers_.front().due);
  return next;
}

std::vector<std::string> cell::take_lines() {
  note_rrc();
  return std::exchange(lines_, {});
}

}  // namespace cellsock::emulator
