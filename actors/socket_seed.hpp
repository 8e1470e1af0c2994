// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/channel.hpp"
#include "actors/interfaces.hpp"
#include "actors/secure_kit.hpp"
#include "stack/limits.hpp"
#include "stack/option_rows.hpp"

namespace cellsock {

/// What is asked of the bridge may wait: it serves others first, and each connect before this may
/// take its own timeout.
inline constexpr auto bridge_reply_max = limits::connect_timeout_max + limits::linger_max;

/// What a socket actor is born with.
struct socket_seed {
  socket_id id{};
  socket_cookie cookie{};
  msg::socket_shape shape = {};
  msg::owner who = {};
  std::shared_ptr<channel> end = {};
  carrier_handle bridge = {};
  supervisor_handle supervisor = {};
  std::string link = {};  // its name
  link_kind kind = link_kind::modem;
  bool accepted = false;  // for a connection that a listener takes
  stream_rules stream = {};
  layer_handle layer = {};  // of a secure socket, and then `bridge` is the same actor
  secure_kit kit = {};
};

/// What a socket of this shape has set; it need not live.
[[nodiscard]] std::int64_t kept_value(const msg::socket_shape& shape, msg::option name);

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
        kind(seed.kind),
        stream(seed.stream),
        layer(seed.layer),
        kit(seed.kit) {}

  const socket_id id;
  const socket_cookie cookie;
  msg::socket_shape shape;
  const msg::owner who;
  const std::chrono::steady_clock::time_point born;
  std::string link;
  link_kind kind;
  stream_rules stream;
  layer_handle layer;  // of a secure socket
  secure_kit kit;
  msg::secure_news secure = {};  // the last
  bool secure_begun = false;     // there was one
  bool listening = false;
  std::optional<endpoint> peer = {};
  std::optional<endpoint> local = {};         // bound
  bool binding = false;                       // asked of the bridge
  std::optional<ip_family> link_family = {};  // empty: nothing of it is with the link yet
  failure pending{errc::none};                // SO_ERROR: read once
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;

  /// The value of an option that the daemon keeps.
  [[nodiscard]] std::int64_t kept(msg::option name);
  void keep(const msg::set_option& m);
  /// Whether it may be set or read as far as can be told here; errc::none if so. `untouched`:
  /// nothing was asked of the link yet.
  [[nodiscard]] failure may_get(msg::option name) const;
  [[nodiscard]] failure may_set(const msg::set_option& m, bool untouched) const;
  /// The packet network that was chosen for it.
  [[nodiscard]] pdn_id pdn() const {
    const auto chosen = shape.options.find(msg::option::pdn);
    return chosen == shape.options.end() ? pdn_id{} : static_cast<pdn_id>(chosen->second);
  }
  [[nodiscard]] option_how how(msg::option name) const { return row_of(name).at(kind).how; }
  /// How long a closed socket may go on sending (SO_LINGER).
  [[nodiscard]] std::chrono::milliseconds linger() const;
  [[nodiscard]] msg::socket_names names(bool connected) const;
  [[nodiscard]] msg::socket_report report(socket_state state, std::uint64_t dropped) const;
  [[nodiscard]] msg::tombstone tombstone(failure why, bool error_pending,
                                         bool connect_failed) const;
  /// The socket is over. Its actor's memory stays for as long as a timer of it runs; keys do not.
  void let_go() {
    shape.secure = nullptr;
    layer = nullptr;
    kit = {};
  }
  void secure_heard(const msg::secure_news& m) {
    secure_begun = true;
    auto facts = m.facts ? m.facts : secure.facts;
    secure = m;
    secure.facts = std::move(facts);
  }
  /// Whether `m` may be bound as far as can be told here; errc::none if so.
  [[nodiscard]] failure may_bind(const msg::bind_channel& m) const;
  /// Whether it is an IPv6 socket that reaches IPv4 peers too (IPV6_V6ONLY off).
  [[nodiscard]] bool is_dual_stack() const;
  /// `where` as the link is told it. A modem's socket has one family: a dual-stack socket takes
  /// that of the first address it uses, and network_unreachable is what the other one is from then
  /// on.
  [[nodiscard]] result<endpoint> to_link(const endpoint& where);
  /// The link's word as the program sees it.
  [[nodiscard]] endpoint from_link(const endpoint& where) const;
  /// Events of a connect.
  void say_connecting(const endpoint& to) const;
  void say_listening() const;
  void say_listen_failed(const failure& why) const;
  void say_connected(const endpoint& to) const;
  void say_connect_failed(const endpoint& to, const failure& why) const;
  /// How long the modem may try to connect for this socket.
  [[nodiscard]] std::chrono::milliseconds connect_timeout() const;
  /// How long its carrier may take to answer a connect of that timeout.
  [[nodiscard]] std::chrono::milliseconds connect_reply_max(
      std::chrono::milliseconds timeout) const;
};

/// Whether it holds keys of its own (inline credentials), and the same without them: what is kept
/// of a socket that has ended.
[[nodiscard]] bool has_keys(const msg::socket_shape& shape);
[[nodiscard]] msg::socket_shape without_keys(msg::socket_shape shape);

}  // namespace cellsock
