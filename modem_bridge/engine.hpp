// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "modem_bridge/attach_settings.hpp"
#include "modem_bridge/pdn_settings.hpp"
#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/link_status.hpp"
#include "stack/rai/hint.hpp"
#include "stack/result.hpp"
#include "stack/socket_options.hpp"
#include "stack/transport.hpp"

/// The AT engine: intents and port facts go in, outcomes and bytes come out. Pure: it sees bytes
/// and time as arguments and does no I/O, so a test needs neither a thread nor a sleep. The bridge
/// actor is its shell.
namespace cellsock {

namespace dialect {
struct table;
}

using time_point = std::chrono::steady_clock::time_point;

/// The caller's token: an intent that takes one ends in exactly one outcome that carries it.
enum class ticket : std::uint64_t {};

/// How much of the AT dialogue somebody wants to see.
enum class trace_detail : std::uint8_t { none, lengths, payload };

struct engine_config {
  std::string name = "modem0";  // as logs and `status` print it
  unsigned baud = 115200;       // 0: no line behind the port (deadlines get no line time added)
  std::string apn = {};         // empty: the network's default
  // Empty: as the modem has it defined. Like the APN, it is written only while the radio is off.
  std::optional<pdn_families> pdn_family = {};
  pdn_login login = {};  // to that APN
  attach_settings attach = {};
  /// Packet networks beside the default one, by their contexts (1 to 10).
  std::vector<pdn_settings> pdns = {};
  /// Asked before a trace line is made, so that none is while nobody wants one. Empty: lengths.
  std::function<trace_detail()> trace_wanted = {};
  /// The rate to work at, if the firmware can change it; 0: `baud`.
  unsigned fast_baud = 0;
  /// Tried before those that are built in.
  std::vector<const dialect::table*> dialects = {};
};

namespace outcome {
// Answers to a ticket.
struct connected {
  ticket t;
  socket_id id;
};
struct bound {
  ticket t;
  socket_id id;
  endpoint local;
};
struct listening {
  ticket t;
  socket_id id;
  endpoint local;
};
struct accepted {
  ticket t;
  socket_id id;  // the new one
  endpoint peer;
  endpoint local;
};
struct option_done {
  ticket t;
  std::int64_t value = 0;
};
/// What a person ordered of the radio or of a packet network is done.
struct ordered {
  ticket t;
  pdn_id pdn{};  // what the modem calls it now
};
struct closed {
  ticket t;
  socket_id id;
};
struct resolved {
  ticket t;
  std::vector<ip_address> addresses;
};
struct at_done {
  ticket t;
  std::vector<std::string> lines;
  std::string final_result;
  bool ok = false;
};
struct stopped {
  ticket t;
};
struct failed {
  ticket t;
  failure why;
};
// Asked of, or told to, one socket.
/// Of a listener: a connection can be accepted, maybe more than one.
struct connection_waiting {
  socket_id id;
};
struct want_chunk {
  socket_id id;
  std::size_t bytes_max = 0;
};  // answer with `chunk` or `datagram`
/// The chunk or datagram given last was handed to the modem's stack, whole: one per answer that was
/// not empty, unless the socket breaks or the datagram is dropped first.
struct chunk_sent {
  socket_id id;
  std::size_t bytes = 0;
};
struct datagram_dropped {
  socket_id id;
  failure why;
};  // that datagram only
/// The modem did not take the hint that came with a chunk or datagram; the payload went all the
/// same.
struct hint_refused {
  socket_id id;
  rai_hint hint;
};
struct received {
  socket_id id;
  std::vector<std::byte> bytes;
  std::optional<endpoint> from = {};  // datagrams, where the modem says
};
struct peer_closed {
  socket_id id;
};  // orderly end of reception, after the last byte
/// The modem's socket is dead and already forgotten here; nothing follows for this id until it
/// is connected anew.
struct socket_broken {
  socket_id id;
  failure why;
};
// About the link.
/// State or trouble changed; `engine::status` has the rest.
struct link_changed {
  link_state state;
  failure trouble;
};
/// Something the modem or its firmware's core says by itself (`+CEREG: 1`), not about sockets.
struct notice {
  std::string line;
};
/// The modem's radio connection (`+CSCON`), whenever it is another: what costs energy. Not told by
/// every firmware; never `connected` across a restart.
struct radio_connected {
  bool connected = false;
};
/// Registration, a packet network or what goes with them is another; `engine::status` has it.
struct network_changed {};
/// The line's rate changes, after everything written so far has left: tell the port.
struct set_baud {
  unsigned baud = 0;
};
/// The port is of no use as it is (no answer, resync failed, modem reset gave up): close it, and
/// open it again after a back-off. All sockets were reported broken before.
struct reopen_port {
  failure why;
};
}  // namespace outcome

using engine_outcome = std::variant<
    outcome::connected, outcome::bound, outcome::listening, outcome::accepted, outcome::option_done,
    outcome::ordered, outcome::connection_waiting, outcome::closed, outcome::resolved,
    outcome::at_done, outcome::stopped, outcome::failed, outcome::want_chunk, outcome::chunk_sent,
    outcome::datagram_dropped, outcome::hint_refused, outcome::received, outcome::peer_closed,
    outcome::socket_broken, outcome::link_changed, outcome::notice, outcome::radio_connected,
    outcome::network_changed, outcome::set_baud, outcome::reopen_port>;

/// One line of the AT trace. In `text` payload stands as its length, secrets (PIN, passwords) as
/// "***"; the payload itself comes beside it, if it is wanted.
struct trace_event {
  enum class direction : std::uint8_t { to_modem, from_modem, note } towards;
  std::string text;
  std::optional<socket_id> socket = {};  // whose command it was
  std::string payload = {};
};

class engine {
public:
  explicit engine(engine_config config);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // ---- port facts (port.hpp) ----
  void port_opened(time_point now);
  void port_received(std::span<const std::byte> bytes, time_point now);
  void port_drained(time_point now);
  /// Everything in flight fails with `why`, every socket is broken with errc::link_down.
  void port_closed(const failure& why, time_point now);

  // ---- sockets ----
  /// Makes the id known. No modem traffic: the modem's socket is opened when first needed, so an
  /// idle descriptor costs none of its 7 handles.
  /// `pdn`: the packet network it is to use.
  void declare(socket_id id, ip_family family, transport kind, pdn_id pdn = {});
  /// Opens the modem's socket if there is none, and connects it. `timeout` bounds the modem's own
  /// connect (AT option 21, whole seconds, rounded up): a connect to a black hole holds the modem
  /// for everybody. Fails with connection_refused, timed_out, pdn_down, not_registered, no_handle,
  /// unsupported_family (the peer's), address_not_available (the network gives the other family
  /// only), …; a stream's modem socket is closed again by then. A packet network that is activated
  /// on use is activated first.
  void connect(ticket t, socket_id id, const endpoint& peer, std::chrono::milliseconds timeout,
               time_point now);
  /// Opens the modem's socket on a local port (0: a free one of 49152 to 65535), at the network's
  /// address for the modem; there is no other. Before anything is sent or connected;
  /// invalid_argument after that. Fails with address_in_use, and as a connect does. A socket that
  /// is made anew (a stream's next connect after one that failed) gets the same port again, or
  /// fails so.
  void bind(ticket t, socket_id id, std::uint16_t port, time_point now);
  /// Makes a listener of a bound stream; connection_waiting follows whenever one can be accepted.
  /// Fails with unsupported_operation (the firmware has no server), invalid_argument, modem_error,
  /// and as a connect does. Again: succeeds (the modem's own queue has a fixed length).
  void listen(ticket t, socket_id id, time_point now);
  /// Takes a waiting connection for `child`, which was not used before (and is declared by this).
  /// Fails with would_block (none waits), no_handle (then it still waits).
  void accept(ticket t, socket_id listener, socket_id child, time_point now);
  /// Only those that the modem has; one without an open socket there is told when it is opened.
  /// Fails with unknown_option, link_down, …
  void set_option(ticket t, socket_id id, socket_option option, std::int64_t value, time_point now);
  void get_option(ticket t, socket_id id, socket_option option, time_point now);
  /// Closes the modem's socket if there is one and forgets the id. Never fails for want of one.
  void close(ticket t, socket_id id, time_point now);
  /// `bytes` (stream) or datagrams (datagram) wait to be sent, besides what was handed over
  /// already; 0 withdraws. The engine asks with want_chunk when it is this socket's turn, and
  /// counts down by what it is given. `next_bytes`: the size of the first datagram, if known; small
  /// ones pass bulk.
  void offer(socket_id id, std::size_t waiting, time_point now, std::size_t next_bytes = 0);
  /// The answer to want_chunk (also of a datagram socket, if empty): empty = nothing after all, the
  /// offer is withdrawn. At most `bytes_max`. The line waits for it; after 2 s the turn is over,
  /// and an answer that comes later is sent at the next turn. The modem is told `hint` just before.
  void chunk(socket_id id, std::vector<std::byte> bytes, time_point now,
             rai_hint hint = rai_hint::none);
  /// The answer to want_chunk on a datagram socket. `to` absent: the connected peer.
  void datagram(socket_id id, std::optional<endpoint> to, std::vector<std::byte> payload,
                time_point now, rai_hint hint = rai_hint::none);
  /// Tells the modem a hint that goes with no payload, through this socket, or through one that is
  /// opened for it. option_done, or fails with no_handle, unknown_option, …
  void hint(ticket t, std::optional<socket_id> through, rai_hint what, time_point now);
  /// Whether there is room for one more receive (2048 bytes). While false nothing is pulled from
  /// the modem for this socket, what the modem sends by itself is kept (and soon stopped), and no
  /// other socket suffers.
  void receive(socket_id id, bool wanted, time_point now);

  // ---- the modem itself ----
  /// Without a family: addresses of those that the network carries, IPv4 first. Fails with
  /// name_not_found only if none of them has one.
  void resolve(ticket t, std::string host, std::optional<ip_family> family, time_point now);
  /// A person's own command, through the same queue. Refused with command_refused (and the reason)
  /// if it would break the daemon's view of the modem.
  void run_at(ticket t, std::string command, std::chrono::milliseconds timeout, time_point now);
  /// Brings a packet network up, or takes it down under its sockets, whatever its policy says.
  /// Fails with no_device, invalid_argument (the attachment's own), pdn_down (and why),
  /// not_registered, … Not lasting: as the first use by a socket, which its policy decides about.
  void order_pdn(ticket t, pdn_id which, bool up, time_point now, bool lasting = true);
  /// Switches the radio. Off stores what the modem keeps, so that it may lose power; both others
  /// than on break every socket. Holds until it is switched on again, also over a restart of the
  /// modem.
  void set_radio(ticket t, radio_mode mode, time_point now);
  /// Closes all sockets in the modem; nothing else is started after that.
  void stop(ticket t, time_point now);

  // ---- time and output ----
  /// When `expire` must next be called; empty: nothing is pending.
  [[nodiscard]] std::optional<time_point> deadline() const;
  void expire(time_point now);
  /// What happened since the last call, in order. The shell takes after every call above.
  [[nodiscard]] std::vector<engine_outcome> take_outcomes();
  /// Bytes to write to the port, in order.
  [[nodiscard]] std::vector<std::byte> take_output();
  [[nodiscard]] std::vector<trace_event> take_trace();

  // ---- views ----
  [[nodiscard]] const link_status& status() const;
  /// Of the dialect in use (a conservative slm rule before it is known). Where one answer must do
  /// for a link: IPv6 carries 20 bytes less.
  [[nodiscard]] const datagram_rules& rules(ip_family family = ip_family::v4) const;
  /// Asked for a name's addresses of either family, the firmware prints those of both.
  [[nodiscard]] bool finds_both() const;
  [[nodiscard]] std::optional<modem_handle> handle_of(socket_id id) const;
  /// Of a socket that was bound; empty while the modem's side of it is closed.
  [[nodiscard]] std::optional<endpoint> local_of(socket_id id) const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace cellsock
