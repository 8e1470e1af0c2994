// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/ids.hpp"
#include "stack/link_status.hpp"
#include "stack/result.hpp"

/// What the modem's native lines say about SIM, registration and the packet network. Each reader
/// takes the fields after the prefix; a field that does not parse changes nothing.
namespace cellsock {

struct stale_socket {
  modem_handle handle;
  bool secure = false;
};

struct network_facts {
  // As `status` shows them; the owner copies the block.
  registration network = registration::unknown;
  std::string operator_plmn = {};
  std::string access_technology = {};
  std::optional<int> rsrp_dbm = {};
  std::optional<ip_address> address = {};   // IPv4
  std::optional<ip_address> address6 = {};  // IPv6
  bool pdn_active = false;
  unsigned mtu = 0;
  std::optional<bool> radio_connected = {};  // as far as it says
  std::string family_note = {};  // why it gives one family only, where it said so
  // For bring-up only.
  int functional_mode = -1;
  std::string apn_defined = {};
  std::string pdn_type_defined = {};  // upper case
  std::optional<failure> sim_trouble = {};
  std::vector<stale_socket> open_sockets = {};
  long data_limit_min_ms = 0;

  [[nodiscard]] bool registered() const {
    return network == registration::home || network == registration::roaming;
  }
  [[nodiscard]] bool pdn_up() const { return pdn_active && (address || address6); }
  [[nodiscard]] const std::optional<ip_address>& address_of(ip_family family) const {
    return family == ip_family::v4 ? address : address6;
  }
  [[nodiscard]] bool attached() const { return registered() && pdn_up(); }
  void pdn_lost();
  /// Why sockets do not work, for a person and for the errno table. Not while attached.
  [[nodiscard]] failure trouble() const;
  /// Why sockets of one family do not work while the other's do; empty: they do.
  [[nodiscard]] std::optional<failure> missing(ip_family family) const;
};

// Read replies.
void read_functional_mode(std::string_view fields, network_facts& facts);
void read_sim_state(std::string_view fields, network_facts& facts);
void read_registration_reply(std::string_view fields, network_facts& facts);
void read_context(std::string_view fields, network_facts& facts);
void read_activation(std::string_view fields, network_facts& facts);
void read_address(std::string_view fields, network_facts& facts);
void read_dynamic_parameters(std::string_view fields, network_facts& facts);
void read_operator(std::string_view fields, network_facts& facts);
void read_signal(std::string_view fields, network_facts& facts);
void read_open_socket(std::string_view fields, network_facts& facts);
void read_data_limit(std::string_view fields, network_facts& facts);

// URCs.
void registration_changed(std::string_view fields, network_facts& facts);
void sim_changed(std::string_view fields, network_facts& facts);
void radio_changed(std::string_view fields, network_facts& facts);
enum class packet_change { none, look, pdn_lost };
/// `+CGEV:` of the default bearer (cid 0) and of the whole attachment.
[[nodiscard]] packet_change packet_event(std::string_view text, network_facts& facts);
/// `+CME ERROR` of a command that needs the SIM; empty: not about the SIM.
[[nodiscard]] std::optional<failure> sim_failure(int cme_code);

}  // namespace cellsock
