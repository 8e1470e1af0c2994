// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "cellsock/v1/socket.pb.h"

namespace cellsock::client {

/// Whether a link with these rules carries this payload. Rules of defaults carry anything. Pure.
[[nodiscard]] bool carries(const v1::DatagramRules& rules, std::string_view payload);

}  // namespace cellsock::client
