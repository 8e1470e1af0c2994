// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/interfaces.hpp"

/// What the kernel's sockets and the resolver's threads tell the host link.
namespace cellsock::msg {

/// A connect that was under way has ended, one way or the other.
struct host_connect_ended {
  socket_id id;
};
struct lookup_ended {
  std::uint64_t ticket = 0;
  std::vector<ip_address> addresses = {};
  failure why{errc::none};
};

}  // namespace cellsock::msg

namespace cellsock {

/// A bridge like any other, with facts of its own.
using host_bridge_handle = bridge_handle::extend<caf::reacts_to<msg::host_connect_ended>,
                                                 caf::reacts_to<msg::lookup_ended>>;

}  // namespace cellsock

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cellsock::msg::host_connect_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cellsock::msg::lookup_ended)
