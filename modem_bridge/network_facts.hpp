// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modem_bridge/attach_settings.hpp"
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

/// Contexts are 0 to 10; that of the attachment is 0.
inline constexpr std::size_t contexts_max = 11;
inline constexpr cid first_context{0};

/// What is known of one context (3GPP TS 27.007 §10.1).
struct context_facts {
  bool active = false;
  std::optional<pdn_id> id = {};            // as the modem reports it, while active
  std::optional<ip_address> address = {};   // IPv4
  std::optional<ip_address> address6 = {};  // IPv6
  unsigned mtu = 0;
  std::vector<ip_address> name_servers = {};
  std::string family_note = {};  // why it gives one family only, where it said so
  std::string apn_defined = {};
  std::string type_defined = {};             // upper case; empty: not defined
  std::optional<unsigned> refused_for = {};  // ESM cause of the last activation that failed

  [[nodiscard]] bool up() const { return active && (address || address6); }
  [[nodiscard]] const std::optional<ip_address>& address_of(ip_family family) const {
    return family == ip_family::v4 ? address : address6;
  }
  /// Its definition stays.
  void lost();
  /// Why sockets of one family do not work while the other's do; empty: they do.
  [[nodiscard]] std::optional<failure> missing(ip_family family) const;
};

struct network_facts {
  // As `status` shows them; the owner copies the block.
  registration network = registration::unknown;
  std::string operator_plmn = {};
  std::string access_technology = {};
  std::optional<int> rsrp_dbm = {};
  std::array<context_facts, contexts_max> contexts = {};
  std::optional<unsigned> reject_cause = {};  // EMM, of a registration denied
  std::optional<std::chrono::seconds> tau_granted = {}, active_time_granted = {};  // PSM
  std::optional<std::chrono::milliseconds> edrx_granted = {};
  /// The modem holds back attachments for a while: it was reset too often.
  bool restrained = false;
  std::optional<bool> radio_connected = {};  // as far as it says
  std::string cell = {};                     // as +CEREG prints it
  // For bring-up only.
  int functional_mode = -1;
  std::optional<system_mode> system_set = {};
  std::optional<psm_wish> psm_set = {};                    // what it asks the network for
  std::vector<std::pair<int, std::string>> edrx_set = {};  // by AcT, bits
  std::string sim_wants = {};                              // as +CPIN says; READY: nothing
  std::optional<int> pin_tries = {};                       // left, as far as the modem says
  std::optional<failure> sim_trouble = {};
  std::vector<stale_socket> open_sockets = {};
  long data_limit_min_ms = 0;

  [[nodiscard]] bool registered() const {
    return network == registration::home || network == registration::roaming;
  }
  [[nodiscard]] context_facts& at(cid context) { return contexts[number(context) % contexts_max]; }
  [[nodiscard]] const context_facts& at(cid context) const {
    return contexts[number(context) % contexts_max];
  }
  [[nodiscard]] context_facts& first() { return contexts.front(); }
  [[nodiscard]] const context_facts& first() const { return contexts.front(); }
  /// By its functional mode: somebody switched it off.
  [[nodiscard]] bool radio_off() const { return functional_mode == 0 || functional_mode == 4; }
  [[nodiscard]] bool attached() const { return registered() && first().up(); }
  /// Why sockets do not work, for a person and for the errno table. Not while attached.
  [[nodiscard]] failure trouble() const;
};

// Read replies.
void read_functional_mode(std::string_view fields, network_facts& facts);
void read_sim_state(std::string_view fields, network_facts& facts);
void read_registration_reply(std::string_view fields, network_facts& facts);
void read_context(std::string_view fields, network_facts& facts);
void read_activation(std::string_view fields, network_facts& facts);
void read_address(std::string_view fields, network_facts& facts);
void read_system_mode(std::string_view fields, network_facts& facts);
void read_psm(std::string_view fields, network_facts& facts);
void read_edrx(std::string_view fields, network_facts& facts);
void read_pin_tries(std::string_view fields, network_facts& facts);
void read_pdn_id(std::string_view fields, context_facts& context);
void read_dynamic_parameters(std::string_view fields, network_facts& facts);
void read_operator(std::string_view fields, network_facts& facts);
void read_signal(std::string_view fields, network_facts& facts);
void read_open_socket(std::string_view fields, network_facts& facts);
void read_data_limit(std::string_view fields, network_facts& facts);

// URCs.
void registration_changed(std::string_view fields, network_facts& facts);
void sim_changed(std::string_view fields, network_facts& facts);
/// `+CEDRXP:` what the network grants.
void edrx_changed(std::string_view fields, network_facts& facts);
void radio_changed(std::string_view fields, network_facts& facts);
enum class packet_change { none, look, lost, suspended, resumed };
struct packet_news {
  packet_change what = packet_change::none;
  std::optional<cid> context = {};  // empty: of all of them
};
/// `+CGEV:` of one context or of the whole attachment.
[[nodiscard]] packet_news packet_event(std::string_view text, network_facts& facts);
/// `+CNEC_ESM:` says why the network refused a context.
void refusal_explained(std::string_view fields, network_facts& facts);
/// `+CME ERROR` of a command that needs the SIM; empty: not about the SIM.
[[nodiscard]] std::optional<failure> sim_failure(int cme_code);

}  // namespace cellsock
