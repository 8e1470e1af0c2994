// SPDX-License-Identifier: Apache-2.0
#include "actors/server_side.hpp"

#include <algorithm>

#include "actors/log.hpp"
#include "actors/through_bridge.hpp"
#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {

server_side::server_side(socket_handle::base& self, const socket_common& common,
                         std::shared_ptr<channel> end, carrier_handle bridge,
                         supervisor_handle supervisor)
    : self_(self),
      common_(common),
      end_(std::move(end)),
      bridge_(std::move(bridge)),
      supervisor_(std::move(supervisor)) {}

void server_side::backlog(unsigned wanted) {
  end_->limit_connections(std::clamp(wanted, 1U, limits::connections_waiting_max));
  next();
}

void server_side::connection_waiting() {
  waiting_ = true;
  retry_due_ = false;
  next();
}

void server_side::room() {
  next();
}

void server_side::next() {
  pass_on();
  if (!ready_.empty()) return end_->arm_write();
  if (busy_ || !waiting_ || retry_due_ || handshakes_ >= limits::handshakes_per_listener_max)
    return;
  if (!end_->room_for_connection()) return end_->arm_write();
  busy_ = true;
  ask(&self_, supervisor_, limits::actor_reply_max,
      msg::create_socket{common_.shape, common_.who, true},
      on<msg::socket_created>([this](msg::socket_created& made) {
        take({made.id, made.cookie, std::move(made.program_end), std::move(made.actor),
              std::move(made.hears)});
      }),
      [this](const failure& why) { failed(why); });
}

void server_side::take(const child& made) {
  ask(&self_, bridge_, bridge_reply_max, msg::accept_socket{common_.id, made.id, made.hears},
      on<msg::socket_accepted>(
          [this, made](const msg::socket_accepted& came) { hand_over(made, came); }),
      [this](const failure& why) { failed(why); });
}

void server_side::hand_over(const child& made, const msg::socket_accepted& came) {
  const auto limit =
      secure() ? limits::tls_handshake_max + bridge_reply_max * 2 : limits::actor_reply_max;
  if (secure()) {
    busy_ = complained_ = false;
    ++handshakes_;
  }
  const auto ended = [this, made, peer = came.peer](const failure& why) {
    if (secure())
      --handshakes_;
    else if (why.code != errc::none)
      return failed(why);
    if (!secure()) busy_ = complained_ = false;
    ready_.push_back({made, peer, why.code});
    next();
  };
  ask(&self_, made.actor, limit, msg::begin_accepted{common_.id, came.peer, came.local},
      on<msg::channel_connected>(
          [ended](const msg::channel_connected&) { ended(failure{errc::none}); }),
      ended);
  if (secure()) next();
}

void server_side::pass_on() {
  while (!ready_.empty() && end_->room_for_connection()) {
    const auto one = std::move(ready_.front());
    ready_.pop_front();
    const auto how = end_->pass_connection(
        wire::connection_record(one.made.cookie, one.peer, one.why), one.made.program_end->get());
    if (how != channel::write_end::took)
      log::warn("accept-refused", {{"link", common_.link},
                                   {"socket", number(common_.id)},
                                   {"why", cellsock::name(errc::limit_reached)},
                                   {"detail", "its channel takes no more connections"}});
  }
}

void server_side::failed(const failure& why) {
  busy_ = false;
  if (why.code == errc::would_block) {
    waiting_ = false;
    return;
  }
  // It waits in the link, where its peer gives up in its own time.
  if (!std::exchange(complained_, true))
    log::warn("accept-refused", {{"link", common_.link},
                                 {"socket", number(common_.id)},
                                 {"why", cellsock::name(why.code)},
                                 {"detail", why.detail}});
  retry_due_ = true;
  self_.delayed_send(socket_handle(&self_), limits::accept_retry, msg::connection_waiting{});
}

}  // namespace cellsock
