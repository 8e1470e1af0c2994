// SPDX-License-Identifier: Apache-2.0
#include "actors/radio_side.hpp"

#include "actors/ask.hpp"

namespace cellsock {
namespace {

using fact = msg::radio_fact;

/// A stream's receptions are told this often: much less than any time that is decided by.
constexpr auto received_pace = std::chrono::milliseconds(100);

}  // namespace

bool radio_side::there() const {
  return common_.kind == link_kind::modem && supervisor_;
}

void radio_side::tell(fact what, const std::optional<endpoint>& peer) {
  if (!there()) return;
  self_.send(supervisor_, msg::radio_news{common_.id, what, peer, std::exchange(sent_, 0),
                                          std::exchange(received_, 0)});
}

void radio_side::ask_word(const msg::ask_radio& question, std::function<void(rai_hint)> then) {
  if (!there()) return then(rai_hint::none);
  ask(&self_, supervisor_, limits::actor_reply_max, question,
      on<msg::radio_word>([then](const msg::radio_word& word) { then(word.tell); }),
      // Payload matters more than what is said of it.
      [then](const failure&) { then(rai_hint::none); });
}

void radio_side::queued() {
  if (std::exchange(queued_, true)) return;
  fresh_ = true;
  tell(fact::queued);
}

void radio_side::nothing() {
  if (std::exchange(queued_, false)) tell(fact::nothing);
}

bool radio_side::asks(rai_hint said, bool empties) const {
  return there() && (fresh_ || empties || said != rai_hint::none);
}

void radio_side::before_chunk(rai_hint said, bool empties, const std::optional<endpoint>& to,
                              std::function<void(rai_hint)> then) {
  fresh_ = false;
  if (empties) queued_ = false;
  asked_ = true;
  ask_word({common_.id, msg::ask_radio::about::chunk, said, empties, to}, std::move(then));
}

void radio_side::left(std::size_t bytes, bool sent) {
  sent_ += bytes;
  if (std::exchange(asked_, false)) tell(sent ? fact::sent : fact::not_sent);
}

void radio_side::received(std::size_t bytes, time_point now) {
  received_ += bytes;
  const bool each = common_.shape.kind == transport::datagram;
  if (!each && received_told_ && now - *received_told_ < received_pace) return;
  received_told_ = now;
  tell(fact::received);
}

void radio_side::connecting(std::function<void()> then) {
  ask_word({common_.id, msg::ask_radio::about::connect},
           [then = std::move(then)](rai_hint) { then(); });
}

void radio_side::connect_ended(bool stands, const std::optional<endpoint>& peer) {
  tell(stands ? fact::connected : fact::not_connected, peer);
}

void radio_side::joined(const endpoint& peer) {
  tell(fact::joined, peer);
}

void radio_side::parted() {
  tell(fact::parted);
}

void radio_side::no_data(std::function<void()> then) {
  ask_word({common_.id, msg::ask_radio::about::no_data},
           [then = std::move(then)](rai_hint) { then(); });
}

void radio_side::ends() {
  if (!std::exchange(ended_, true)) tell(fact::ended);
}

}  // namespace cellsock
