// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/channel.hpp"
#include "actors/interfaces.hpp"

namespace cellsock {

/// What a socket actor is born with.
struct socket_seed {
  socket_id id{};
  socket_cookie cookie{};
  msg::socket_shape shape = {};
  msg::owner who = {};
  std::shared_ptr<channel> end = {};
  bridge_handle bridge = {};
  supervisor_handle supervisor = {};
  std::string link = {};  // its name
  link_kind kind = link_kind::modem;
  stream_rules stream = {};
};

/// The parts of a socket that do not depend on its type: options, reports, names.
class socket_common {
public:
  socket_common(const socket_seed& seed, std::chrono::steady_clock::time_point now)
      : id(seed.id),
        cookie(seed.cookie),
        shape(seed.shape),
        who(seed.who),
        born(now),
        link(seed.link),
        stream(seed.stream) {}

  const socket_id id;
  const socket_cookie cookie;
  msg::socket_shape shape;
  const msg::owner who;
  const std::chrono::steady_clock::time_point born;
  std::string link;
  stream_rules stream;
  std::optional<endpoint> peer = {};
  std::optional<endpoint> local = {};  // bound
  bool binding = false;                // asked of the bridge
  failure pending{errc::none};         // SO_ERROR: read once
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;

  [[nodiscard]] caf::result<msg::option_value> get(const msg::get_option& m);
  [[nodiscard]] caf::result<msg::option_set> set(const msg::set_option& m);
  [[nodiscard]] msg::socket_names names(bool connected) const;
  [[nodiscard]] msg::socket_report report(socket_state state, std::uint64_t dropped) const;
  [[nodiscard]] msg::tombstone tombstone(failure why, bool error_pending,
                                         bool connect_failed) const;
  /// Whether `m` may be bound as far as can be told here; errc::none if so.
  [[nodiscard]] failure may_bind(const msg::bind_channel& m) const;
  /// Events of a connect.
  void say_connecting(const endpoint& to) const;
  void say_connected(const endpoint& to) const;
  void say_connect_failed(const endpoint& to, const failure& why) const;
  /// How long the modem may try to connect for this socket.
  [[nodiscard]] std::chrono::milliseconds connect_timeout() const;
};

}  // namespace cellsock
