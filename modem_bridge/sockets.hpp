// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/rai/hint.hpp"
#include "stack/result.hpp"
#include "stack/transport.hpp"

namespace cellsock {

/// Why a read is due.
enum class readable {
  no,
  guess,  // the last read was full, or a notice came during it: there may be more
  told,   // the modem said so
};

struct held_data {
  std::vector<std::byte> bytes;
  std::optional<endpoint> from = {};
};

struct modem_socket {
  socket_id id;
  ip_family family = ip_family::v4;
  transport kind = transport::stream;
  cid context{};                            // of its packet network
  std::optional<modem_handle> handle = {};  // none: not open in the modem
  std::optional<std::uint16_t> bound = {};  // local port; a new handle is bound to it again
  bool reuse_address = false;               // its bind is to take a port just left
  bool listening = false;
  bool connected = false;
  std::optional<endpoint> peer = {};
  bool connecting = false;  // a connect is queued or under way
  bool closing = false;     // a close is queued or under way
  // sending
  std::size_t offered = 0;              // bytes of a stream, or datagrams
  std::size_t next_bytes = 0;           // of the next datagram; 0: not known
  std::vector<std::byte> kept = {};     // a chunk given after its turn had passed: sent first
  rai_hint kept_hint = rai_hint::none;  // and its hint
  // receiving
  bool wanted = false;
  readable news = readable::no;
  std::optional<failure> send_failed = {};  // told after what can still be received
  bool hung_up = false;                     // HUP, ERR or NVAL seen: drain, then it is over
  bool ended = false;                       // end of stream reported
  int false_alarms = 0;                     // announced reads in a row that found nothing
  bool needs_arming = false;                // an empty datagram does not re-arm the modem's notice
  // pushed data
  bool pushed = false;      // the modem sends it by itself
  bool hole = false;        // some of it got lost: nothing more is told, and it is over soon
  bool push_fixed = false;  // it refuses to change that
  std::deque<held_data> held = {};  // came while the program had no room
  std::size_t held_bytes = 0;

  /// It has something of its packet network, or is about to.
  [[nodiscard]] bool uses_network() const { return handle || connecting || bound || offered > 0; }
  /// Whether a poll could bring news of it.
  [[nodiscard]] bool awaits_news() const;
  [[nodiscard]] bool can_send() const;
  /// Bytes the next send could take.
  [[nodiscard]] std::size_t next_send() const;
  [[nodiscard]] bool can_receive() const;
  /// As after a close in the modem. It is opened again when needed, on the same local port.
  void forget_modem_side();
};

/// Our sockets, and the handles in the modem that are nobody's any more but not closed yet.
class sockets {
public:
  modem_socket& declare(socket_id id, ip_family family, transport kind);
  [[nodiscard]] modem_socket* find(socket_id id);
  [[nodiscard]] const modem_socket* find(socket_id id) const;
  [[nodiscard]] modem_socket* find(modem_handle handle);
  void erase(socket_id id);
  /// Whether one of them is bound to that port.
  [[nodiscard]] bool has_port(ip_family family, transport kind, std::uint16_t port) const;
  /// Whether one of them uses the packet network of that context.
  [[nodiscard]] bool use(cid context) const;
  [[nodiscard]] std::vector<socket_id> with_handle() const;
  [[nodiscard]] std::vector<socket_id> all() const;

  /// The handle is to be closed when the channel is free.
  void orphan(modem_handle handle);
  void orphan_gone(modem_handle handle);
  [[nodiscard]] const std::vector<modem_handle>& orphans() const noexcept { return orphans_; }
  void forget_orphans() { orphans_.clear(); }
  [[nodiscard]] unsigned handles_used() const;

private:
  std::map<socket_id, modem_socket> by_id_;
  std::vector<modem_handle> orphans_;
};

}  // namespace cellsock
