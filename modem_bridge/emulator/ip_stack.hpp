// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modem_bridge/emulator/address_translation.hpp"
#include "modem_bridge/emulator/air.hpp"
#include "modem_bridge/emulator/network.hpp"
#include "modem_bridge/emulator/time.hpp"
#include "stack/endpoint.hpp"

namespace cellsock::emulator {

/// Poll bits as the firmware prints them.
namespace ready {
inline constexpr unsigned in = 1;
inline constexpr unsigned out = 4;
inline constexpr unsigned err = 8;
inline constexpr unsigned hup = 16;
inline constexpr unsigned nval = 32;
inline constexpr unsigned abnormal = err | hup | nval;
}  // namespace ready

/// What the emulated network does with a new TCP connection.
enum class connect_policy : std::uint8_t { normal, refuse, swallow };

/// The modem's TCP/IP stack over the radio: small buffers per socket, one-way delay on everything
/// that crosses the air (which is open, opens soon, or is shut), orderly close behind what was
/// accepted. Nothing blocks here; the firmware above waits where its commands wait.
class ip_stack {
public:
  /// Enough for a bandwidth-delay product of LTE-M, small enough that back-pressure is felt.
  static constexpr std::size_t stream_buffer_bytes = 8192;
  static constexpr std::size_t datagrams_queued_max = 16;
  static constexpr std::size_t datagram_bytes_max = 4096;

  enum class stage : std::uint8_t { idle, connecting, connected, failed };
  struct received {
    enum class outcome : std::uint8_t { nothing, bytes, ended, failed } is = outcome::nothing;
    std::vector<std::byte> payload = {};
    endpoint peer = {};
  };
  struct accepted {
    pcb socket{};
    endpoint peer;
  };

  ip_stack(network& behind, air& radio, duration one_way, std::size_t accept_backlog = 1)
      : network_(behind), air_(radio), delay_(one_way), accept_backlog_(accept_backlog) {}

  pcb open(bool datagram, ip_family family, int cid);
  /// From now on it uses this data context; what is open already stays where it is.
  void move_to(pcb socket, int cid);
  /// FIN after what was accepted by `send`, as long as its data context carries it; `abort`: reset
  /// at once.
  void close(pcb socket, bool abort, time_point now);
  /// Once per socket, to a port no other socket of its kind, family and context holds; 0 is any.
  status bind(pcb socket, std::uint16_t port);
  status listen(pcb socket);
  /// The port of a listener.
  [[nodiscard]] std::optional<std::uint16_t> listening_on(pcb socket) const;
  std::optional<accepted> accept(pcb listener);

  void connect(pcb socket, const endpoint& remote);
  [[nodiscard]] stage stage_of(pcb socket) const;
  /// A datagram socket without a fixed peer.
  [[nodiscard]] bool unconnected_datagram(pcb socket) const;
  /// Gives up a connect that is under way.
  void abandon_connect(pcb socket);

  /// Bytes taken; 0: the buffer is full.
  result<std::size_t> send(pcb socket, std::span<const std::byte> bytes, time_point now);
  result<std::size_t> send_to(pcb socket, const endpoint& remote,
                              std::span<const std::byte> payload);
  /// Everything accepted has crossed the air.
  [[nodiscard]] bool drained(pcb socket) const;
  received receive(pcb socket, std::size_t bytes_max, bool peek, time_point now);
  [[nodiscard]] std::size_t readable_bytes(pcb socket, time_point now) const;
  /// `ready::` bits that hold now; an unconnected stream has none.
  [[nodiscard]] unsigned poll(pcb socket, time_point now) const;

  /// Moves everything that can move.
  void settle(time_point now);
  [[nodiscard]] std::optional<time_point> next_event(time_point now) const;

  /// The data network went away under these sockets: every call fails from now on.
  void kill(pcb socket);
  /// The same for those that were closed and still had something to send over it.
  void kill_closing(int cid);
  void close_all();

  /// What `poll` says of a socket whose data network is gone.
  void set_dead_bits(unsigned bits) { dead_bits_ = bits; }
  [[nodiscard]] address_translation& translation() { return translation_; }
  /// Places inside the network, which answer a datagram themselves. True: the datagram was for one
  /// of them, and goes no further; `answer` is what comes back, if anything.
  using resident =
      std::function<bool(int cid, const endpoint& remote, std::span<const std::byte> payload,
                         std::optional<std::vector<std::byte>>& answer)>;
  void set_resident(resident who) { resident_ = std::move(who); }
  void set_delay(duration one_way) { delay_ = one_way; }
  [[nodiscard]] duration delay() const { return delay_; }
  /// The peer ends this connection now, behind what it has sent; `abort`: with a reset.
  void end_by_peer(pcb socket, bool abort, time_point now);
  /// The network takes nothing: sends fill the buffer and then wait.
  void block_sending(bool on) { send_blocked_ = on; }
  [[nodiscard]] bool sending_blocked() const { return send_blocked_; }
  /// Sends fail once this many more bytes were taken, as for lack of memory: no poll event tells.
  void fail_sends_after(std::optional<std::size_t> bytes) { send_budget_ = bytes; }
  /// `where`: empty for every host, `HOST` or `HOST:PORT`.
  void set_policy(const std::string& where, connect_policy policy);

private:
  struct segment {
    std::optional<time_point> due;  // empty: the radio has not taken it yet
    std::vector<std::byte> bytes;
    std::size_t used = 0;
    endpoint peer = {};
  };
  struct socket_state {
    bool datagram = false;
    ip_family family = ip_family::v4;
    int cid = 0;
    stage at = stage::idle;
    bool dead = false;  // the data network is gone
    bool listening = false;
    bool closing = false;
    time_point closing_until{};
    std::optional<flow_id> flow = {};
    std::uint16_t local_port = 0;
    std::optional<endpoint> remote = {};
    bool syn_waits = false;  // for the radio
    std::optional<time_point> syn_due = {};
    std::optional<time_point> outcome_due = {};
    stage outcome = stage::failed;
    std::deque<segment> outbound = {};
    std::size_t outbound_bytes = 0;
    std::deque<segment> inbound = {};
    std::size_t inbound_bytes = 0;
    std::optional<time_point> fin_due = {};
    std::optional<time_point> reset_due = {};
    std::deque<arrived_connection> pending = {};
  };

  socket_state* find(pcb socket);
  const socket_state* find(pcb socket) const;
  bool pump(time_point now);  // one round; true when something moved
  status need_flow(socket_state& socket);
  void hasten_closed_holder(const socket_state& wants, std::uint16_t port);
  [[nodiscard]] bool port_taken(const socket_state& by_other_than, std::uint16_t port) const;
  [[nodiscard]] connect_policy policy_for(const endpoint& remote) const;
  bool pump_connect(pcb id, socket_state& socket, time_point now);
  bool pump_air(pcb id, socket_state& socket, time_point now);
  bool pump_out(socket_state& socket, time_point now);
  bool pump_in(pcb id, socket_state& socket, time_point now);
  bool answered_inside(pcb id, socket_state& socket, const segment& part, time_point now);
  void arrive(pcb id, socket_state& socket, arrived_datagram&& got, time_point now);
  bool pump_datagrams(pcb id, socket_state& socket, time_point now);
  bool pump_listener(pcb id, socket_state& socket, time_point now);
  void drop(socket_state& socket, bool abort);

  network& network_;
  air& air_;
  address_translation translation_;
  resident resident_;
  unsigned dead_bits_ = ready::err;
  duration delay_;
  std::size_t accept_backlog_;
  bool send_blocked_ = false;
  std::optional<std::size_t> send_budget_;
  std::optional<time_point> flooded_until_;
  std::uint32_t next_ = 1;
  std::map<pcb, socket_state> sockets_;
  std::map<std::string, connect_policy> policies_;
};

}  // namespace cellsock::emulator
