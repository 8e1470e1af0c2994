// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/all.hpp>

#include "actors/bridge_messages.hpp"
#include "actors/descriptor.hpp"
#include "actors/radio_messages.hpp"
#include "actors/secure_messages.hpp"
#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/link_status.hpp"
#include "stack/result.hpp"
#include "stack/socket_machine.hpp"
#include "stack/socket_options.hpp"
#include "stack/transport.hpp"

namespace cellsock::events {
struct event;
}

/// The messages between actors (those about a bridge and the radio are included). Imperative names
/// ask, past tense tells. All stay inside one process and one thread, so none is serialised. Who
/// accepts which, and what is answered: interfaces.hpp.
namespace cellsock::msg {

/// Whose socket it is, by the kernel's word (SO_PEERCRED), and what the program calls itself.
struct owner {
  pid_t pid = 0;
  uid_t uid = 0;
  std::string program = {};
  std::string executable = {};  // its path, by the kernel's word; empty: not known
  std::string unit = {};        // systemd's; empty: none
};

/// What a socket is apart from its connection; enough to make it again after a failed connect.
struct socket_shape {
  ip_family family = ip_family::v4;
  transport kind = transport::stream;
  std::uint32_t protocol = 0;
  std::chrono::milliseconds recv_timeout{0};  // 0: none
  std::chrono::milliseconds send_timeout{0};
  std::string device = {};  // as the program named it: whose link; empty: the default one
  std::map<socket_option, std::int64_t> options = {};  // those that were set
  std::shared_ptr<const tls::choices> secure = {};     // null: a plain socket
};

// ---- client_actor -> supervisor ----
struct create_socket {
  socket_shape shape;
  owner who;
  bool accepted = false;  // for a connection that a listener is about to take
};
struct get_link_report {};
struct resolve_name {
  std::string host;
  std::optional<ip_family> family;
  std::optional<pdn_id> pdn = {};  // ask through this one; empty: the default
  owner who = {};
};
/// A lookup makes traffic, and waits for an answer; until it does not.
struct lookup_moves {
  owner who;
  bool begins = false;
};
struct name_resolved {
  std::vector<ip_address> addresses;
};
struct run_at {
  std::string command;
  std::chrono::milliseconds timeout{0};
};
struct at_answered {
  std::vector<std::string> lines;
  std::string final_result;
  bool ok = false;
};

struct order_pdn {
  pdn_id which{};
  bool up = false;
  bool lasting = true;  // a person's word, until the next; else as a socket's first use of it
};
enum class radio : std::uint8_t { on, flight, off };
struct set_radio {
  radio mode = radio::on;
};
struct order_done {
  pdn_id pdn{};  // what the modem calls it now
};

/// The link's packet data networks, in the order of their ids.
struct get_interfaces {};
struct network_interface {
  std::string name;  // "pdn0"; a host link: the interface's own
  pdn_id pdn{};
  bool up = false;
  unsigned mtu = 0;  // 0: not known
  std::vector<ip_address> addresses = {};
  std::vector<ip_address> name_servers = {};  // what the network gave, in its order
};
struct interfaces {
  std::vector<network_interface> all;
};
/// The name server to use where the network names none, or its own do not answer; empty: forget it.
struct set_dns {
  ip_family family = ip_family::v4;
  std::optional<ip_address> server = {};
};

// ---- names_actor -> resolver_actor ----
/// A name through one network, by a resolver of our own.
struct look_up {
  std::string name;  // as it stands in messages (dns::wire_name)
  std::vector<ip_family> families;
  std::vector<ip_address> servers;
  std::size_t rounds = 0;  // how often each server is asked
};
struct looked_up {
  std::vector<ip_address> addresses = {};
  failure why{errc::none};  // without an address
  std::chrono::milliseconds good_for{0};
};
/// Its socket is wanted back; what it still asks for fails.
struct release_socket {};
/// Nobody has asked anything for a while.
struct resolver_idle {
  pdn_id pdn{};
  std::uint64_t generation = 0;
};

struct get_rules {
  socket_shape shape;
};
struct current_rules {
  datagram_rules rules = {};
};

// ---- control connection -> client_actor (I/O facts) ----
/// One frame's body and the descriptors that came with it so far.
struct request_received {
  std::string body;
  std::vector<shared_descriptor> attached;
};
struct connection_ended {};
struct connection_drained {};

// ---- event bus -> client_actor that watches ----
struct happened {
  std::shared_ptr<const events::event> what;
};

// ---- client_actor -> socket actor ----
struct connect_channel {
  std::optional<endpoint> peer;
  bool nonblocking = false;
};
struct channel_connected {};
/// Where the address is anything but "any" it must be the link's own.
struct bind_channel {
  endpoint local;
};
struct channel_bound {
  endpoint local;
};
/// Makes a listener of it, or gives a listener another backlog.
struct listen_channel {
  unsigned backlog = 0;
};
struct channel_listening {
  endpoint local;
};
/// From a listener to the socket it made: this connection is yours.
struct begin_accepted {
  socket_id listener{};
  endpoint peer;
  endpoint local;
};
/// Answered when everything written before it has left; a probe: at once, whether the link tells.
struct flush_channel {
  bool probe = false;
  std::chrono::milliseconds timeout{0};
};
struct channel_flushed {};
using option = socket_option;
struct get_option {
  option name;
};
struct option_value {
  std::int64_t value = 0;
};
struct set_option {
  option name;
  std::int64_t value = 0;
};
struct option_set {
  std::optional<datagram_rules> rules = {};  // where they are others now
};
/// SO_BINDTODEVICE: the socket goes on at another link. `supervisor` is a supervisor_handle, which
/// cannot be named before the messages are.
struct move_channel {
  std::string device;
  std::string link;
  caf::strong_actor_ptr supervisor;
};
struct get_names {};
struct socket_names {
  socket_shape shape;
  bool connected = false;
  bool listening = false;
  std::optional<endpoint> local = {};
  std::optional<endpoint> peer = {};
  std::optional<datagram_rules> rules = {};
  bool half_close = false;  // its link can end one direction alone
  bool dual_stack = false;  // IPv6, and takes IPv4 peers
};
/// Why reception or the channel ended; errc::none while it has not, or ended in order.
struct get_reason {};
struct end_reason {
  failure why{errc::none};
  bool ended = false;
};
struct get_socket_report {};
struct socket_report {
  std::string link = {};  // filled in by the supervisor
  socket_id id{};
  socket_cookie cookie{};
  transport kind = transport::stream;
  socket_state state = socket_state::fresh;
  std::optional<endpoint> local = {};
  std::optional<endpoint> peer = {};
  owner who = {};
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_queued = 0;  // written by the program, not yet with the modem
  std::uint64_t datagrams_dropped = 0;
  std::chrono::steady_clock::time_point born{};
  std::optional<modem_handle> handle = {};          // filled in by the supervisor
  std::shared_ptr<const tls::choices> secure = {};  // null: a plain socket
  std::optional<secure_news> security = {};         // the last news; none before the handshake
};
struct link_report {
  std::string name = {};
  std::string uri = {};
  std::string warning = {};
  link_status link = {};
  std::uint32_t restarts = 0;
  std::vector<socket_report> sockets = {};
};

// ---- channel -> socket actor (I/O facts) ----
struct channel_readable {};
struct channel_writable {};
struct channel_hung_up {};
/// Time to see whether anything moved (SERVER_SESSION_TIMEOUT_S).
struct session_check {
  std::uint64_t generation = 0;
};
/// A flush has waited long enough.
struct flush_over {
  std::uint64_t number = 0;
};
struct linger_over {
  std::uint64_t generation = 0;
};

// ---- socket actor -> supervisor -> gateway ----
/// The program has closed: the socket no longer counts as a holder of a modem handle.
struct socket_closing {
  socket_id id;
};
/// The socket is in use: a listener took a connection for it.
struct connection_taken {
  socket_id id;
  socket_id listener;
  endpoint peer;
};
/// It went to another link, or came to this one too late.
struct socket_moved {
  socket_id id;
};
/// What is kept of a socket whose channel ended abnormally (the program may still ask).
struct tombstone {
  socket_cookie cookie{};
  socket_shape shape = {};
  failure why = {};
  owner who = {};
  bool error_pending = false;   // SO_ERROR still has to be read (a blocking connect took it along)
  bool connect_failed = false;  // it never was connected: a new connect gets a fresh channel
  std::shared_ptr<const tls::facts> facts = {};  // of a secure connection
};
struct socket_ended {
  tombstone stone;
};

// ---- listener -> gateway (I/O facts) ----
struct connection_made {
  shared_descriptor socket;
};

// ---- client_actor -> gateway ----
struct find_socket {
  socket_cookie cookie;
};
struct find_tombstone {
  socket_cookie cookie;
};
/// It is to go on as this.
struct amend_tombstone {
  socket_cookie cookie;
  socket_shape shape;
};
/// The pending error is taken (SO_ERROR reads once).
struct take_pending_error {
  socket_cookie cookie;
};
struct get_gateway_report {};
struct gateway_report {
  std::uint32_t control_connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t requests_malformed = 0;
  std::uint64_t connections_refused = 0;
  std::chrono::steady_clock::time_point started{};
};
struct count_request {
  bool malformed = false;
};
struct stop_all {};
struct stopped {};

}  // namespace cellsock::msg
