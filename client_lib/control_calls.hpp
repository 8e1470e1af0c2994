// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/control_connection.hpp"
#include "client_lib/outcome.hpp"

/// Calls to the daemon over this process's pool. Each has a deadline. Thread-safe.
namespace cellsock::client {

struct answer {
  wire::Reply reply;
  std::uint64_t daemon_instance = 0;  // the run of the daemon that gave it
};

/// A request about no socket in particular. A descriptor that came is in `*received`.
[[nodiscard]] outcome<answer> ask(wire::Request& request, const patience& how,
                                  unique_fd* received = nullptr);

/// A request that acts on `socket`. A connection that has not proved that the program holds it
/// shows the descriptor once and asks again (R13). A descriptor may come with an error too.
[[nodiscard]] outcome<answer> ask_about(watched_socket socket, wire::Request& request,
                                        const patience& how, unique_fd* received = nullptr);

/// The patience of calls that the daemon answers by itself.
[[nodiscard]] patience briefly();

}  // namespace cellsock::client
