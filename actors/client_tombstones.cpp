// SPDX-License-Identifier: Apache-2.0
// Sockets that have ended and whose descriptor a program still holds: what they were, and how one
// whose connect failed goes on.
#include "actors/client_actor.hpp"
#include "actors/socket_seed.hpp"
#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {

void client_actor::with_tombstone(request_id id, std::uint64_t cookie,
                                  std::function<void(const msg::tombstone&)> use) {
  ask(this, seed_.gateway, limits::actor_reply_max, msg::find_tombstone{socket_cookie{cookie}},
      on<msg::tombstone>(std::move(use)), refusal(id));
}

/// After a failed connect the channel is dead; the socket goes on in a fresh one, which the library
/// puts in the old one's place. A socket that was connected once stays dead, as the nRF's do.
void client_actor::reconnect(request_id id, const msg::tombstone& stone,
                             const msg::connect_channel& call) {
  if (!stone.connect_failed) return refuse(id, stone.why);
  ask(this, link_of(stone.shape), limits::actor_reply_max,
      msg::create_socket{stone.shape, seed_.who},
      on<msg::socket_created>([this, id, call, stone](msg::socket_created& made) {
        grant(made.cookie, made.actor);
        if (has_keys(stone.shape))  // they are the fresh one's now
          send(seed_.gateway, msg::amend_tombstone{stone.cookie, without_keys(stone.shape)});
        const auto answer_with = [this, id, made](const failure& why) {
          v1::Reply answer;
          answer.mutable_connect()->set_fresh_cookie(number(made.cookie));
          if (why.code != errc::none) wire::set_error(*answer.mutable_error(), why);
          reply(id, answer, made.program_end);
        };
        ask(this, made.actor, slow_reply_max, call,
            on<msg::channel_connected>(
                [answer_with](const msg::channel_connected&) { answer_with(failure{errc::none}); }),
            answer_with);
      }),
      refusal(id));
}

/// What is set between a failed connect and the next one is the fresh channel's.
void client_actor::amend(request_id id, std::uint64_t cookie,
                         std::function<result<msg::socket_shape>(const msg::tombstone&)> change,
                         std::function<void(v1::Reply&)> fill) {
  with_tombstone(id, cookie, [this, id, cookie, change, fill](const msg::tombstone& stone) {
    if (!stone.connect_failed) return refuse(id, fail(errc::bad_socket));
    auto shape = change(stone);
    if (!shape) return refuse(id, shape.error());
    send(seed_.gateway, msg::amend_tombstone{socket_cookie{cookie}, std::move(*shape)});
    v1::Reply answer;
    fill(answer);
    reply(id, answer);
  });
}

void client_actor::amend_option(request_id id, std::uint64_t cookie, const msg::set_option& m) {
  const auto change = [this, m](const msg::tombstone& stone) -> result<msg::socket_shape> {
    socket_seed seed{.cookie = stone.cookie, .shape = stone.shape, .who = stone.who};
    seed.kind = kind_of(stone.shape);
    socket_common socket(seed, clock().now());
    if (const auto why = socket.may_set(m, true); why.code != errc::none) return why;
    socket.keep(m);
    return socket.shape;
  };
  amend(id, cookie, change, [](v1::Reply& answer) { answer.mutable_option(); });
}

void client_actor::amend_secure_option(request_id id, std::uint64_t cookie,
                                       const msg::set_secure_option& m) {
  const auto change = [this, m](const msg::tombstone& stone) -> result<msg::socket_shape> {
    if (!stone.shape.secure) return fail(errc::unknown_option, "the socket is not a secure one");
    tls::choices choices = *stone.shape.secure;
    if (const auto set =
            tls::set(choices, m.name, m.value, tls::stage::before, m.eyes, seed_.kit.today());
        !set)
      return set.error();
    if (m.name == tls::option::session_cache_purge)
      send(seed_.kit.keeper, msg::purge_sessions{stone.who.uid});
    auto shape = stone.shape;
    shape.secure = std::make_shared<const tls::choices>(std::move(choices));
    return shape;
  };
  amend(id, cookie, change, [](v1::Reply& answer) { answer.mutable_secure_option(); });
}

}  // namespace cellsock
