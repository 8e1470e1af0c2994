// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "client_lib/endpoint.hpp"
#include "client_lib/outcome.hpp"

/// The link's packet data networks and their name server.
namespace cellsock::client {

struct network_interface {
  std::string name;
  bool up = false;
  std::vector<endpoint> addresses;
};
[[nodiscard]] outcome<std::vector<network_interface>> interfaces();

/// The server to fall back on; none: forgets the family's. 0 or -errno.
[[nodiscard]] int set_name_server(wire::Family family, const std::optional<endpoint>& server);

}  // namespace cellsock::client
