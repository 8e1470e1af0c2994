// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "client_lib/socket_entry.hpp"

namespace cellsock::client {

/// Why this socket's channel ended: 0 if the peer finished in order (or nothing ended: the program
/// shut its own side down), else the errno that the program gets. ENETDOWN when the daemon is gone
/// or was restarted since; ECONNRESET when it has forgotten (R10). An abnormal end is remembered.
[[nodiscard]] int end_of(const held_socket& socket);

}  // namespace cellsock::client
