// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "stack/endpoint.hpp"

namespace cellsock::host {

/// The name servers of resolv.conf(5), the first three, in its order.
[[nodiscard]] std::vector<ip_address> name_servers_in(std::string_view resolv_conf);
/// The machine's own; none if the file cannot be read.
[[nodiscard]] std::vector<ip_address> machine_name_servers();
/// Those that a question which leaves by one interface can come to: a server on this machine (a
/// caching one, often) by the loopback interface alone.
[[nodiscard]] std::vector<ip_address> reached_by(std::vector<ip_address> servers, bool loopback);

}  // namespace cellsock::host
