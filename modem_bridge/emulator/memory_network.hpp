// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/network.hpp"

namespace cellsock::emulator {

/// How the far end of one TCP connection behaves; a test holds it and plays the server.
class memory_peer {
public:
  /// Bytes the program behind the modem sent and nobody took yet.
  [[nodiscard]] const std::vector<std::byte>& received() const { return received_; }
  std::vector<std::byte> take_received();
  /// Sends towards the modem.
  void push(std::span<const std::byte> bytes);
  void push(std::string_view text);
  /// FIN after what was pushed.
  void finish() { finished_ = true; }
  void reset() { reset_ = true; }
  /// How many more bytes this end takes before its window is shut (back-pressure).
  void set_window(std::size_t bytes) { window_ = bytes; }
  /// The modem's side has closed (`true`: with a reset).
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool aborted() const { return aborted_; }
  /// The port the modem's side was bound to; 0: any.
  [[nodiscard]] std::uint16_t modem_port() const { return modem_port_; }
  /// The data context it came over.
  [[nodiscard]] int context() const { return context_; }

private:
  friend class memory_network;
  std::vector<std::byte> received_;
  std::deque<std::byte> outgoing_;
  std::size_t window_ = static_cast<std::size_t>(-1);
  std::uint16_t modem_port_ = 0;
  int context_ = 0;
  bool echo_ = false;
  bool silent_ = false;  // never answers the SYN
  bool refuses_ = false;
  bool finished_ = false;
  bool reset_ = false;
  bool closed_ = false;
  bool aborted_ = false;
};

/// A network with neither sockets nor time: deterministic, scripted by the test. An address nobody
/// set up refuses TCP and swallows UDP.
class memory_network : public network {
public:
  enum class behaviour : std::uint8_t { echo, scripted, refuse, black_hole };

  /// TCP connections to `where` meet this. For `scripted` and `echo`, `peer` finds them.
  void serve(const endpoint& where, behaviour how) { services_[where_key(where)] = how; }
  /// The n-th connection made to `where` (0: the first); null if there was none yet.
  [[nodiscard]] memory_peer* peer(const endpoint& where, std::size_t nth = 0);
  [[nodiscard]] std::size_t connections(const endpoint& where) const;
  /// Somebody out there connects to the listener on `port` of his family. Null: nobody listens
  /// there.
  memory_peer* knock(std::uint16_t port, const endpoint& from);

  /// UDP: `where` sends everything back; otherwise what was sent is kept for `sent_datagrams`.
  void echo_datagrams(const endpoint& where) { datagram_echoes_.insert(where_key(where)); }
  struct sent_datagram {
    endpoint to;
    std::uint16_t local_port = 0;
    int context = 0;
    std::vector<std::byte> payload;
  };
  [[nodiscard]] const std::vector<sent_datagram>& sent_datagrams() const { return sent_; }
  /// `from` sends to every open UDP port of his family on the modem's side (a test opens one).
  void push_datagram(const endpoint& from, std::span<const std::byte> payload);
  /// `from` sends to one bound port; false: nobody holds it, and the datagram is lost.
  bool push_datagram(const endpoint& from, std::uint16_t to_port,
                     std::span<const std::byte> payload);

  result<flow_id> connect(const endpoint& remote, local_end from) override;
  result<flow_id> listen(ip_family family, local_end at) override;
  std::optional<arrived_connection> accept(flow_id listener) override;
  flow_status look(flow_id flow) override;
  result<std::size_t> send(flow_id flow, std::span<const std::byte> bytes) override;
  result<stream_read> receive(flow_id flow, std::span<std::byte> into) override;
  result<flow_id> open_datagram(ip_family family, local_end at) override;
  status send_to(flow_id flow, const endpoint& remote, std::span<const std::byte> payload) override;
  std::optional<arrived_datagram> receive_from(flow_id flow) override;
  void close(flow_id flow, bool abort) override;

private:
  using key = std::string;
  struct datagram_port {
    ip_family family = ip_family::v4;
    std::uint16_t local_port = 0;
    int context = 0;
    std::deque<arrived_datagram> waiting;
  };
  struct open_listener {
    ip_family family = ip_family::v4;
    std::uint16_t port = 0;
    int context = 0;
    std::deque<arrived_connection> waiting;
  };

  static key where_key(const endpoint& where) { return to_string(where); }
  flow_id add(const key& where, memory_peer peer);
  memory_peer* stream(flow_id flow);

  std::uint32_t next_ = 1;
  std::map<key, behaviour> services_;
  std::set<key> datagram_echoes_;
  std::map<flow_id, memory_peer> streams_;  // kept when closed: tests look at them
  std::map<key, std::vector<flow_id>> made_;
  std::map<flow_id, open_listener> listeners_;
  std::map<flow_id, datagram_port> ports_;
  std::vector<sent_datagram> sent_;
};

}  // namespace cellsock::emulator
