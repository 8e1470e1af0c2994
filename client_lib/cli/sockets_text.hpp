// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "cellsock/v1/control.pb.h"

namespace cellsock::cli {

/// `cellsock sockets`: a table with everything known of each socket, exact numbers. Pure.
[[nodiscard]] std::string sockets_text(const v1::StatusReply& status);

}  // namespace cellsock::cli
