// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "stack/result.hpp"
#include "stack/socket_options.hpp"

/// Who is asked for a name, and who next when that one has trouble: the link's own resolver, or
/// ours with one list of servers or the other. Pure.
namespace cellsock::dns {

enum class source : std::uint8_t {
  link,     // #XGETADDRINFO; getaddrinfo of the machine
  network,  // ours: the servers that the network gave
  chosen,   // ours: the server that a program named (nrf_setdnsaddr)
};

struct circumstances {
  link_kind link = link_kind::modem;
  bool default_network = true;
  bool both_families = false;   // asked for, and the network carries both
  bool link_finds_both = true;  // where both are asked for
  bool network_names_servers = false;
  bool server_chosen = false;
};

/// In this order; empty: there is nobody to ask.
[[nodiscard]] std::vector<source> route(const circumstances& now);

/// The next one may know better.
[[nodiscard]] bool worth_another(errc why) noexcept;

}  // namespace cellsock::dns
