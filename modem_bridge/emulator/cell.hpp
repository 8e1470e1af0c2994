// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "modem_bridge/emulator/config.hpp"
#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// The LTE side of the modem: functional mode, SIM, registration, packet data contexts, and the
/// unsolicited lines all of these produce. Knows nothing of sockets; it says when a context dies.
class cell {
public:
  static constexpr int contexts_max = 11;  // cid 0 … 10
  static constexpr int first_pdn_id = 2;
  static constexpr int active_contexts_max = 4;  // the modem's own limit
  /// Registration states of 3GPP TS 27.007, and Nordic's 90.
  enum class registration : std::uint8_t {
    idle = 0,
    home = 1,
    searching = 2,
    denied = 3,
    unknown = 4,
    roaming = 5,
    uicc_failure = 90
  };

  struct data_context {
    std::string type = "IPV4V6";
    std::string apn = {};
    bool active = false;
    int pdn_id = 0;
    /// What the network granted; empty: not this family, or for IPv6 not yet.
    std::string address = {};
    std::string address6 = {};
    std::optional<time_point> router_due = {};

    [[nodiscard]] const std::string& address_of(ip_family family) const {
      return family == ip_family::v4 ? address : address6;
    }
  };

  explicit cell(const modem_config& config);

  // ---- what commands ask ----
  [[nodiscard]] int functional_mode() const { return functional_mode_; }
  /// The LTE part is on (1, 21).
  [[nodiscard]] bool radio_on() const { return functional_mode_ == 1 || functional_mode_ == 21; }
  void set_functional_mode(int mode, time_point now);
  [[nodiscard]] bool sim_active() const { return sim_present_ && functional_mode_ != 0; }
  [[nodiscard]] bool sim_present() const { return sim_present_; }
  [[nodiscard]] registration state() const { return state_; }
  [[nodiscard]] bool registered() const {
    return state_ == registration::home || state_ == registration::roaming;
  }
  [[nodiscard]] bool rrc_connected() const { return rrc_connected_; }
  [[nodiscard]] std::map<int, data_context>& contexts() { return contexts_; }
  [[nodiscard]] const std::map<int, data_context>& contexts() const { return contexts_; }
  [[nodiscard]] bool active(int cid) const;
  [[nodiscard]] std::optional<int> cid_of_pdn(int pdn_id) const;
  /// The context is up and has an address of this family.
  [[nodiscard]] bool reaches(int cid, ip_family family) const;
  /// Brings a context up; false: not registered, unknown, too many, or the network grants nothing
  /// of what it asks for.
  bool activate(int cid, time_point now);
  bool deactivate(int cid);
  /// `+CEREG: …` without the prefix, as URC level `n` shows it.
  [[nodiscard]] std::string registration_fields(int n) const;
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
    int rai = 0;
    int cedrxs = 0;
  };
  [[nodiscard]] subscriptions& wanted() { return wanted_; }

  /// Traffic crossed the air: the RRC connection is up, and stays for the inactivity time.
  void traffic(time_point now);

  // ---- what the outside does (control verbs) ----
  bool network_drops_pdn(int cid);
  bool network_restores_pdn(time_point now);
  void deregister(time_point now);
  void allow_registration(time_point now);
  void set_sim(bool present, time_point now);
  /// The modem says this line, whatever it means.
  void notify(std::string text) { line(std::move(text)); }

  // ---- running ----
  /// The modem restarts: off, nothing defined or subscribed, nothing said.
  void reboot();
  void run(time_point now);
  [[nodiscard]] std::optional<time_point> next_event() const;
  /// Unsolicited lines since the last call, without their CRLFs.
  std::vector<std::string> take_lines();
  /// Called for each context that dies, before its URC is taken.
  std::function<void(int cid)> on_context_lost = [](int) {};

private:
  enum class step : std::uint8_t { search, found, rrc, attach, context, rrc_release };
  struct timer {
    time_point due;
    step what;
  };

  void start_search(time_point now);
  void perform(step what, time_point now);
  void set_state(registration next);
  void set_rrc(bool connected);
  void take_router_prefix(int cid, data_context& context);
  void lose_context(int cid, const char* by);
  void lose_all_contexts(const char* by);
  void line(std::string text) { lines_.push_back(std::move(text)); }

  const modem_config& config_;
  int functional_mode_ = 0;
  bool sim_present_;
  bool network_allows_ = true;
  registration state_ = registration::idle;
  bool rrc_connected_ = false;
  int next_pdn_id_ = first_pdn_id;
  std::map<int, data_context> contexts_;
  subscriptions wanted_;
  std::vector<timer> timers_;
  std::optional<time_point> rrc_release_;
  std::vector<std::string> lines_;
};

}  // namespace cellsock::emulator
