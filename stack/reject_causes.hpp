// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string>
#include <string_view>

/// Why a network refuses, in words and with what a person can do: causes of attachment and of
/// packet data networks (3GPP TS 24.301 §9.9.3.9 and §9.9.4.4).
namespace cellsock {

struct reject_cause {
  unsigned number;
  std::string_view name;
  std::string_view advice;  // empty: nothing to do but wait
};

inline constexpr std::string_view ask_operator = "ask the operator about this subscription";
inline constexpr std::string_view check_apn = "check the APN (modem.apn, modem.pdn.apn)";

/// EMM: the modem as a whole.
inline constexpr std::array emm_causes{
    reject_cause{2, "IMSI unknown in HSS", "the SIM card is not active: activate its subscription"},
    reject_cause{3, "illegal UE", ask_operator},
    reject_cause{5, "IMEI not accepted", "the operator does not admit this modem's IMEI"},
    reject_cause{6, "illegal ME", "the operator bars this modem's IMEI"},
    reject_cause{7, "EPS services not allowed", ask_operator},
    reject_cause{8, "EPS services and non-EPS services not allowed", ask_operator},
    reject_cause{10, "implicitly detached", ""},
    reject_cause{11, "PLMN not allowed", "no roaming agreement with this network"},
    reject_cause{12, "tracking area not allowed", "not here: the subscription excludes this area"},
    reject_cause{13, "roaming not allowed in this tracking area",
                 "the subscription cannot roam here"},
    reject_cause{14, "EPS services not allowed in this PLMN", "no data roaming with this network"},
    reject_cause{15, "no suitable cells in tracking area",
                 "check the system mode (LTE-M or NB-IoT) that the subscription allows"},
    reject_cause{17, "network failure", ""},
    reject_cause{19, "ESM failure", check_apn},
    reject_cause{22, "congestion", ""},
    reject_cause{35, "requested service option not authorized in this PLMN", ask_operator},
    reject_cause{40, "no EPS bearer context activated", ""},
    reject_cause{42, "severe network failure", ""},
};

/// ESM: one packet data network.
inline constexpr std::array esm_causes{
    reject_cause{8, "operator determined barring", ask_operator},
    reject_cause{26, "insufficient resources", ""},
    reject_cause{27, "missing or unknown APN", check_apn},
    reject_cause{28, "unknown PDN type", "check the family (pdn_family)"},
    reject_cause{29, "user authentication failed", "check authentication, user and password"},
    reject_cause{30, "request rejected by serving or PDN gateway", ""},
    reject_cause{31, "request rejected, unspecified", ""},
    reject_cause{32, "service option not supported", ""},
    reject_cause{33, "requested service option not subscribed",
                 "the subscription does not include this APN"},
    reject_cause{34, "service option temporarily out of order", ""},
    reject_cause{38, "network failure", ""},
    reject_cause{50, "PDN type IPv4 only allowed", "set the family to ipv4"},
    reject_cause{51, "PDN type IPv6 only allowed", "set the family to ipv6"},
    reject_cause{52, "single address bearers only allowed", "set the family to ipv4 or ipv6"},
    reject_cause{54, "PDN connection does not exist", ""},
    reject_cause{55, "multiple PDN connections for a given APN not allowed",
                 "give each PDN an APN of its own"},
    reject_cause{65, "maximum number of EPS bearers reached",
                 "the network allows fewer PDNs at once: take one down"},
    reject_cause{66, "requested APN not supported in current RAT and PLMN", check_apn},
};

/// `missing or unknown APN (ESM cause 27); check the APN …`
template <std::size_t Rows>
[[nodiscard]] std::string cause_text(const std::array<reject_cause, Rows>& rows,
                                     std::string_view kind, unsigned number) {
  for (const auto& row : rows)
    if (row.number == number)
      return std::string(row.name) + " (" + std::string(kind) + " cause " + std::to_string(number) +
             ")" + (row.advice.empty() ? "" : "; ") + std::string(row.advice);
  return std::string(kind) + " cause " + std::to_string(number);
}

}  // namespace cellsock
