// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <utility>

#include "actors/interfaces.hpp"

/// Errors between actors, and the one way to ask.
namespace cellsock {

/// The other way round from to_error; CAF's own errors (a timeout, an actor that is gone) become
/// link_down or timed_out.
[[nodiscard]] inline failure to_failure(const caf::error& error) {
  if (error.category() == caf::atom("cellsock")) {
    const auto& context = error.context();
    return {static_cast<errc>(error.code()),
            context.match_elements<std::string>() ? context.get_as<std::string>(0) : std::string{}};
  }
  if (error == caf::sec::request_timeout)
    return fail(errc::timed_out, "no answer inside the daemon");
  return fail(errc::link_down, "the part of the daemon that should answer is gone");
}

/// Asks `to`, waiting at most `limit`; exactly one of the two continuations runs. CAF keeps the
/// timeout of an answered request, with a reference to the asker, until it would have fired: it is
/// cancelled here.
template <class Self, class To, class Message, class OnReply, class OnError>
void ask(Self* self, const To& to, std::chrono::milliseconds limit, Message message,
         OnReply on_reply, OnError on_error) {
  auto handle = self->request(to, limit, std::move(message));
  const auto id = handle.id();
  handle.then(std::move(on_reply).bind(self, id),
              [self, id, on_error = std::move(on_error)](caf::error& error) mutable {
                self->clock().cancel_request_timeout(self, id);
                on_error(to_failure(error));
              });
}

/// Names the reply's type, which CAF needs spelled out: `on<msg::socket_closed>([this](auto&) {…})`
/// would be a generic lambda, and CAF takes none.
template <class Reply, class Function>
struct on_reply {
  Function function;
  template <class Self>
  auto bind(Self* self, caf::message_id id) && {
    return [self, id, f = std::move(function)](Reply& reply) mutable {
      self->clock().cancel_request_timeout(self, id);
      f(reply);
    };
  }
};
template <class Reply, class Function>
[[nodiscard]] on_reply<Reply, Function> on(Function f) {
  return {std::move(f)};
}

}  // namespace cellsock
