// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "cellsock/v1/control.pb.h"

/// An AT reply as Nordic's library gives it.
namespace cellsock::client::nrf {

/// Each line and the final result, ended by CR LF.
[[nodiscard]] std::string response_text(const v1::AtReply& reply);

/// 0, or the positive result that nrf_modem_at_err_type() and nrf_modem_at_err() take apart.
[[nodiscard]] int result_of(const v1::AtReply& reply);

}  // namespace cellsock::client::nrf
