// SPDX-License-Identifier: Apache-2.0
// The packet data contexts of the cell.
#include <algorithm>
#include <utility>

#include "modem_bridge/emulator/cell.hpp"

namespace cellsock::emulator {
namespace {

// ESM causes of 3GPP TS 24.301, which `+CNEC_ESM` prints, and the bit of `+CNEC` that asks for
// them.
constexpr int login_failed = 29;
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

/// `text` for the default context; others get a last group of their own, `from` above their number.
std::string numbered(const std::string& text, char separator, int cid, int from = 100) {
  if (cid == 0 || text.empty()) return text;
  return text.substr(0, text.rfind(separator) + 1) + std::to_string(from + cid);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

bool cell::active(int cid) const {
  const auto found = contexts_.find(cid);
  return found != contexts_.end() && found->second.active;
}

bool cell::reaches(int cid, ip_family family) const {
  return active(cid) && !contexts_.at(cid).address_of(family).empty();
}

bool cell::carries(int cid) const {
  return registered() && active(cid) && !contexts_.at(cid).suspended;
}

std::optional<int> cell::cid_of_pdn(int pdn_id) const {
  for (const auto& [cid, entry] : contexts_)
    if (entry.active && entry.pdn_id == pdn_id) return cid;
  return {};
}

int cell::next_pdn_id(int cid) {
  if (cid == 0) return 0;
  do {
    last_given_pdn_id_ = last_given_pdn_id_ >= last_pdn_id ? first_pdn_id : last_given_pdn_id_ + 1;
  } while (last_given_pdn_id_ == cid || cid_of_pdn(last_given_pdn_id_));
  return last_given_pdn_id_;
}

std::array<std::string, 2> cell::name_servers(int cid, ip_family family) const {
  constexpr int second = 200;
  if (family == ip_family::v6)
    return {numbered(config_.dns6_primary, ':', cid),
            numbered(config_.dns6_secondary, ':', cid, second)};
  return {numbered(config_.dns_primary, '.', cid),
          numbered(config_.dns_secondary, '.', cid, second)};
}

void cell::refuse(int cid, int esm_cause) {
  if ((wanted_.cnec & esm_causes) != 0)
    line("+CNEC_ESM: " + std::to_string(esm_cause) + "," + std::to_string(cid));
}

void cell::refuse_access_point(std::string name, std::optional<int> cause) {
  if (cause)
    refused_[lower(std::move(name))] = *cause;
  else
    refused_.erase(lower(std::move(name)));
}

/// The ESM cause with which the network refuses it, whatever family it asks for.
std::optional<int> cell::refusal_of(const data_context& context) const {
  const auto refused = refused_.find(lower(context.apn.empty() ? config_.apn : context.apn));
  if (refused != refused_.end()) return refused->second;
  if (demanded_ && (context.login.protocol == 0 || context.login.user != demanded_->user ||
                    context.login.password != demanded_->password))
    return login_failed;
  return {};
}

bool cell::activate(int cid, time_point now) {
  const auto found = contexts_.find(cid);
  if (found == contexts_.end() || !registered()) return false;
  data_context& context = found->second;
  if (context.active) return true;
  const auto up = std::count_if(contexts_.begin(), contexts_.end(),
                                [](const auto& entry) { return entry.second.active; });
  if (up >= active_contexts_max) return false;
  if (const auto cause = refusal_of(context)) {
    refuse(cid, *cause);
    return false;
  }
  const families asked = asked_by(context.type);
  const families given = given_by(config_.family);
  const families granted{asked.v4 && given.v4, asked.v6 && given.v6};
  if (asked.any() && !granted.any()) {
    refuse(cid, given.v4 ? only_ipv4_allowed : only_ipv6_allowed);
    return false;
  }
  rrc_.signalling(now);
  context.pdn_id = next_pdn_id(cid);
  context.active = true;
  context.suspended = false;
  if (context.apn.empty()) context.apn = config_.apn;
  if (granted.v4) context.address = numbered(config_.address, '.', cid);
  if (wanted_.cgerep != 0) {
    // The reason tells a context that asked for both families which one it got.
    const char* reason = !asked.both() || granted.both() ? "" : granted.v4 ? ",0" : ",1";
    line("+CGEV: ME PDN ACT " + std::to_string(cid) + reason);
  }
  on_context_up(cid);
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
  context.suspended = false;
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

bool cell::drop_context(int cid, bool by_network) {
  if (!active(cid)) return false;
  lose_context(cid, by_network ? "NW" : "ME");
  return true;
}

bool cell::restore_context(int cid, time_point now) {
  return activate(cid, now);
}

bool cell::suspend_context(int cid, bool suspended) {
  if (!active(cid) || contexts_[cid].suspended == suspended) return false;
  contexts_[cid].suspended = suspended;
  if (wanted_.cgerep != 0)
    line(std::string("+CGEV: ME PDN ") + (suspended ? "SUSPENDED " : "RESUMED ") +
         std::to_string(cid));
  return true;
}

}  // namespace cellsock::emulator
