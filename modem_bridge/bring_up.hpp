// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modem_bridge/dialect/dialect.hpp"
#include "modem_bridge/network_facts.hpp"
#include "modem_bridge/pdn_settings.hpp"

/// From a modem that answers to one that has an address, as rows: what to ask, when, and what its
/// refusal means. Reads before it writes: a modem that is on the network already is not disturbed
/// (docs/at_dialects.md §11).
namespace cellsock {

struct bring_up_context {
  network_facts& facts;
  link_status& identity;    // manufacturer, model, …
  const pdn_settings& pdn;  // the packet network that the rows are about, as it is wanted
  const attach_settings& attach;
  bool& pin_tried;   // since the daemon started
  radio_mode radio;  // as a person wants it
  backoff& cycles;   // of the radio, for settings that differ
  backoff::time_point now{};

  [[nodiscard]] context_facts& context() const { return facts.at(pdn.context); }
  /// The context to be defined: what is wanted, and for the rest what is there.
  [[nodiscard]] std::string_view apn_to_define() const;
  [[nodiscard]] std::string_view pdn_type_to_define() const;
  /// The modem has another one than is wanted.
  [[nodiscard]] bool context_differs() const;
};

enum class refusal {
  ignore,     // nice to have
  stop,       // nothing works without it
  about_sim,  // a +CME ERROR says what is wrong with the SIM; else ignored
  about_pin,  // the PIN is wrong; it is not tried again
  about_pdn,  // this packet network cannot be had; nothing else is wrong
};

struct bring_up_step {
  std::optional<dialect::intent> row;  // of the dialect, or:
  std::string_view command = {};       // native, without terminator; placeholders as in fill_in
  std::string_view prefix = {};        // of its lines; empty: bare lines
  std::chrono::seconds wait{5};
  refusal refused = refusal::ignore;
  bool (*applies)(const bring_up_context&) = nullptr;
  void (*line)(std::string_view fields, bring_up_context&) = nullptr;
  void (*taken)(bring_up_context&) = nullptr;  // the modem said OK
};

/// The row's command for this context: {cid}, {apn}, {pdn_type}, {authentication}, {user} and
/// {password} filled in.
[[nodiscard]] std::string fill_in(std::string_view command, const bring_up_context& context);

/// What an APN may hold, and so what may stand between quotes in a command.
[[nodiscard]] bool valid_apn(std::string_view apn);

/// Once after start or restart. After it, sockets left in the modem by an earlier owner are
/// closed.
[[nodiscard]] std::span<const bring_up_step> start_steps();
/// A person's order: the radio is switched.
[[nodiscard]] std::span<const bring_up_step> radio_steps(radio_mode mode);
/// One packet network beside the first: activated; its address and the like read; deactivated.
[[nodiscard]] std::span<const bring_up_step> activation_steps();
[[nodiscard]] std::span<const bring_up_step> look_steps();
[[nodiscard]] std::span<const bring_up_step> release_steps();
/// The state of the network, read again: whenever something changed, and now and then.
[[nodiscard]] std::span<const bring_up_step> refresh_steps();
/// The short form after data mode, which swallows notices: registration and PDN only.
[[nodiscard]] std::span<const bring_up_step> recheck_steps();
/// The one question of an idle period, another one each time: that it is answered tells that the
/// modem is alive, the answer what became of the network.
[[nodiscard]] std::span<const bring_up_step> idle_step(std::size_t turn,
                                                       const bring_up_context& context);

}  // namespace cellsock
