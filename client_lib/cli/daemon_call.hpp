// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "client_lib/cli/verb.hpp"
#include "client_lib/control_connection.hpp"

namespace cellsock::cli {

/// One request to the daemon at `given.socket_path`.
[[nodiscard]] client::outcome<v1::Reply> call_daemon(const options& given, v1::Request& request,
                                                     const client::deadline& until);

/// Says on stderr (or, for --json, as {"error": {...}} on stdout) why a call failed and what to do,
/// and returns the status to exit with.
enum class layout : std::uint8_t { pretty, one_line };
[[nodiscard]] exit_status explain(const options& given, const client::failure& why,
                                  layout form = layout::pretty);

}  // namespace cellsock::cli
