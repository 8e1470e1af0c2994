// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "client_lib/outcome.hpp"
#include "client_lib/unique_fd.hpp"

namespace cellsock::client {

/// Where the daemon listens: $CELLSOCK_SOCKET, else /run/cellsock/cellsock.sock.
[[nodiscard]] std::string control_socket_path();

/// A stream connection to `path`, close-on-exec. Waits at most limits::hello_max for a daemon with
/// a full backlog. Fails by `absence` where nobody listens, by `access` without permission; the
/// detail is a sentence that names the path.
[[nodiscard]] outcome<unique_fd> dial(const std::string& path);

}  // namespace cellsock::client
