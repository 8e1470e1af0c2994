// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// The life cycle of one BSD socket as a table: a pair that has no row is illegal and does nothing
/// (late news after the end, mostly). Pure.
namespace cellsock {

enum class socket_state : std::uint8_t {
  fresh,         // stream, not connected: its channel is padded, so it shows no POLLOUT
  connecting,    // the modem is at it
  listening,     // its channel carries connections and stays padded
  open,          // data flows both ways; a datagram socket is born here
  half_closed,   // the peer ended its direction; ours still works
  write_closed,  // the program ended its direction (shutdown(2)); reception goes on for a while
  finishing,     // both ended: what is left is being sent and delivered
  ending,        // broken: what was received is still being delivered to the program
  draining,      // the program closed: what it had written is still being sent
  abandoned,     // the program closed while the modem was connecting
  closing,       // the modem's socket is being closed
  ended,
  count_
};

enum class socket_event : std::uint8_t {
  connect_asked,
  connected,
  connect_failed,
  accepted,  // it is born of a listener, and the connection stands
  listens,
  peer_ended,   // end of reception, in order
  broken,       // reset, PDN lost, modem gone
  delivered,    // everything received is in the channel
  write_ended,  // the program shut its writing side and may still read
  hung_up,      // the program closed the last copy of its descriptor
  flushed,      // everything the program wrote is with the modem
  linger_over,  // flushing took too long
  modem_closed,
  stop,  // the daemon is going down
  count_
};

enum class socket_action : std::uint8_t {
  none,
  begin_connect,
  open_channel,    // take the padding out: the descriptor becomes writable
  fail_channel,    // end it with the padding unread: POLLERR and ECONNRESET at the descriptor
  stop_listening,  // the program closed its listener
  finish_reading,  // end of file for the program, once everything is delivered
  await_peer,      // send what is left; the peer has a limited time to end too
  finish_both,     // end of file for the program, then the modem's socket, once all is delivered
  deliver_rest,    // stop sending, deliver what was received, then end the channel
  end_channel,
  flush_rest,
  close_modem,
  abandon,  // the program closed while it was being connected
  quit,
  count_
};

struct socket_step {
  socket_state next;
  socket_action action;
};

/// What `event` does in `state`; nothing if it is not legal there.
[[nodiscard]] std::optional<socket_step> step(socket_state state, socket_event event) noexcept;

[[nodiscard]] std::string_view name(socket_state state) noexcept;

}  // namespace cellsock
