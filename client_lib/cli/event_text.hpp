// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "cellsock/v1/control.pb.h"

/// One event of `cellsock watch` and `cellsock trace` as a line (docs/events.md). Pure.
namespace cellsock::cli {

/// `2025-01-31T12:00:00.123 info socket-opened socket=1 …`, local time.
[[nodiscard]] std::string event_text(const v1::WatchEvent& event);
/// `2025-01-31T12:00:00.123 > 1 AT#XSEND=<5 bytes>`: direction, socket, text, payload if shown.
[[nodiscard]] std::string trace_text(const v1::WatchEvent& event);
/// One JSON object without line breaks.
[[nodiscard]] std::string event_json(const v1::WatchEvent& event);

}  // namespace cellsock::cli
