// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/cell.hpp"

#include <algorithm>
#include <utility>

namespace cellsock::emulator {
namespace {

constexpr std::string_view area_code = "002F";
constexpr std::string_view cell_identity = "0012BEEF";
constexpr int lte_m = 7;

// ESM causes of 3GPP TS 24.301, which `+CNEC_ESM` prints, and the bit of `+CNEC` that asks for
// them.
constexpr int only_ipv4_allowed = 50;
constexpr int only_ipv6_allowed = 51;
constexpr int esm_causes = 16;

struct families {
  bool v4 = false;
  bool v6 = false;
  [[nodiscard]] bool both() const { return v4 && v6; }
  [[nodiscard]] bool any() const { return v4 || v6; }
};

families asked_by(std::string_view type) {
  return {type == "IP" || type == "IPV4V6", type == "IPV6" || type == "IPV4V6"};
}

families given_by(pdn_family network) {
  return {network != pdn_family::v6, network != pdn_family::v4};
}

/// `text` for the default context; others get a last group of their own.
std::string numbered(const std::string& text, char separator, int cid) {
  if (cid == 0) return text;
  return text.substr(0, text.rfind(separator) + 1) + std::to_string(100 + cid);
}

}  // namespace

cell::cell(const modem_config& config) : config_(config), sim_present_(config.sim_present) {
  contexts_[0].apn = "";
}

bool cell::active(int cid) const {
  const auto found = contexts_.find(cid);
  return found != contexts_.end() && found->second.active;
}

bool cell::reaches(int cid, ip_family family) const {
  return active(cid) && !contexts_.at(cid).address_of(family).empty();
}

std::optional<int> cell::cid_of_pdn(int pdn_id) const {
  for (const auto& [cid, entry] : contexts_)
    if (entry.active && entry.pdn_id == pdn_id) return cid;
  return {};
}

void cell::set_functional_mode(int mode, time_point now) {
  const bool was_on = radio_on();
  switch (mode) {
    case 20: functional_mode_ = functional_mode_ == 1 ? 4 : functional_mode_; break;
    case 30:
    case 31:
    case 40:
    case 41: break;  // satellites and UICC alone: nothing here depends on them
    default: functional_mode_ = mode; break;
  }
  if (mode == 44) functional_mode_ = 4;
  if (mode == 21) functional_mode_ = 1;
  if (functional_mode_ != 0 && wanted_.xsim != 0 && !was_on)
    line(sim_present_ ? "%XSIM: 1" : "%XSIM: 0");
  if (was_on && !radio_on()) {
    timers_.clear();
    lose_all_contexts("ME");
    if (wanted_.cgerep != 0 && registered()) line("+CGEV: ME DETACH");
    set_rrc(false);
    set_state(registration::idle);
  }
  if (functional_mode_ == 0) {
    wanted_ = {};
    lines_.clear();
  }
  if (!was_on && radio_on()) start_search(now);
}

void cell::start_search(time_point now) {
  timers_.clear();
  if (!sim_present_) {
    set_state(registration::uicc_failure);
    return;
  }
  // How the whole registration time divides, in thousandths.
  constexpr std::array<std::pair<int, step>, 5> plan{{{0, step::search},
                                                      {400, step::found},
                                                      {700, step::rrc},
                                                      {800, step::attach},
                                                      {1000, step::context}}};
  for (const auto& [thousandths, what] : plan)
    timers_.push_back({now + config_.registration_time * thousandths / 1000, what});
  run(now);
}

void cell::perform(step what, time_point now) {
  switch (what) {
    case step::search:
      set_state(registration::searching);
      if (wanted_.mdmev != 0) line("%MDMEV: SEARCH STATUS 1");
      if (!network_allows_) timers_.clear();  // nobody answers
      break;
    case step::found:
      if (wanted_.mdmev != 0) line("%MDMEV: SEARCH STATUS 2");
      break;
    case step::rrc: set_rrc(true); break;
    case step::attach:
      set_state(config_.roaming ? registration::roaming : registration::home);
      break;
    case step::context:
      (void)activate(0, now);
      traffic(now);
      break;
    case step::rrc_release: set_rrc(false); break;
  }
}

void cell::reboot() {
  timers_.clear();
  wanted_ = {};
  lose_all_contexts("ME");
  set_rrc(false);
  state_ = registration::idle;
  functional_mode_ = 0;
  contexts_.clear();
  contexts_[0];
  next_pdn_id_ = first_pdn_id;
  lines_.clear();
}

void cell::run(time_point now) {
  while (!timers_.empty() && timers_.front().due <= now) {
    const step what = timers_.front().what;
    timers_.erase(timers_.begin());
    perform(what, now);
  }
  if (rrc_release_ && *rrc_release_ <= now) {
    rrc_release_.reset();
    perform(step::rrc_release, now);
  }
  for (auto& [cid, context] : contexts_)
    if (context.router_due && *context.router_due <= now) take_router_prefix(cid, context);
}

std::optional<time_point> cell::next_event() const {
  std::optional<time_point> next = rrc_release_;
  for (const auto& [cid, context] : contexts_) next = sooner(next, context.router_due);
  if (!timers_.empty()) next = sooner(next, timers_.front().due);
  return next;
}

std::vector<std::string> cell::take_lines() {
  return std::exchange(lines_, {});
}

void cell::set_state(registration next) {
  if (state_ == next) return;
  state_ = next;
  if (wanted_.cereg > 0) line("+CEREG: " + registration_fields(wanted_.cereg));
}

std::string cell::location_fields() const {
  return "\"" + std::string(area_code) + "\",\"" + std::string(cell_identity) + "\"," +
         std::to_string(lte_m);
}

std::string cell::registration_fields(int n) const {
  std::string fields = std::to_string(static_cast<int>(state_));
  const bool located = registered() || state_ == registration::searching;
  if (n >= 2 && located) fields += "," + location_fields();
  // Levels 4 and 5 add the granted power saving times (all bits: not granted), behind two empty
  // fields for a reject cause that does not exist.
  if (n >= 4 && registered()) fields += ",,,\"11100000\",\"11100000\"";
  return fields;
}

void cell::set_rrc(bool connected) {
  if (!connected) rrc_release_.reset();
  if (rrc_connected_ == connected) return;
  rrc_connected_ = connected;
  if (wanted_.cscon > 0) line(connected ? "+CSCON: 1" : "+CSCON: 0");
}

void cell::traffic(time_point now) {
  if (!registered()) return;
  set_rrc(true);
  rrc_release_ = now + config_.rrc_inactivity;
}

bool cell::activate(int cid, time_point now) {
  const auto found = contexts_.find(cid);
  if (found == contexts_.end() || !registered()) return false;
  data_context& context = found->second;
  if (context.active) return true;
  const auto up = std::count_if(contexts_.begin(), contexts_.end(),
                                [](const auto& entry) { return entry.second.active; });
  if (up >= active_contexts_max) return false;
  const families asked = asked_by(context.type);
  const families given = given_by(config_.family);
  const families granted{asked.v4 && given.v4, asked.v6 && given.v6};
  if (asked.any() && !granted.any()) {
    const int cause = given.v4 ? only_ipv4_allowed : only_ipv6_allowed;
    if ((wanted_.cnec & esm_causes) != 0)
      line("+CNEC_ESM: " + std::to_string(cause) + "," + std::to_string(cid));
    return false;
  }
  context.active = true;
  // The default bearer is PDN 0; others count from 2 in the order they come up, so that a driver
  // which mistakes a context id for a PDN id is found out.
  context.pdn_id = cid == 0 ? 0 : next_pdn_id_++;
  if (context.apn.empty()) context.apn = config_.apn;
  if (granted.v4) context.address = numbered(config_.address, '.', cid);
  if (wanted_.cgerep != 0) {
    // The reason tells a context that asked for both families which one it got.
    const char* reason = !asked.both() || granted.both() ? "" : granted.v4 ? ",0" : ",1";
    line("+CGEV: ME PDN ACT " + std::to_string(cid) + reason);
  }
  if (!granted.v6) return true;
  context.router_due = now + config_.router_time;
  if (config_.router_time == duration::zero()) take_router_prefix(cid, context);
  return true;
}

void cell::take_router_prefix(int cid, data_context& context) {
  context.router_due.reset();
  context.address6 = numbered(config_.address6, ':', cid);
  if (wanted_.cgerep != 0) line("+CGEV: IPV6 " + std::to_string(cid));
}

bool cell::deactivate(int cid) {
  if (!contexts_.contains(cid)) return false;
  if (active(cid)) lose_context(cid, "ME");
  return true;
}

void cell::lose_context(int cid, const char* by) {
  data_context& context = contexts_[cid];
  context.active = false;
  context.address.clear();
  context.address6.clear();
  context.router_due.reset();
  if (wanted_.cgerep != 0) line(std::string("+CGEV: ") + by + " PDN DEACT " + std::to_string(cid));
  on_context_lost(cid);
}

void cell::lose_all_contexts(const char* by) {
  for (const auto& [cid, entry] : contexts_)
    if (entry.active) lose_context(cid, by);
}

bool cell::network_drops_pdn(int cid) {
  if (!active(cid)) return false;
  lose_context(cid, "NW");
  return true;
}

bool cell::network_restores_pdn(time_point now) {
  return activate(0, now);
}

void cell::deregister(time_point now) {
  network_allows_ = false;
  timers_.clear();
  if (!radio_on()) return;
  if (registered() && wanted_.cgerep != 0) line("+CGEV: NW DETACH");
  lose_all_contexts("ME");
  set_rrc(false);
  if (sim_present_) set_state(registration::searching);
  run(now);
}

void cell::allow_registration(time_point now) {
  network_allows_ = true;
  if (radio_on() && !registered()) start_search(now);
}

void cell::set_sim(bool present, time_point now) {
  if (sim_present_ == present) return;
  sim_present_ = present;
  if (functional_mode_ != 0 && wanted_.xsim != 0) line(present ? "%XSIM: 1" : "%XSIM: 0");
  if (!radio_on()) return;
  if (present) {
    start_search(now);
    return;
  }
  timers_.clear();
  lose_all_contexts("ME");
  set_rrc(false);
  set_state(registration::uicc_failure);
}

}  // namespace cellsock::emulator
