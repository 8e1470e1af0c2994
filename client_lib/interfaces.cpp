// SPDX-License-Identifier: Apache-2.0
#include "client_lib/interfaces.hpp"

#include "client_lib/control_calls.hpp"

namespace cellsock::client {

outcome<std::vector<network_interface>> interfaces() {
  wire::Request request;
  request.mutable_interfaces();
  auto reply = ask(request, briefly());
  if (!reply) return reply.why();
  std::vector<network_interface> made;
  for (const auto& told : reply->reply.interfaces().interfaces()) {
    network_interface one{told.name(), told.up(), {}};
    for (const auto& bytes : told.addresses()) {
      wire::Endpoint entry;
      entry.set_address(bytes);
      if (const auto address = from_wire(entry)) one.addresses.push_back(*address);
    }
    made.push_back(std::move(one));
  }
  return made;
}

int set_name_server(wire::Family family, const std::optional<endpoint>& server) {
  wire::Request request;
  auto& wanted = *request.mutable_set_dns();
  wanted.set_family(family);
  if (server) {
    wire::Endpoint address;
    to_wire(*server, address);
    wanted.set_address(address.address());
  }
  const auto reply = ask(request, briefly());
  return reply ? 0 : -reply.why().error;
}

}  // namespace cellsock::client
