// SPDX-License-Identifier: Apache-2.0
// The options of secure sockets. Those of a socket that has ended are its tombstone's.
#include "actors/client_actor.hpp"
#include "actors/log.hpp"
#include "actors/translate_secure.hpp"

namespace cellsock {

void client_actor::set_secure_option(request_id id, const v1::SetSecureOptionRequest& m) {
  const auto option = wire::secure_option_of(m.option());
  if (!option) return refuse(id, option.error());
  auto value = wire::value_of(m.value());
  if (!value) return refuse(id, value.error());
  const msg::set_secure_option wanted{*option, std::move(*value), eyes()};
  const auto actor = granted(id, m.cookie(), [&] { amend_secure_option(id, m.cookie(), wanted); });
  if (!actor) return;
  ask(this, actor, slow_reply_max, wanted, on<msg::option_set>([this, id](const msg::option_set&) {
        v1::Reply answer;
        answer.mutable_secure_option();
        reply(id, answer);
      }),
      [this, id](const failure& why) {
        why.code == errc::unsupported_protocol ? refuse_secure(id, why) : refuse(id, why);
      });
}

void client_actor::refuse_secure(request_id id, const failure& why) {
  log::warn("secure-refused", {{"pid", seed_.who.pid},
                               {"program", seed_.who.program},
                               {"why", cellsock::name(why.code)},
                               {"detail", why.detail}});
  refuse(id, why);
}

void client_actor::get_secure_option(request_id id, const v1::GetSecureOptionRequest& m) {
  const auto option = wire::secure_option_of(m.option());
  if (!option) return refuse(id, option.error());
  const auto answer_with = [this, id, option](const tls::value& value) {
    v1::Reply answer;
    wire::set_value(*answer.mutable_secure_option()->mutable_value(), *option, value);
    reply(id, answer);
  };
  const auto actor = granted(id, m.cookie(), [&] {
    with_tombstone(id, m.cookie(), [this, id, option, answer_with](const msg::tombstone& stone) {
      if (!stone.shape.secure)
        return refuse(id, fail(errc::unknown_option, "the socket is not a secure one"));
      const auto value = tls::get(*stone.shape.secure, *option,
                                  stone.connect_failed ? tls::stage::before : tls::stage::after,
                                  stone.facts.get());
      value ? answer_with(*value) : refuse(id, value.error());
    });
  });
  if (!actor) return;
  ask(this, actor, slow_reply_max, msg::get_secure_option{*option},
      on<msg::secure_option_value>(
          [answer_with](const msg::secure_option_value& v) { answer_with(v.value); }),
      refusal(id));
}

}  // namespace cellsock
