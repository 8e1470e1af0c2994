// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/link_status.hpp"
#include "stack/rai/hint.hpp"
#include "stack/result.hpp"
#include "stack/socket_options.hpp"
#include "stack/transport.hpp"

/// What goes to a link's bridge, and comes from it and from its port. Who is answered how:
/// interfaces.hpp.
namespace cellsock::msg {

using bytes = std::vector<std::byte>;

// ---- socket actor -> bridge ----
struct connect_socket {
  socket_id id;
  endpoint peer;
  std::chrono::milliseconds timeout;
  std::chrono::milliseconds asked{0};  // what the program set (SO_SNDTIMEO); 0: nothing
};
struct socket_connected {
  std::optional<endpoint> local = {};  // where the link knows it
};
struct bind_socket {
  socket_id id;
  std::uint16_t port = 0;   // 0: any free one
  ip_address address = {};  // for links with a choice; a modem uses its own
};
struct socket_bound {
  endpoint local;
};
struct listen_socket {
  socket_id id;
  unsigned backlog = 0;
};
struct socket_listening {
  endpoint local;
};
/// Answers accept_socket (interfaces.hpp).
struct socket_accepted {
  endpoint peer;
  endpoint local;
};
/// Only what the option's row carries to this kind of link (stack/option_rows.hpp).
struct set_link_option {
  socket_id id;
  socket_option name;
  std::int64_t value = 0;
};
struct get_link_option {
  socket_id id;
  socket_option name;
};
/// Everything given before it: acknowledged, or on the air. A probe: could the link tell?
struct flush_socket {
  socket_id id;
  bool probe = false;
  std::chrono::milliseconds timeout{0};
};
struct socket_flushed {};
struct close_socket {
  socket_id id;
};
struct socket_closed {};
/// The socket's actor has ended: close what the modem may still hold, and tell nobody.
struct forget_socket {
  socket_id id;
};
/// So many bytes (stream) or datagrams wait; 0 withdraws. Datagrams: the size of the first.
struct offer {
  socket_id id;
  std::size_t waiting = 0;
  std::size_t next_bytes = 0;
};
/// The program sends no more: the peer gets an end of file behind the last chunk (stream_rules).
struct finish_sending {
  socket_id id;
};
/// A datagram socket has no peer any more.
struct dissolve_peer {
  socket_id id;
};
struct want_receive {
  socket_id id;
  bool wanted = false;
};
struct chunk {
  socket_id id;
  bytes data;
  rai_hint hint = rai_hint::none;  // told to the modem just before
};
struct datagram {
  socket_id id;
  std::optional<endpoint> peer;
  bytes payload;
  rai_hint hint = rai_hint::none;
};

// ---- bridge -> socket actor ----
/// To the owner of a listener: at least one connection can be accepted.
struct connection_waiting {};
struct give_chunk {
  std::size_t bytes_max = 0;
};
struct chunk_sent {
  std::size_t bytes = 0;
};
struct datagram_dropped {
  failure why;
};
struct received {
  bytes data;
  std::optional<endpoint> from;
};
struct reception_ended {};
struct socket_broken {
  failure why;
};

// ---- supervisor <-> bridge ----
/// What one datagram may be, by the socket's family (an IPv6 header is longer), and how streams go.
struct link_rules {
  datagram_rules v4 = {};
  datagram_rules v6 = {};
  stream_rules stream = {};
  bool finds_both = true;  // its resolver, asked for either family
};
struct get_bridge_report {};
struct bridge_report {
  link_status link = {};
  link_rules rules = {};
  std::vector<std::pair<socket_id, modem_handle>> handles = {};
};
/// Sent whenever the link's state or trouble changed.
struct link_changed {
  link_status link;
  link_rules rules = {};
};
struct stop_bridge {};
struct bridge_stopped {};

// ---- port -> bridge (I/O facts) ----
struct port_opened {};
struct port_received {
  bytes data;
};
struct port_drained {};
struct port_closed {
  failure why;
};
struct port_lines {
  modem_lines lines;
};
struct tick {
  std::uint64_t generation = 0;
};

}  // namespace cellsock::msg
