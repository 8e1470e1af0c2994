// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "cellsock/v1/control.pb.h"

namespace cellsock::cli {

/// `cellsock status --json`: one object, fields as docs/cli.md lists them, all always present (null
/// where unknown). Pure.
[[nodiscard]] std::string status_json(const v1::StatusReply& status);
/// `cellsock sockets --json`: `sockets` of the above alone. Pure.
[[nodiscard]] std::string sockets_json(const v1::StatusReply& status);

/// Of one modem, or of all.
[[nodiscard]] std::string pdns_json(const v1::StatusReply& status, const std::string& modem);

}  // namespace cellsock::cli
