// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/network_facts.hpp"

#include <array>

#include "modem_bridge/at/args.hpp"

namespace cellsock {
namespace {

using at::args;

struct stat_row {
  int stat;
  registration meaning;
};
constexpr std::array stats{
    stat_row{0, registration::off},
    stat_row{1, registration::home},
    stat_row{2, registration::searching},
    stat_row{3, registration::denied},
    stat_row{4, registration::no_coverage},
    stat_row{5, registration::roaming},
    stat_row{8, registration::emergency_only},
    stat_row{90, registration::no_sim},
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
constexpr std::array sim_errors{
    sim_row{10, "no SIM card; insert one (CME 10)"},
    sim_row{11, "the SIM card wants its PIN; enter it with `cellsock at` (CME 11)"},
    sim_row{12, "the SIM card is locked and wants its PUK (CME 12)"},
    sim_row{13, "the SIM card failed (CME 13)"},
    sim_row{15, "wrong kind of SIM card (CME 15)"},
};

/// stat [, tac, ci, AcT, …], after the read form's own first field.
void take_registration(args fields, network_facts& facts) {
  const auto stat = fields.integer(0, 255);
  if (!stat) return;
  facts.network = registration::unknown;
  for (const auto& row : stats)
    if (row.stat == *stat) facts.network = row.meaning;
  if (!facts.registered()) {
    facts.access_technology.clear();
    return;
  }
  facts.sim_trouble.reset();
  fields.skip();  // tac
  fields.skip();  // ci
  const auto act = fields.optional_integer(0, 255);
  if (!act || !*act) return;
  for (const auto& row : technologies)
    if (row.act == **act) facts.access_technology = row.name;
}

constexpr std::int64_t cid_max = 10;

}  // namespace

void network_facts::pdn_lost() {
  pdn_active = false;
  address.reset();
  mtu = 0;
}

failure network_facts::trouble() const {
  if (sim_trouble) return *sim_trouble;
  switch (network) {
    case registration::no_sim: return fail(errc::no_sim, "the SIM card does not work");
    case registration::denied:
      return fail(errc::registration_denied,
                  "the network denies registration; check the subscription and the APN");
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

void read_functional_mode(std::string_view text, network_facts& facts) {
  args fields(text);
  if (const auto mode = fields.integer(0, 255)) facts.functional_mode = static_cast<int>(*mode);
}

void read_sim_state(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto state = fields.text();
  if (!state) return;
  facts.sim_trouble.reset();
  if (*state != "READY")
    facts.sim_trouble =
        fail(errc::no_sim, "the SIM card wants something first: " + std::string(*state) +
                               " (enter it with `cellsock at`)");
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
  if (*state == 1) {
    facts.sim_trouble.reset();
    if (facts.network == registration::no_sim) facts.network = registration::unknown;
    return;
  }
  facts.sim_trouble = fail(errc::no_sim, "the SIM card is gone or not ready");
}

void read_context(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto which = fields.integer(0, cid_max);
  if (!which || *which != 0) return;
  fields.skip();  // type
  if (const auto apn = fields.text()) facts.apn_defined = std::string(*apn);
}

void read_activation(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto which = fields.integer(0, cid_max);
  const auto state = fields.integer(0, 1);
  if (!which || !state || *which != 0) return;
  if (*state == 0) return facts.pdn_lost();
  facts.pdn_active = true;
}

void read_address(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto which = fields.integer(0, cid_max);
  if (!which || *which != 0) return;
  facts.address.reset();
  while (!fields.at_end() && !facts.address) {
    const auto written = fields.text();
    if (!written) break;
    // Dual stack comes as two fields or as "v4 v6" in one.
    const auto parsed = parse_address(written->substr(0, written->find(' ')));
    if (parsed && !parsed->is_any()) facts.address = *parsed;
  }
  if (facts.address) facts.pdn_active = true;
}

void read_dynamic_parameters(std::string_view text, network_facts& facts) {
  args fields(text);
  const auto which = fields.integer(0, cid_max);
  if (!which || *which != 0) return;
  for (int i = 0; i < 10; ++i) fields.skip();  // bearer, APN, address, gateway, DNS, P-CSCF, …
  const auto mtu = fields.optional_integer(68, 65535);
  if (mtu && *mtu) facts.mtu = static_cast<unsigned>(**mtu);
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

packet_change packet_event(std::string_view text) {
  for (const std::string_view down : {"ME PDN DEACT", "NW PDN DEACT"})
    if (text.starts_with(down)) {
      args fields(text.substr(down.size()));
      const auto which = fields.integer(0, cid_max);
      return which && *which == 0 ? packet_change::pdn_lost : packet_change::none;
    }
  if (text.starts_with("ME DETACH") || text.starts_with("NW DETACH"))
    return packet_change::pdn_lost;
  for (const std::string_view up : {"ME PDN ACT", "IPV6 ", "ME PDN RESUMED"})
    if (text.starts_with(up)) return packet_change::look;
  return packet_change::none;
}

std::optional<failure> sim_failure(int cme_code) {
  for (const auto& row : sim_errors)
    if (row.code == cme_code) return fail(errc::no_sim, std::string(row.what));
  return std::nullopt;
}

}  // namespace cellsock
