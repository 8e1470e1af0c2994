// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "modem_bridge/emulator/config.hpp"
#include "modem_bridge/emulator/rrc_model.hpp"
#include "modem_bridge/emulator/settings.hpp"
#include "modem_bridge/emulator/time.hpp"
#include "modem_bridge/emulator/uicc.hpp"

namespace cellsock::emulator {

/// The LTE side of the modem: functional mode, SIM, registration, packet data contexts, and the
/// unsolicited lines all of these produce. Knows nothing of sockets; it says when a context dies.
class cell {
public:
  static constexpr int contexts_max = 11;  // cid 0 … 10
  /// PDN ids of contexts other than the default: never the context's own number, and not soon the
  /// same again, so that a driver which mistakes one for the other is found out.
  static constexpr int first_pdn_id = 2;
  static constexpr int last_pdn_id = 10;
  static constexpr int active_contexts_max = 4;  // the modem's own limit
  /// Registration states of 3GPP TS 27.007, and Nordic's 90.
  enum class registration : std::uint8_t {
    idle = 0,
    home = 1,
    searching = 2,
    denied = 3,
    unknown = 4,
    roaming = 5,
    emergency = 8,
    uicc_failure = 90
  };

  struct data_context {
    std::string type = "IPV4V6";
    std::string apn = {};
    credentials login = {};
    bool active = false;
    bool suspended = false;
    int pdn_id = 0;
    /// What the network granted; empty: not this family, or for IPv6 not yet.
    std::string address = {};
    std::string address6 = {};
    std::optional<time_point> router_due = {};

    [[nodiscard]] const std::string& address_of(ip_family family) const {
      return family == ip_family::v4 ? address : address6;
    }
  };

  cell(const modem_config& config, time_point start);

  // ---- what commands ask ----
  [[nodiscard]] int functional_mode() const { return functional_mode_; }
  /// The LTE part is on (1, 21).
  [[nodiscard]] bool radio_on() const { return functional_mode_ == 1 || functional_mode_ == 21; }
  void set_functional_mode(int mode, time_point now);
  [[nodiscard]] const uicc& card() const { return card_; }
  [[nodiscard]] bool sim_active() const { return card_.now() == uicc::state::ready; }
  /// False: wrong. A PUK comes with the PIN that shall be the new one.
  bool enter_pin(std::string_view pin, std::optional<std::string_view> new_pin, time_point now);
  /// `1`, or `0` and why not: what `%XSIM` prints.
  [[nodiscard]] std::string card_fields() const;
  [[nodiscard]] registration state() const { return state_; }
  [[nodiscard]] bool registered() const {
    return state_ == registration::home || state_ == registration::roaming;
  }
  [[nodiscard]] std::map<int, data_context>& contexts() { return contexts_; }
  [[nodiscard]] const std::map<int, data_context>& contexts() const { return contexts_; }
  [[nodiscard]] bool active(int cid) const;
  [[nodiscard]] std::optional<int> cid_of_pdn(int pdn_id) const;
  /// The context is up and has an address of this family.
  [[nodiscard]] bool reaches(int cid, ip_family family) const;
  /// Packets of this context cross the air.
  [[nodiscard]] bool carries(int cid) const;
  /// Brings a context up; false: not registered, unknown, too many, or the network refuses it.
  bool activate(int cid, time_point now);
  bool deactivate(int cid);
  /// The name servers of a context's family, as the network announces them.
  [[nodiscard]] std::array<std::string, 2> name_servers(int cid, ip_family family) const;
  /// `+CEREG: …` without the prefix, as URC level `n` shows it.
  [[nodiscard]] std::string registration_fields(int n) const;
  /// What its answer shows behind level and state.
  [[nodiscard]] std::string registration_details(int n) const;
  [[nodiscard]] std::string location_fields() const;

  /// Which unsolicited lines the host subscribed to. CFUN=0 clears them.
  struct subscriptions {
    int cereg = 0;
    int cgerep = 0;
    int cscon = 0;
    int mdmev = 0;
    int xsim = 0;
    int cesq = 0;
    int cnec = 0;
    int cedrxs = 0;
  };
  [[nodiscard]] subscriptions& wanted() { return wanted_; }
  [[nodiscard]] const modem_settings& settings() const { return settings_; }
  /// Changes what CFUN=0 will store, and asks the network for it where that concerns the network.
  void change_settings(const std::function<void(modem_settings&)>& change, time_point now);

  [[nodiscard]] rrc_model& rrc() { return rrc_; }
  [[nodiscard]] const rrc_model& rrc() const { return rrc_; }

  // ---- what the outside does (control verbs) ----
  /// Its settings changed which network it wants.
  void search_again(time_point now);

  /// What the network makes of this modem.
  enum class welcome : std::uint8_t { home, roaming, denied, emergency, searching, none };
  void receive_as(welcome how, int cause, time_point now);
  /// The network, or the modem of itself, ends the registration; it stays out until it is received
  /// again.
  void detach(bool by_network, time_point now);
  bool drop_context(int cid, bool by_network);
  /// The network brings a context back that it ended.
  bool restore_context(int cid, time_point now);
  bool suspend_context(int cid, bool suspended);
  void set_sim(bool present, time_point now);
  /// This cell honours release assistance, or not.
  void honour_hints(bool on);
  /// Every context has to log in so; empty: none has to.
  void demand_login(std::optional<credentials> login) { demanded_ = std::move(login); }
  /// Contexts with this access point are refused with this ESM cause; empty: no longer.
  void refuse_access_point(std::string name, std::optional<int> cause);
  /// The modem says this line, whatever it means.
  void notify(std::string text) { line(std::move(text)); }

  // ---- running ----
  /// What `settings()` is now survives, and switching off was in order.
  void store_settings();
  /// The modem restarts: off, nothing defined or subscribed, nothing said. One that was on counts
  /// towards the modem's own protection against reset loops.
  void reboot(time_point now);
  void run(time_point now);
  [[nodiscard]] std::optional<time_point> next_event() const;
  /// Unsolicited lines since the last call, without their CRLFs.
  std::vector<std::string> take_lines();
  /// Called for each context that dies, before its URC is taken.
  std::function<void(int cid)> on_context_lost = [](int) {};
  std::function<void(int cid)> on_context_up = [](int) {};

private:
  enum class step : std::uint8_t { search, found, rrc, attach, context };
  struct timer {
    time_point due;
    step what;
  };

  void start_search(time_point now);
  void perform(step what, time_point now);
  void attach(time_point now);
  void leave_network(const char* by, registration next, time_point now);
  void set_state(registration next);
  void announce_card();
  void apply_power_saving();
  void announce_reception_cycle();
  void announce_release_assistance();
  void note_rrc();
  void take_router_prefix(int cid, data_context& context);
  [[nodiscard]] std::optional<int> refusal_of(const data_context& context) const;
  void refuse(int cid, int esm_cause);
  [[nodiscard]] int next_pdn_id(int cid);
  void lose_context(int cid, const char* by);
  void lose_all_contexts(const char* by);
  void line(std::string text) { lines_.push_back(std::move(text)); }

  const modem_config& config_;
  int functional_mode_ = 0;
  uicc card_;
  welcome welcome_;
  int reject_cause_ = 0;  // EMM
  std::optional<credentials> demanded_;
  std::map<std::string, int> refused_;  // access points, in lower case
  registration state_ = registration::idle;
  rrc_model rrc_;
  std::uint64_t rrc_noted_ = 0;
  bool rrc_said_ = false;
  int last_given_pdn_id_ = first_pdn_id - 1;
  std::map<int, data_context> contexts_;
  subscriptions wanted_;
  modem_settings settings_;
  modem_settings stored_;
  int hard_restarts_ = 0;
  std::optional<time_point> restricted_until_;
  std::vector<timer> timers_;
  std::vector<std::string> lines_;
};

}  // namespace cellsock::emulator
