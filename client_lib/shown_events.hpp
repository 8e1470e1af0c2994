// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "client_lib/bsd_calls.hpp"
#include "client_lib/socket_entry.hpp"

namespace cellsock::client {

/// The kernel's word on one of our channels, in the words of the API: its end is POLLHUP, and what
/// a program could take for the end of the data, but was none, is POLLERR too. May ask the daemon.
[[nodiscard]] short shown_events(const held_socket& socket, short wanted, short seen,
                                 failed_connect_shows failed_connect);

}  // namespace cellsock::client
