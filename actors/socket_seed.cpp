// SPDX-License-Identifier: Apache-2.0
#include "actors/socket_seed.hpp"

#include <algorithm>

#include "actors/ask.hpp"
#include "actors/log.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

// A year: what a program means by a longer timeout is "for ever", which is 0.
constexpr std::int64_t timeout_ms_max = std::int64_t{365} * 24 * 3600 * 1000;

}  // namespace

caf::result<msg::option_value> socket_common::get(const msg::get_option& m) {
  switch (m.name) {
    case msg::option::error: {
      const auto code = std::exchange(pending, failure{errc::none}).code;
      return msg::option_value{static_cast<std::int64_t>(code)};
    }
    case msg::option::recv_timeout_ms: return msg::option_value{shape.recv_timeout.count()};
    case msg::option::send_timeout_ms: return msg::option_value{shape.send_timeout.count()};
    default: break;
  }
  return to_error(fail(errc::unknown_option));
}

caf::result<msg::option_set> socket_common::set(const msg::set_option& m) {
  if (m.name == msg::option::error)
    return to_error(fail(errc::unknown_option, "SO_ERROR can only be read"));
  if (m.name != msg::option::recv_timeout_ms && m.name != msg::option::send_timeout_ms)
    return to_error(fail(errc::unknown_option));
  if (m.value < 0 || m.value > timeout_ms_max)
    return to_error(fail(errc::invalid_argument, "timeout out of range"));
  const std::chrono::milliseconds value(m.value);
  (m.name == msg::option::recv_timeout_ms ? shape.recv_timeout : shape.send_timeout) = value;
  return msg::option_set{};
}

msg::socket_names socket_common::names(bool connected) const {
  return {.shape = shape,
          .connected = connected,
          .local = local,
          .peer = peer,
          .rules = {},
          .half_close = stream.half_close};
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
          .born = born};
}

msg::tombstone socket_common::tombstone(failure why, bool error_pending,
                                        bool connect_failed) const {
  return {cookie, shape, std::move(why), who, error_pending, connect_failed};
}

failure socket_common::may_bind(const msg::bind_channel& m) const {
  if (local) return fail(errc::invalid_argument, "bind: the socket is bound already");
  if (peer) return fail(errc::invalid_argument, "bind: the socket is connected already");
  if (m.local.address.family != shape.family)
    return fail(errc::unsupported_family, "bind: address of another family");
  return fail(errc::none);
}

void socket_common::say_connecting(const endpoint& to) const {
  log::debug("connect-started", {{"link", link}, {"socket", number(id)}, {"peer", to_string(to)}});
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

}  // namespace cellsock
