// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/ask.hpp"
#include "actors/socket_seed.hpp"
#include "stack/limits.hpp"

namespace cellsock {

/// What either kind of secure socket does with its options. The layer hears of every choice before
/// whatever comes after it.
template <class Self>
void tell_choices(Self* self, const socket_common& common) {
  if (common.layer) self->send(common.layer, msg::choose{common.shape.secure});
}

/// How long saving or loading a connection may take: it may have to wait for a handshake step.
inline constexpr auto secure_action_max = std::chrono::seconds(5);

template <class Self, class Action>
caf::result<msg::option_set> act_through(Self* self, const socket_common& common, Action action) {
  auto promise = self->template make_response_promise<msg::option_set>();
  ask(self, common.layer, secure_action_max, action,
      on<msg::option_set>(
          [promise](const msg::option_set&) mutable { promise.deliver(msg::option_set{}); }),
      [promise](const failure& why) mutable { promise.deliver(to_error(why)); });
  return promise;
}

template <class Self>
caf::result<msg::option_set> set_secure_through(Self* self, socket_common& common,
                                                const msg::set_secure_option& m, tls::stage now) {
  if (!common.shape.secure)
    return to_error(fail(errc::unknown_option, "the socket is not a secure one"));
  auto choices = std::make_shared<tls::choices>(*common.shape.secure);
  if (const auto set = tls::set(*choices, m.name, m.value, now, m.eyes, common.kit.today()); !set)
    return to_error(set.error());
  switch (m.name) {
    case tls::option::session_cache_purge:
      self->send(common.kit.keeper, msg::purge_sessions{common.who.uid});
      break;
    case tls::option::connection_save: return act_through(self, common, msg::save_connection{});
    case tls::option::connection_load: return act_through(self, common, msg::load_connection{});
    default:
      common.shape.secure = std::move(choices);
      tell_choices(self, common);
      break;
  }
  return msg::option_set{};
}

inline caf::result<msg::secure_option_value> get_secure_of(const socket_common& common,
                                                           const msg::get_secure_option& m,
                                                           tls::stage now) {
  if (!common.shape.secure)
    return to_error(fail(errc::unknown_option, "the socket is not a secure one"));
  auto found = tls::get(*common.shape.secure, m.name, now, common.secure.facts.get());
  if (!found) return to_error(found.error());
  return msg::secure_option_value{std::move(*found)};
}

}  // namespace cellsock
