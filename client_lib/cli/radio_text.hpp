// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "cellsock/v1/socket.pb.h"

namespace cellsock::cli {

/// What the radio costs, for people, and as the JSON of docs/cli.md.
[[nodiscard]] std::string radio_text(const v1::RadioReportReply& radio);
[[nodiscard]] std::string radio_json(const v1::RadioReportReply& radio);

}  // namespace cellsock::cli
