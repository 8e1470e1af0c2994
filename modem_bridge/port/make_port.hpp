// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <string_view>

#include "modem_bridge/port/port.hpp"
#include "modem_bridge/port/port_uri.hpp"

namespace cellsock {

/// The port that a URI names; none for `host:`. `said` hears what a child process writes; may be
/// empty. The context must outlive the port.
[[nodiscard]] port_ptr make_port(asio::io_context& loop, const modem_uri& uri,
                                 std::function<void(std::string_view line)> said = {});

}  // namespace cellsock
