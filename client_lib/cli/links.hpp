// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/cli/verb.hpp"
#include "client_lib/outcome.hpp"

/// One modem of a status reply, and what is shown of its network.
namespace cellsock::cli {

/// The modem that --modem names, without it the first. Null: there is none such.
[[nodiscard]] const v1::LinkStatus* find_link(const v1::StatusReply& status,
                                              const std::string& name);
/// The daemon's state, by a connection of its own.
[[nodiscard]] client::outcome<v1::Reply> ask_status(const options& given);
[[nodiscard]] bool is_registered(const v1::LinkStatus& link);
/// `home, operator 26201, LTE-M`; why not, if it is not.
[[nodiscard]] std::string network_text(const v1::LinkStatus& link);
/// pdn1 or 1.
[[nodiscard]] std::optional<std::uint32_t> pdn_number(const std::string& text);

}  // namespace cellsock::cli
