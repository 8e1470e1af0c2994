// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/ask.hpp"
#include "actors/socket_seed.hpp"
#include "stack/limits.hpp"

namespace cellsock {

/// Makes the socket known to the bridge, or known anew: with the family that it has there.
template <class Self>
void declare_through(Self* self, const carrier_handle& bridge, const socket_common& common) {
  self->send(bridge,
             msg::declare_socket{common.id, common.link_family.value_or(common.shape.family),
                                 common.shape.kind, socket_handle(self), common.pdn()});
}

/// `where` as the link is told it; the bridge hears of the family if this decided it.
template <class Self>
result<endpoint> to_link_through(Self* self, const carrier_handle& bridge, socket_common& common,
                                 const endpoint& where) {
  const bool decided = common.link_family.has_value();
  auto told = common.to_link(where);
  if (told && !decided && common.link_family.value_or(common.shape.family) != common.shape.family)
    declare_through(self, bridge, common);
  return told;
}

/// Closes the modem's socket; `done` runs whatever the answer is, for nothing is left to do then.
template <class Self, class Done>
void close_through(Self* self, const carrier_handle& bridge, socket_id id, Done done) {
  ask(self, bridge, bridge_reply_max, msg::close_socket{id},
      on<msg::socket_closed>([done](const msg::socket_closed&) { done(); }),
      [done](const failure&) { done(); });
}

/// bind() of either kind of socket: checked here, done by the bridge, remembered in `common`.
template <class Self>
caf::result<msg::channel_bound> bind_through(Self* self, const carrier_handle& bridge,
                                             socket_common& common, const msg::bind_channel& m) {
  if (const auto why = common.may_bind(m); why.code != errc::none) return to_error(why);
  const auto told = to_link_through(self, bridge, common, m.local);
  if (!told) return to_error(told.error());
  auto promise = self->template make_response_promise<msg::channel_bound>();
  common.binding = true;
  // Asked to bind to an address, the modem uses its own: another one would be a lie.
  ask(self, bridge, bridge_reply_max, msg::bind_socket{common.id, told->port, told->address},
      on<msg::socket_bound>([&common, promise, wanted = *told](const msg::socket_bound& b) mutable {
        common.binding = false;
        common.local = common.from_link(b.local);
        const bool other = !wanted.address.is_any() && wanted.address != b.local.address;
        if (other)
          promise.deliver(
              to_error(fail(errc::address_not_available,
                            "bind: the modem's address is " + to_string(b.local.address))));
        else
          promise.deliver(msg::channel_bound{*common.local});
      }),
      [&common, promise](const failure& why) mutable {
        common.binding = false;
        promise.deliver(to_error(why));
      });
  return promise;
}

/// setsockopt() of either kind of socket: checked here, then the link's or ours. `kept` runs when
/// the value has come into force.
template <class Self, class Kept>
caf::result<msg::option_set> set_option_through(Self* self, const carrier_handle& bridge,
                                                socket_common& common, const msg::set_option& m,
                                                bool untouched, Kept kept) {
  if (const auto why = common.may_set(m, untouched); why.code != errc::none) return to_error(why);
  if (common.how(m.name) != option_how::carried) {
    common.keep(m);
    kept(m.name);
    return msg::option_set{};
  }
  auto promise = self->template make_response_promise<msg::option_set>();
  ask(self, bridge, bridge_reply_max, msg::set_link_option{common.id, m.name, m.value},
      on<msg::option_set>([&common, promise, m, kept](const msg::option_set&) mutable {
        common.keep(m);
        kept(m.name);
        promise.deliver(msg::option_set{});
      }),
      [promise](const failure& why) mutable { promise.deliver(to_error(why)); });
  return promise;
}

template <class Self>
caf::result<msg::option_value> get_option_through(Self* self, const carrier_handle& bridge,
                                                  socket_common& common, const msg::get_option& m) {
  if (const auto why = common.may_get(m.name); why.code != errc::none) return to_error(why);
  if (common.how(m.name) != option_how::carried) return msg::option_value{common.kept(m.name)};
  auto promise = self->template make_response_promise<msg::option_value>();
  ask(self, bridge, bridge_reply_max, msg::get_link_option{common.id, m.name},
      on<msg::option_value>([promise](const msg::option_value& v) mutable { promise.deliver(v); }),
      [promise](const failure& why) mutable { promise.deliver(to_error(why)); });
  return promise;
}

/// Tells a link that does not know this socket yet what was set before. It took these values once;
/// a link that refuses one now goes on without it.
template <class Self>
void renew_options(Self* self, const carrier_handle& bridge, const socket_common& common) {
  for (const auto& [name, value] : common.shape.options)
    if (common.how(name) == option_how::carried)
      ask(self, bridge, bridge_reply_max, msg::set_link_option{common.id, name, value},
          on<msg::option_set>([](const msg::option_set&) {}), [](const failure&) {});
}

/// SO_BINDTODEVICE of either kind of socket. `untouched`: nothing of it is in the modem, nor under
/// way there. `moved` runs once the new link has it.
template <class Self, class Untouched, class Moved>
caf::result<msg::option_set> move_through(Self* self, carrier_handle& bridge,
                                          supervisor_handle& supervisor, socket_common& common,
                                          const msg::move_channel& m, Untouched untouched,
                                          Moved moved) {
  const auto too_late = fail(errc::invalid_argument,
                             "a modem is chosen before the socket is connected, bound or sent on");
  if (!untouched()) return to_error(too_late);
  const auto to = caf::actor_cast<supervisor_handle>(m.supervisor);
  if (to == supervisor) {
    common.shape.device = m.device;
    return msg::option_set{};
  }
  auto promise = self->template make_response_promise<msg::option_set>();
  auto shape = common.shape;
  shape.device = m.device;
  ask(self, to, limits::actor_reply_max,
      msg::adopt_socket{common.id, common.cookie, shape, common.who, self},
      on<msg::socket_adopted>(
          [=, &bridge, &supervisor, &common](msg::socket_adopted& adopted) mutable {
            if (!untouched()) {
              self->send(to, msg::socket_moved{common.id});
              promise.deliver(to_error(too_late));
              return;
            }
            self->send(bridge, msg::forget_socket{common.id});
            self->send(supervisor, msg::socket_moved{common.id});
            bridge = adopted.bridge;
            supervisor = to;
            common.link = m.link;
            common.kind = adopted.kind;
            common.stream = adopted.stream;
            common.layer = adopted.layer;
            if (common.layer) self->send(common.layer, msg::choose{common.shape.secure});
            common.shape.device = m.device;
            declare_through(self, bridge, common);
            renew_options(self, bridge, common);
            moved();
            promise.deliver(msg::option_set{adopted.rules});
          }),
      [promise](const failure& why) mutable { promise.deliver(to_error(why)); });
  return promise;
}

}  // namespace cellsock
