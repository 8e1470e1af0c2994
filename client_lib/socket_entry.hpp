// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/endpoint.hpp"
#include "client_lib/outcome.hpp"

namespace cellsock::client {

enum class socket_state : std::uint8_t {
  unconnected,
  connecting,
  connected,
  failed,  // our own connect failed and told the program why; a new connect may follow
};

/// What this process knows about one socket. A cache: the daemon knows all of it too, and another
/// process that holds the socket may have changed it. Thread-safe.
struct socket_entry {
  socket_entry(std::uint64_t its_cookie, wire::Family its_family, wire::SocketType its_type,
               wire::SecureProtocol its_secure = wire::SECURE_PROTOCOL_UNSPECIFIED)
      : cookie(its_cookie), family(its_family), type(its_type), secure(its_secure) {}

  const std::uint64_t cookie;
  const wire::Family family;
  const wire::SocketType type;
  const wire::SecureProtocol secure;
  /// The run of the daemon that has it; 0 = not known.
  std::atomic<std::uint64_t> daemon_instance{0};
  std::atomic<socket_state> state{socket_state::unconnected};
  /// Its channel carries connections, not bytes: nothing but accept may read it.
  std::atomic<bool> listening{false};
  /// An IPv6 socket that takes IPv4 peers (IPV6_V6ONLY off).
  std::atomic<bool> dual_stack{false};
  std::atomic<std::int64_t> receive_timeout_ms{0};  // 0 = none
  std::atomic<std::int64_t> send_timeout_ms{0};
  /// SO_SNDBUF that this end of the channel does not have yet: a stream that is not connected is
  /// kept unwritable by being full, and a larger one would have room. 0 = none.
  std::atomic<int> send_buffer{0};
  /// errno of an abnormal end: final, so it is asked for once.
  std::atomic<int> abnormal_end{0};
  /// The peer's orderly end was confirmed: reading at the end needs no question any more.
  std::atomic<bool> peer_finished{false};
  /// DTLS: this process saved the connection and has not loaded it again.
  std::atomic<bool> connection_saved{false};

  [[nodiscard]] bool is_stream() const noexcept { return type == wire::SOCKET_TYPE_STREAM; }
  [[nodiscard]] bool is_secure() const noexcept {
    return secure != wire::SECURE_PROTOCOL_UNSPECIFIED;
  }

  [[nodiscard]] std::shared_ptr<const wire::DatagramRules> rules() const {
    const std::lock_guard lock(rules_mutex_);
    return rules_;
  }
  void set_rules(const wire::DatagramRules& rules) {
    auto made = std::make_shared<const wire::DatagramRules>(rules);
    const std::lock_guard lock(rules_mutex_);
    rules_ = std::move(made);
  }

  /// Whom a secure datagram socket has its session with; nothing: not known here.
  [[nodiscard]] std::optional<endpoint> secure_peer() const {
    const std::lock_guard lock(rules_mutex_);
    return secure_peer_;
  }
  void set_secure_peer(const std::optional<endpoint>& peer) {
    const std::lock_guard lock(rules_mutex_);
    secure_peer_ = peer;
  }
  /// The program's own pointers to its ALPN names, which reading the option gives back.
  [[nodiscard]] std::vector<const char*> alpn_given() const {
    const std::lock_guard lock(rules_mutex_);
    return alpn_given_;
  }
  void set_alpn_given(std::vector<const char*> names) {
    const std::lock_guard lock(rules_mutex_);
    alpn_given_ = std::move(names);
  }

private:
  mutable std::mutex rules_mutex_;
  std::optional<endpoint> secure_peer_ = {};
  std::vector<const char*> alpn_given_ = {};
  std::shared_ptr<const wire::DatagramRules> rules_ = std::make_shared<wire::DatagramRules>();
};

/// Something that only a connected stream does was seen: a connect in the background has succeeded.
/// (A datagram socket is always writable.)
inline void note_standing(socket_entry& entry) {
  if (!entry.is_stream()) return;
  auto before = socket_state::connecting;
  if (entry.state == before) entry.state.compare_exchange_strong(before, socket_state::connected);
}

/// A descriptor of the program together with what is known about its socket.
struct held_socket {
  int fd = -1;
  std::shared_ptr<socket_entry> entry;
};

}  // namespace cellsock::client
