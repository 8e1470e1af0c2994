// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "client_lib/control_pool.hpp"
#include "client_lib/modem_session.hpp"
#include "client_lib/poll_callbacks.hpp"
#include "client_lib/socket_table.hpp"
#include "client_lib/wait_registry.hpp"

namespace cellsock::client {

/// What the library remembers within one process. Made at the first call, never destroyed: calls
/// may come from other threads until the very end of the program.
struct process_state {
  control_pool pool;
  socket_table sockets;
  wait_registry waits;
  poll_callbacks callbacks;
  modem_session modem;
  /// The parent's, in the child of a fork: its locks may be held by threads that do not exist here,
  /// so nothing but its credentials' session is read of it (kept reachable for leak checkers).
  process_state* inherited = nullptr;
};

/// This process's state. A forked child finds out by a page that fork wipes (MADV_WIPEONFORK): it
/// drops what it inherited and starts with its own connections (R16). Thread-safe; takes no lock.
[[nodiscard]] process_state& process();

}  // namespace cellsock::client
