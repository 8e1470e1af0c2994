// SPDX-License-Identifier: Apache-2.0
#include "actors/socket_seed.hpp"

#include <algorithm>

#include "actors/ask.hpp"
#include "actors/log.hpp"
#include "stack/limits.hpp"

namespace cellsock {

std::int64_t kept_value(const msg::socket_shape& shape, msg::option name) {
  switch (name) {
    case msg::option::recv_timeout_ms: return shape.recv_timeout.count();
    case msg::option::send_timeout_ms: return shape.send_timeout.count();
    default: break;
  }
  const auto set = shape.options.find(name);
  return set == shape.options.end() ? row_of(name).standard : set->second;
}

std::int64_t socket_common::kept(msg::option name) {
  if (name == msg::option::error)
    return static_cast<std::int64_t>(std::exchange(pending, failure{errc::none}).code);
  return kept_value(shape, name);
}

void socket_common::keep(const msg::set_option& m) {
  const std::chrono::milliseconds time(m.value);
  switch (m.name) {
    case msg::option::recv_timeout_ms: shape.recv_timeout = time; break;
    case msg::option::send_timeout_ms: shape.send_timeout = time; break;
    default: shape.options[m.name] = m.value; break;
  }
}

failure socket_common::may_get(msg::option name) const {
  const auto& row = row_of(name);
  const auto& side = row.at(kind);
  if (side.how == option_how::refused ||
      !has_option(row, shape.family == ip_family::v6, shape.kind))
    return fail(errc::unknown_option, std::string(row.name) + ": " + std::string(side.what));
  if (row.use == option_use::set)
    return fail(errc::unknown_option, std::string(row.name) + " can only be set");
  return fail(errc::none);
}

failure socket_common::may_set(const msg::set_option& m, bool untouched) const {
  const auto& row = row_of(m.name);
  const auto& side = row.at(kind);
  const std::string called(row.name);
  if (side.how == option_how::refused ||
      !has_option(row, shape.family == ip_family::v6, shape.kind))
    return fail(errc::unknown_option, called + ": " + std::string(side.what));
  if (row.use == option_use::get) return fail(errc::unknown_option, called + " can only be read");
  if (m.value < row.min || m.value > row.max)
    return fail(errc::invalid_argument, called + ": " + std::to_string(m.value) + " is not in " +
                                            std::to_string(row.min) + " to " +
                                            std::to_string(row.max));
  if (side.how == option_how::fixed && m.value != row.standard)
    return fail(errc::invalid_argument, called + ": " + std::string(side.what));
  if (row.when == option_when::untouched && !untouched)
    return fail(errc::invalid_argument, called + ": before the socket is bound, connected or used");
  constexpr std::int64_t no_more_data = 1;
  if (m.name == msg::option::release_assistance && m.value == no_more_data && !peer)
    return fail(errc::destination_required, called + ": the socket has no peer");
  return fail(errc::none);
}

std::chrono::milliseconds socket_common::linger() const {
  const auto set = shape.options.find(msg::option::linger_s);
  if (set == shape.options.end() || set->second < 0) return limits::linger_max;
  return std::min<std::chrono::milliseconds>(std::chrono::seconds(set->second), limits::linger_max);
}

msg::socket_names socket_common::names(bool connected) const {
  return {.shape = shape,
          .connected = connected,
          .listening = listening,
          .local = local,
          .peer = peer,
          .rules = {},
          .half_close = stream.half_close,
          .dual_stack = is_dual_stack()};
}

msg::socket_report socket_common::report(socket_state state, std::uint64_t dropped) const {
  return {.id = id,
          .cookie = cookie,
          .kind = shape.kind,
          .state = state,
          .local = local,
          .peer = peer,
          .who = who,
          .bytes_sent = bytes_sent,
          .bytes_received = bytes_received,
          .datagrams_dropped = dropped,
          .born = born,
          .secure = shape.secure,
          .security = secure_begun ? std::optional(secure) : std::nullopt};
}

msg::tombstone socket_common::tombstone(failure why, bool error_pending,
                                        bool connect_failed) const {
  // A new connect needs the keys that the program gave this socket; nothing else does.
  return {cookie,         connect_failed ? shape : without_keys(shape),
          std::move(why), who,
          error_pending,  connect_failed,
          secure.facts};
}

bool has_keys(const msg::socket_shape& shape) {
  return shape.secure && (shape.secure->own.private_key || shape.secure->own.psk);
}

msg::socket_shape without_keys(msg::socket_shape shape) {
  if (!has_keys(shape)) return shape;
  auto rest = *shape.secure;
  rest.own = {};
  shape.secure = std::make_shared<const tls::choices>(std::move(rest));
  return shape;
}

failure socket_common::may_bind(const msg::bind_channel& m) const {
  if (local) return fail(errc::invalid_argument, "bind: the socket is bound already");
  if (peer) return fail(errc::invalid_argument, "bind: the socket is connected already");
  if (m.local.address.family != shape.family)
    return fail(errc::unsupported_family, "bind: address of another family");
  if (is_v4_mapped(m.local.address) && !is_dual_stack())
    return fail(errc::invalid_argument, "bind: an IPv4 address, and IPV6_V6ONLY is set");
  return fail(errc::none);
}

bool socket_common::is_dual_stack() const {
  if (shape.family != ip_family::v6) return false;
  const auto set = shape.options.find(msg::option::v6_only);
  return set != shape.options.end() && set->second == 0;
}

result<endpoint> socket_common::to_link(const endpoint& where) {
  const bool mapped = is_v4_mapped(where.address);
  if (mapped && !is_dual_stack())
    return fail(errc::network_unreachable, "an IPv6 socket with IPV6_V6ONLY has no IPv4 peers");
  if (kind == link_kind::host) return where;
  const auto wanted = mapped ? ip_family::v4 : where.address.family;
  if (link_family.value_or(wanted) != wanted)
    return fail(errc::network_unreachable, "the modem's socket has one address family by now");
  link_family = wanted;
  return mapped ? endpoint{v4_of(where.address), where.port} : where;
}

endpoint socket_common::from_link(const endpoint& where) const {
  if (shape.family == ip_family::v4 || where.address.family == ip_family::v6) return where;
  return {v4_mapped(where.address), where.port};
}

void socket_common::say_connecting(const endpoint& to) const {
  log::debug("connect-started", {{"link", link}, {"socket", number(id)}, {"peer", to_string(to)}});
}

void socket_common::say_listening() const {
  log::info("listening", {{"link", link}, {"socket", number(id)}, {"local", to_string(*local)}});
}

void socket_common::say_listen_failed(const failure& why) const {
  log::warn("listen-failed", {{"link", link},
                              {"socket", number(id)},
                              {"why", cellsock::name(why.code)},
                              {"detail", why.detail}});
}

void socket_common::say_connected(const endpoint& to) const {
  log::info("connected", {{"link", link}, {"socket", number(id)}, {"peer", to_string(to)}});
}

void socket_common::say_connect_failed(const endpoint& to, const failure& why) const {
  log::info("connect-failed", {{"link", link},
                               {"socket", number(id)},
                               {"peer", to_string(to)},
                               {"why", cellsock::name(why.code)},
                               {"detail", why.detail}});
}

std::chrono::milliseconds socket_common::connect_timeout() const {
  if (shape.send_timeout.count() == 0) return limits::connect_timeout_default;
  return std::min<std::chrono::milliseconds>(shape.send_timeout, limits::connect_timeout_max);
}

std::chrono::milliseconds socket_common::connect_reply_max(
    std::chrono::milliseconds timeout) const {
  // A handshake comes on top; nRF's longest time for one is above our own.
  constexpr auto handshake = std::max<std::chrono::seconds>(
      limits::tls_handshake_max, std::chrono::seconds(tls::handshake_times.back().seconds + 1));
  const auto plain = timeout + bridge_reply_max;
  return layer ? plain + handshake + bridge_reply_max : plain;
}

}  // namespace cellsock
