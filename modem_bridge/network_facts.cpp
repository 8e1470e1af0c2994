// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/network_facts.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "modem_bridge/at/args.hpp"
#include "stack/registration.hpp"
#include "stack/reject_causes.hpp"

namespace cellsock {
namespace {

using at::args;

struct stat_row {
  int stat;
  registration_event meaning;
};
constexpr std::array stats{
    stat_row{0, registration_event::idle},           stat_row{1, registration_event::home},
    stat_row{2, registration_event::searching},      stat_row{3, registration_event::denied},
    stat_row{4, registration_event::no_coverage},    stat_row{5, registration_event::roaming},
    stat_row{8, registration_event::emergency_only}, stat_row{90, registration_event::sim_failed},
};

struct technology_row {
  int act;
  std::string_view name;
};
constexpr std::array technologies{technology_row{7, "LTE-M"}, technology_row{9, "NB-IoT"},
                                  technology_row{14, "NB-IoT NTN"}};

struct sim_row {
  int code;
  std::string_view what;
};
/// What +CPIN may say that a person can do something about.
struct sim_state_row {
  std::string_view wants;
  std::string_view what;
};
constexpr std::array sim_states{
    sim_state_row{"SIM PIN", "the SIM card wants its PIN: set modem.pin_file"},
    sim_state_row{"SIM PUK",
                  "the SIM card is locked after wrong PINs and wants its PUK, which its operator "
                  "has; enter it with `cellsock at 'AT+CPIN=\"PUK\",\"new PIN\"'`"},
    sim_state_row{"SIM PIN2", "the SIM card wants its PIN2"},
    sim_state_row{"SIM PUK2", "the SIM card wants its PUK2"},
    sim_state_row{"PH-SIM PIN", "the modem is locked to another SIM card"},
};
constexpr std::array sim_errors{
    sim_row{10, "no SIM card; insert one (CME 10)"},
    sim_row{11, "the SIM card wants its PIN: set modem.pin_file (CME 11)"},
    sim_row{12,
            "the SIM card is locked and wants its PUK, which its operator has; enter it with "
            "`cellsock at 'AT+CPIN=\"PUK\",\"new PIN\"'` (CME 12)"},
    sim_row{13, "the SIM card failed (CME 13)"},
    sim_row{15, "wrong kind of SIM card (CME 15)"},
};

/// stat [, tac, ci, AcT, …], after the read form's own first field.
void take_registration(args fields, network_facts& facts) {
  const auto stat = fields.integer(0, 255);
  if (!stat) return;
  auto event = registration_event::unclear;
  for (const auto& row : stats)
    if (row.stat == *stat) event = row.meaning;
  facts.network = step(facts.network, event);
  fields.skip();  // tac
  if (const auto ci = fields.text(); ci && !ci->empty()) facts.cell = ci->substr(0, 16);
  const auto act = fields.optional_integer(0, 255);
  const auto cause_type = fields.optional_integer(0, 255);
  const auto cause = fields.optional_integer(0, 255);
  facts.reject_cause.reset();
  constexpr int emm = 0;
  if (cause_type && *cause_type == emm && cause && *cause)
    facts.reject_cause = static_cast<unsigned>(**cause);
  facts.access_technology.clear();
  facts.active_time_granted.reset();
  facts.tau_granted.reset();
  if (!facts.registered()) return;
  facts.sim_trouble.reset();
  facts.restrained = false;
  if (act && *act)
    for (const auto& row : technologies)
      if (row.act == **act) facts.access_technology = row.name;
  if (const auto bits = fields.text())
    facts.active_time_granted = timer_of(power_timer::t3324, *bits);
  if (const auto bits = fields.text()) facts.tau_granted = timer_of(power_timer::t3412_ext, *bits);
}

constexpr std::int64_t cid_max = contexts_max - 1;

/// The context that a line begins with; null: of none.
context_facts* context_of(args& fields, network_facts& facts) {
  const auto which = fields.integer(0, cid_max);
  return which ? &facts.contexts[static_cast<std::size_t>(*which)] : nullptr;
}

/// Until the network has announced its prefix, an IPv6 context has a link-local address only: it
/// reaches nobody.
bool link_local(const ip_address& address) {
  return address.family == ip_family::v6 && address.bytes[0] == 0xfe &&
         (address.bytes[1] & 0xc0) == 0x80;
}

void take_address(std::string_view text, context_facts& context) {
  const auto parsed = parse_address(text);
  if (!parsed || parsed->is_any() || link_local(*parsed)) return;
  auto& place = parsed->family == ip_family::v4 ? context.address : context.address6;
  if (!place) place = *parsed;
}

/// `+CGEV:` texts of one context, which follows them as a number.
struct packet_row {
  std::string_view begins;
  packet_change meaning;
  bool about_families = false;  // what was known of a missing family is out of date
  std::string_view note = {};   // why one is missing
};
constexpr std::array packet_events{
    packet_row{"ME PDN DEACT ", packet_change::lost},
    packet_row{"NW PDN DEACT ", packet_change::lost},
    packet_row{"ME PDN ACT ", packet_change::look, true},
    packet_row{"ME PDN SUSPENDED ", packet_change::suspended},
    packet_row{"ME PDN RESUMED ", packet_change::resumed},
    packet_row{"IPV6 FAIL ", packet_change::look, true, "it announced no IPv6 prefix"},
    packet_row{"IPV6 ", packet_change::look, true},
};
/// By the reason that may follow the context, which only `ME PDN ACT` has.
constexpr std::array<std::string_view, 2> activation_reasons{"it allows IPv4 only",
                                                             "it allows IPv6 only"};

}  // namespace

void context_facts::lost() {
  active = false;
  id.reset();
  address.reset();
  address6.reset();
  name_servers.clear();
  family_note.clear();
  mtu = 0;
}

failure network_facts::trouble() const {
  // Without its radio a modem may miss its SIM card too.
  if (radio_off())
    return fail(errc::not_registered, "the radio is off; `cellsock modem on` switches it on");
  if (sim_trouble) return *sim_trouble;
  if (restrained && !registered())
    return fail(errc::not_registered,
                "the modem was reset too often and does not attach for up to 30 minutes");
  switch (network) {
    case registration::no_sim: return fail(errc::no_sim, "the SIM card does not work");
    case registration::denied:
      return fail(errc::registration_denied,
                  "the network denies registration" +
                      (reject_cause ? ": " + cause_text(emm_causes, "EMM", *reject_cause)
                                    : "; check the subscription and the APN"));
    case registration::off:
      return fail(errc::not_registered, "the modem is not searching for a network");
    case registration::searching: return fail(errc::not_registered, "searching for a network");
    case registration::no_coverage:
      return fail(errc::not_registered, "no coverage; check the antenna");
    case registration::emergency_only:
      return fail(errc::not_registered, "the network offers emergency service only");
    case registration::home:
    case registration::roaming:
      return fail(errc::pdn_down, "registered, but the packet data network is down");
    default: return fail(errc::not_registered, "registration not known yet");
  }
}

std::optional<failure> context_facts::missing(ip_family family) const {
  if (address_of(family)) return std::nullopt;
  std::string detail = family == ip_family::v4 ? "the network gave no IPv4 address"
                                               : "the network gave no IPv6 address";
  if (!family_note.empty()) detail += ": " + family_note;
  return fail(errc::address_not_available, std::move(detail));
}

void read_functional_mode(std::string_view text, network_facts& facts) {
  args fields(text);
  if (const auto mode = fields.integer(0, 255)) facts.functional_mode = static_cast<int>(*mode);
}

void read_sim_state(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto state = fields.text();
  if (!state) return;
  facts.sim_wants = std::string(*state);
  // A card that registration calls broken (status 90) may be ready all the same.
  const bool was_in_trouble = facts.sim_trouble.has_value();
  facts.sim_trouble.reset();
  if (*state == "READY") {
    if (was_in_trouble) facts.network = step(facts.network, registration_event::sim_ready);
    return;
  }
  std::string what = "the SIM card wants something first: " + std::string(*state) +
                     " (enter it with `cellsock at`)";
  for (const auto& row : sim_states)
    if (row.wants == *state) what = std::string(row.what);
  facts.sim_trouble = fail(errc::no_sim, std::move(what));
}

void read_system_mode(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto ltem = fields.integer(0, 1);
  const auto nbiot = fields.integer(0, 1);
  const auto gnss = fields.integer(0, 1);
  const auto preference = fields.integer(0, 4);
  if (!ltem || !nbiot || !gnss || !preference) return;
  facts.system_set = {*ltem == 1, *nbiot == 1, *gnss == 1, static_cast<unsigned>(*preference)};
}

void read_psm(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto on = fields.integer(0, 1);
  if (!on) return;
  fields.skip();  // two timers of older networks
  fields.skip();
  psm_wish set{*on == 1, {}, {}};
  if (const auto bits = fields.text())
    set.t3412_ext = timer_of(power_timer::t3412_ext, *bits).value_or(std::chrono::seconds(0));
  if (const auto bits = fields.text())
    set.t3324 = timer_of(power_timer::t3324, *bits).value_or(std::chrono::seconds(0));
  facts.psm_set = set;
}

void read_edrx(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto act = fields.integer(4, 5);
  const auto bits = fields.text();
  if (act && bits) facts.edrx_set.emplace_back(static_cast<int>(*act), std::string(*bits));
}

void edrx_changed(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto act = fields.integer(0, 5);
  fields.skip();  // asked for
  const auto granted = fields.text();
  if (!act) return;
  facts.edrx_granted.reset();
  if (*act < 4 || !granted) return;
  facts.edrx_granted = edrx_of(static_cast<edrx_system>(*act), *granted);
}

void read_pin_tries(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto which = fields.text();
  const auto left = fields.integer(0, 99);
  if (which && *which == "SIM PIN" && left) facts.pin_tries = static_cast<int>(*left);
}

void read_registration_reply(std::string_view text, network_facts& facts) {
  args fields(text);
  fields.skip();  // <n>
  take_registration(fields, facts);
}

void registration_changed(std::string_view text, network_facts& facts) {
  take_registration(args(text), facts);
}

void sim_changed(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto state = fields.integer(0, 1);
  if (!state) return;
  facts.pin_tries.reset();
  if (*state == 1) {
    facts.sim_trouble.reset();
    facts.network = step(facts.network, registration_event::sim_ready);
    return;
  }
  facts.network = step(facts.network, registration_event::sim_failed);
  facts.sim_trouble = fail(errc::no_sim, "the SIM card is gone or not ready");
}

void radio_changed(std::string_view text, network_facts& facts) {
  args fields(text);
  if (const auto mode = fields.integer(0, 1)) facts.radio_connected = *mode == 1;
}

void read_context(std::string_view text, network_facts& facts) {
  args fields(text);
  auto* context = context_of(fields, facts);
  if (context == nullptr) return;
  if (const auto type = fields.text()) {
    context->type_defined = std::string(*type);
    std::transform(type->begin(), type->end(), context->type_defined.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  }
  if (const auto apn = fields.text()) context->apn_defined = std::string(*apn);
}

void read_activation(std::string_view text, network_facts& facts) {
  args fields(text);
  auto* context = context_of(fields, facts);
  const auto state = fields.integer(0, 1);
  if (context == nullptr || !state) return;
  if (*state == 0) return context->lost();
  context->active = true;
}

void read_pdn_id(std::string_view text, context_facts& context) {
  args fields(text);
  if (const auto id = fields.integer(0, 255)) context.id = static_cast<pdn_id>(*id);
}

void read_address(std::string_view text, network_facts& facts) {
  args fields(text);
  auto* context = context_of(fields, facts);
  if (context == nullptr) return;
  context->address.reset();
  context->address6.reset();
  while (!fields.at_end()) {
    const auto written = fields.text();
    if (!written) break;
    // Dual stack comes as two fields or as "v4 v6" in one.
    for (auto rest = *written; !rest.empty();) {
      const auto end = std::min(rest.find(' '), rest.size());
      take_address(rest.substr(0, end), *context);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (context->address || context->address6) context->active = true;
}

void read_dynamic_parameters(std::string_view text, network_facts& facts) {
  args fields(text);
  auto* context = context_of(fields, facts);
  if (context == nullptr) return;
  for (int i = 0; i < 4; ++i) fields.skip();  // bearer, APN, address, gateway
  // A line for each family: the servers add up.
  constexpr std::size_t servers_max = 4;
  for (int i = 0; i < 2; ++i) {
    const auto written = fields.text();
    if (!written) continue;
    const auto server = parse_address(*written);
    auto& known = context->name_servers;
    if (server && !server->is_any() && known.size() < servers_max &&
        std::find(known.begin(), known.end(), *server) == known.end())
      known.push_back(*server);
  }
  for (int i = 0; i < 4; ++i) fields.skip();  // P-CSCF, signalling flag, LIPA
  const auto mtu = fields.optional_integer(68, 65535);
  if (mtu && *mtu) context->mtu = static_cast<unsigned>(**mtu);
}

void read_operator(std::string_view text, network_facts& facts) {
  args fields(text);
  fields.skip();  // mode
  if (fields.at_end()) {
    facts.operator_plmn.clear();
    return;
  }
  fields.skip();  // format
  if (const auto plmn = fields.text()) facts.operator_plmn = std::string(*plmn);
}

void read_signal(std::string_view text, network_facts& facts) {
  args fields(text);
  for (int i = 0; i < 5; ++i) fields.skip();
  const auto index = fields.integer(-255, 255);
  facts.rsrp_dbm.reset();
  if (!index || *index == 255) return;
  facts.rsrp_dbm = static_cast<int>(*index) - (*index > 0 ? 141 : 140);
}

void read_open_socket(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto handle = fields.integer(0, 255);
  if (!handle || fields.at_end()) return;  // the last line only names the current socket
  for (int i = 0; i < 3; ++i) fields.skip();
  const auto sec_tag = fields.integer(-1, 2147483647);
  if (!sec_tag) return;
  facts.open_sockets.push_back({static_cast<modem_handle>(*handle), *sec_tag >= 0});
}

void read_data_limit(std::string_view text, network_facts& facts) {
  args fields(text);
  fields.skip();
  if (const auto min = fields.integer(1, 65535)) facts.data_limit_min_ms = static_cast<long>(*min);
}

packet_news packet_event(std::string_view text, network_facts& facts) {
  if (text.starts_with("ME DETACH") || text.starts_with("NW DETACH"))
    return {packet_change::lost, std::nullopt};
  for (const auto& row : packet_events) {
    if (!text.starts_with(row.begins)) continue;
    args fields(text.substr(row.begins.size()));
    const auto which = fields.integer(0, cid_max);
    if (!which) return {};
    const auto context = static_cast<cid>(*which);
    if (row.about_families) {
      const auto reason = fields.optional_integer(0, activation_reasons.size() - 1);
      facts.at(context).family_note =
          reason && *reason ? activation_reasons[static_cast<std::size_t>(**reason)] : row.note;
    }
    return {row.meaning, context};
  }
  return {};
}

void refusal_explained(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto cause = fields.integer(0, 255);
  auto* context = cause ? context_of(fields, facts) : nullptr;
  if (context != nullptr) context->refused_for = static_cast<unsigned>(*cause);
}

std::optional<failure> sim_failure(int cme_code) {
  for (const auto& row : sim_errors)
    if (row.code == cme_code) return fail(errc::no_sim, std::string(row.what));
  return std::nullopt;
}

}  // namespace cellsock
