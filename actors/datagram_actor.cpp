// SPDX-License-Identifier: Apache-2.0
#include "actors/datagram_actor.hpp"

#include "actors/ask.hpp"
#include "actors/link_trouble.hpp"
#include "actors/secure_through.hpp"
#include "actors/through_bridge.hpp"
#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {

datagram_actor::datagram_actor(caf::actor_config& config, socket_seed seed)
    : socket_handle::base(config),
      common_(seed, clock().now()),
      end_(std::move(seed.end)),
      bridge_(std::move(seed.bridge)),
      supervisor_(std::move(seed.supervisor)),
      outgoing_(limits::datagrams_queued_max, limits::datagram_age_max),
      incoming_(limits::datagrams_received_max, std::chrono::hours(24)) {}

datagram_actor::behavior_type datagram_actor::make_behavior() {
  end_->start(this);
  declare_through(this, bridge_, common_);
  tell_choices(this, common_);
  renew_options(this, bridge_, common_);
  tell_room();
  end_->arm_read();
  return {
      [this](const msg::connect_channel& m) { return connect(m); },
      [this](const msg::bind_channel& m) { return bind(m); },
      [](const msg::listen_channel&) -> caf::result<msg::channel_listening> {
        return to_error(fail(errc::unsupported_operation, "listen: a datagram socket"));
      },
      [](const msg::begin_accepted&) -> caf::result<msg::channel_connected> {
        return to_error(fail(errc::unsupported_operation, "a datagram socket is not accepted"));
      },
      [this](const msg::flush_channel& m) { return flush(m); },
      [this](const msg::get_option& m) { return get_option_through(this, bridge_, common_, m); },
      [this](const msg::set_option& m) { return set(m); },
      [this](const msg::move_channel& m) {
        take_packets();  // what was written before acts before
        return move_through(
            this, bridge_, supervisor_, common_, m, [this] { return untouched(); },
            [this] {
              room_told_ = false;
              tell_room();
            });
      },
      [this](const msg::get_names&) {
        return common_.names(common_.peer && !(common_.layer && connecting_));
      },
      [this](const msg::get_reason&) {
        return msg::end_reason{end_reason_, end_reason_.code != errc::none};
      },
      [this](const msg::channel_readable&) {
        take_packets();
        offer_next();
        check_flushed();
      },
      [this](const msg::channel_writable&) { flush_received(); },
      [this](const msg::channel_hung_up&) { advance(socket_event::hung_up); },
      [this](const msg::linger_over&) { advance(socket_event::linger_over); },
      [](const msg::session_check&) {},
      [this](const msg::flush_over& m) { flushes_.over(m); },
      [this](const msg::give_chunk&) { give(); },
      [this](const msg::chunk_sent& m) {
        one_out_ = false;
        common_.bytes_sent += m.bytes;
        radio_.left(m.bytes, true);
        flushes_.reached(bridge_, common_.id, settled());
        offer_next();
        check_flushed();
      },
      [this](const msg::datagram_dropped& m) {
        one_out_ = false;
        radio_.left(0, false);
        dropped(m.why);
        flushes_.reached(bridge_, common_.id, settled());
        offer_next();
        check_flushed();
      },
      [this](msg::received& m) { deliver(m); },
      [this](const msg::reception_ended&) {  // DTLS's close_notify; nothing ends a plain socket's
        peer_done_ = true;
        flush_received();
      },
      [this](const msg::socket_broken& m) { advance(socket_event::broken, m.why); },
      [](const msg::connection_waiting&) {},
      [this](const msg::set_secure_option& m) {
        return set_secure_through(this, common_, m, secure_stage());
      },
      [this](const msg::get_secure_option& m) { return get_secure_of(common_, m, secure_stage()); },
      [this](const msg::secure_news& m) { secure_heard(m); },
      [this](const msg::get_socket_report&) { return common_.report(state_, dropped_total()); },
      [this](const msg::stop_all&) { advance(socket_event::stop, fail(errc::stopping)); },
  };
}

void datagram_actor::on_exit() {
  answer_connect(fail(errc::link_down, "the socket is gone"));
  flushes_.end(end_reason_.code != errc::none ? end_reason_
                                              : fail(errc::not_connected, "the socket is gone"));
  end_->close();
  radio_.ends();
  if (bridge_) send(bridge_, msg::forget_socket{common_.id});
  bridge_ = nullptr;
  supervisor_ = nullptr;
  common_.let_go();
}

bool datagram_actor::untouched() const {
  return state_ == socket_state::open && !common_.peer && !common_.local && !common_.binding &&
         !connecting_ && !offered_ && !one_out_ && outgoing_.empty() && common_.bytes_sent == 0;
}

void datagram_actor::advance(socket_event event, const failure& why) {
  const auto next = step(state_, event);
  if (!next) return;
  state_ = next->next;
  perform(next->action, why);
  if (state_ == socket_state::ended) quit();
}

void datagram_actor::perform(socket_action action, const failure& why) {
  switch (action) {
    case socket_action::deliver_rest:
      end_reason_ = why;
      send(supervisor_,
           msg::socket_ended{common_.tombstone(
               why, !answer_due_, common_.layer && common_.peer && !serves() && !was_open_)});
      flush_received();
      break;
    case socket_action::end_channel: end_->close(); break;
    case socket_action::flush_rest:
      send(supervisor_, msg::socket_closing{common_.id});
      reader_gone_ = true;
      tell_room();
      delayed_send(this, common_.linger(), msg::linger_over{0});
      take_packets();
      offer_next();
      check_flushed();
      break;
    case socket_action::close_modem:
      send(supervisor_, msg::socket_closing{common_.id});
      close_through(this, bridge_, common_.id, [this] { advance(socket_event::modem_closed); });
      break;
    default: break;  // the rest of the table is a stream's
  }
}

caf::result<msg::channel_connected> datagram_actor::connect(const msg::connect_channel& m) {
  if (state_ != socket_state::open)
    return to_error(end_reason_.code == errc::none ? fail(errc::bad_socket) : end_reason_);
  if (connecting_) return to_error(fail(errc::connect_pending));
  if (!m.peer) {
    dissolve();
    return msg::channel_connected{};
  }
  if (m.peer->address.family != common_.shape.family)
    return to_error(fail(errc::unsupported_family, "connect: address of another family"));
  if (m.peer->port == 0) return to_error(fail(errc::invalid_argument, "connect: port 0"));
  if (common_.layer && common_.peer) return to_error(fail(errc::already_connected));
  const auto told = to_link_through(this, bridge_, common_, *m.peer);
  if (!told) return to_error(told.error());
  connecting_ = true;
  if (common_.layer) common_.peer = m.peer;  // what is written from here on is for it
  outgoing_.hold(shaking_hands(), clock().now());
  common_.say_connecting(*m.peer);
  ask_connect(*m.peer, *told);
  const bool handshake = common_.layer && !serves() && common_.shape.secure->handshake_on_connect;
  if (handshake && m.nonblocking) return to_error(fail(errc::connect_in_progress));
  connect_answer_ = make_response_promise<msg::channel_connected>();
  answer_due_ = true;
  return connect_answer_;
}

void datagram_actor::ask_connect(const endpoint& to, const endpoint& told) {
  const auto timeout = common_.connect_timeout();
  ask(this, bridge_, common_.connect_reply_max(timeout),
      msg::connect_socket{common_.id, told, timeout, common_.shape.send_timeout},
      on<msg::socket_connected>([this, to](const msg::socket_connected& c) {
        connecting_ = false;
        if (c.local) common_.local = common_.from_link(*c.local);
        common_.peer = to;
        outgoing_.hold(shaking_hands(), clock().now());
        radio_.joined(to);
        common_.say_connected(to);
        answer_connect(failure{errc::none});
      }),
      [this, to](const failure& why) {
        connecting_ = false;
        common_.say_connect_failed(to, why);
        if (common_.layer) advance(socket_event::broken, why);
        answer_connect(why);
      });
}

/// A modem has no way to dissolve an association; from here on every datagram names its
/// destination, and what still arrives from the old peer is delivered. A secure socket's session
/// ends, and what waited for its peer is for nobody.
void datagram_actor::dissolve() {
  send(bridge_, msg::dissolve_peer{common_.id});
  radio_.parted();
  common_.peer.reset();
  if (common_.layer) outgoing_.drop_all();
}

void datagram_actor::answer_connect(const failure& why) {
  if (!std::exchange(answer_due_, false)) return;
  if (why.code == errc::none)
    connect_answer_.deliver(msg::channel_connected{});
  else
    connect_answer_.deliver(to_error(why));
  connect_answer_ = {};  // a promise holds its actor
}

caf::result<msg::channel_bound> datagram_actor::bind(const msg::bind_channel& m) {
  if (state_ != socket_state::open)
    return to_error(end_reason_.code == errc::none ? fail(errc::bad_socket) : end_reason_);
  return bind_through(this, bridge_, common_, m);
}

// ---- secure ----

bool datagram_actor::serves() const {
  return common_.shape.secure && common_.shape.secure->as == tls::role::server;
}

/// Who is a server's peer shows when its handshake is over; before, there is nobody to write to.
bool datagram_actor::shaking_hands() const {
  if (!common_.layer || !common_.peer) return false;
  return connecting_ || (common_.secure_begun && common_.secure.phase == tls::phase::handshaking);
}

tls::stage datagram_actor::secure_stage() const {
  if (connecting_) return tls::stage::during;
  if (!common_.secure_begun) return tls::stage::before;
  switch (common_.secure.phase) {
    case tls::phase::handshaking:
      return serves() && !common_.secure.peer ? tls::stage::before : tls::stage::during;
    case tls::phase::open:
    case tls::phase::saved: return tls::stage::after;
    case tls::phase::closed:
    case tls::phase::failed: return common_.peer ? tls::stage::after : tls::stage::before;
  }
  return tls::stage::before;
}

void datagram_actor::secure_heard(const msg::secure_news& m) {
  common_.secure_heard(m);
  if (m.phase == tls::phase::open) was_open_ = true;
  const bool over = m.phase == tls::phase::closed || m.phase == tls::phase::failed;
  if (serves() && m.phase == tls::phase::open && m.peer && !common_.peer) {
    common_.peer = common_.from_link(*m.peer);
    radio_.joined(*common_.peer);
    common_.say_connected(*common_.peer);
  } else if (serves() && over && common_.peer) {
    if (m.phase == tls::phase::failed) common_.pending = m.why;
    radio_.parted();
    common_.peer.reset();
    outgoing_.drop_all();  // it was for that peer alone
  }
  outgoing_.hold(shaking_hands(), clock().now());
}

/// shutdown(2) of its writing side, once what was written before has left: close_notify.
void datagram_actor::finish_sending() {
  const bool all = input_ended_ && outgoing_.empty() && !one_out_;
  if (!common_.layer || state_ != socket_state::open || !all) return;
  if (!std::exchange(finish_told_, true)) send(bridge_, msg::finish_sending{common_.id});
}

// ---- program to modem ----

/// As the link is told where it goes; errc::none if it may. A secure socket has one peer.
failure datagram_actor::address(msg::datagram& packet) {
  if (common_.layer) {
    if (common_.secure.phase == tls::phase::saved) return fail(errc::connection_saved);
    if (!common_.peer) return fail(serves() ? errc::not_connected : errc::destination_required);
    if (packet.peer && *packet.peer != *common_.peer) return fail(errc::already_connected);
    packet.peer.reset();
    return fail(errc::none);
  }
  if (!packet.peer) return fail(common_.peer ? errc::none : errc::destination_required);
  const auto told = to_link_through(this, bridge_, common_, *packet.peer);
  if (!told) return told.error();
  packet.peer = *told;
  return fail(errc::none);
}

void datagram_actor::take_packets() {
  while (!input_ended_) {
    auto got = end_->read_packet();
    if (got.how == channel::read_end::no_more) input_ended_ = true;
    if (got.how != channel::read_end::got) break;
    auto packet = wire::datagram_of(got.packet);
    if (!packet) {
      dropped(packet.error());
      continue;
    }
    packet->id = common_.id;
    packet->hint = hint_.take();
    if (const auto why = address(*packet); why.code != errc::none) {
      dropped(why);
      continue;
    }
    ++taken_;
    outgoing_.push(std::move(*packet), clock().now());
  }
  const bool sending = state_ == socket_state::open || state_ == socket_state::draining;
  if (sending && !input_ended_) end_->arm_read();
}

void datagram_actor::offer_next() {
  if (offered_ || one_out_ || outgoing_.empty()) return;
  offered_ = true;
  radio_.queued();
  send(bridge_, msg::offer{common_.id, outgoing_.size(), outgoing_.front()->payload.size()});
}

void datagram_actor::give() {
  take_packets();
  offered_ = false;
  auto next = outgoing_.pop(clock().now());
  if (!next) {
    radio_.nothing();
    send(bridge_, msg::chunk{common_.id, {}});  // nothing after all
    return check_flushed();
  }
  one_out_ = true;
  const auto held = std::make_shared<msg::datagram>(std::move(*next));
  radio_.before_chunk(held->hint, outgoing_.empty(), held->peer, [this, held](rai_hint hint) {
    held->hint = hint;
    send(bridge_, std::move(*held));
  });
}

/// Of those taken: sent, or given up.
std::uint64_t datagram_actor::settled() const {
  return taken_ - outgoing_.size() - (one_out_ ? 1 : 0);
}

caf::result<msg::channel_flushed> datagram_actor::flush(const msg::flush_channel& m) {
  if (state_ != socket_state::open)
    return to_error(end_reason_.code == errc::none ? fail(errc::bad_socket) : end_reason_);
  take_packets();  // what was written before acts before
  offer_next();
  return flushes_.add(bridge_, common_.id, m, taken_, settled());
}

caf::result<msg::option_set> datagram_actor::set(const msg::set_option& m) {
  take_packets();
  offer_next();
  if (m.name == msg::option::release_assistance) return set_hint(m);
  return set_option_through(this, bridge_, common_, m, untouched(), [this](msg::option name) {
    // A packet that is larger than the whole buffer would never get through.
    if (name == msg::option::receive_buffer)
      end_->hold_for_program(
          std::max(static_cast<int>(common_.kept(name)), limits::datagram_channel_buffer_bytes));
  });
}

/// A hint goes with the next datagram; "nothing more" is said at once.
caf::result<msg::option_set> datagram_actor::set_hint(const msg::set_option& m) {
  if (const auto why = common_.may_set(m, untouched()); why.code != errc::none)
    return to_error(why);
  const auto hint = rai_hint_of(m.value);
  if (hint != rai_hint::no_data) {
    hint_.set(hint);
    return msg::option_set{};
  }
  auto promise = make_response_promise<msg::option_set>();
  radio_.no_data([promise]() mutable { promise.deliver(msg::option_set{}); });
  return promise;
}

void datagram_actor::dropped(const failure& why) {
  ++dropped_;
  common_.pending = why;
  if (ends_socket(why.code)) advance(socket_event::broken, why);
}

void datagram_actor::check_flushed() {
  finish_sending();
  if (state_ != socket_state::draining || one_out_ || !outgoing_.empty()) return;
  if (!input_ended_) take_packets();
  if (!outgoing_.empty()) return offer_next();
  if (input_ended_) advance(socket_event::flushed);
}

// ---- modem to program ----

void datagram_actor::deliver(msg::received& m) {
  common_.bytes_received += m.data.size();
  radio_.received(m.data.size(), clock().now());
  if (reader_gone_) return;
  const auto from = m.from ? common_.from_link(*m.from) : common_.peer;
  incoming_.push(wire::packet_of(from, m.data), clock().now());
  flush_received();
}

void datagram_actor::flush_received() {
  while (!reader_gone_ && !incoming_.empty()) {
    const auto* packet = incoming_.front();
    const auto wrote = end_->write_packet(*packet);
    if (wrote == channel::write_end::gone) reader_gone_ = true;
    if (wrote == channel::write_end::full) {
      end_->arm_write();
      break;
    }
    (void)incoming_.pop(clock().now());
  }
  if (state_ == socket_state::ending && (reader_gone_ || incoming_.empty()))
    return advance(socket_event::delivered);
  if (peer_done_ && incoming_.empty() && !reader_gone_) end_->finish_writing();
  tell_room();
}

void datagram_actor::tell_room() {
  const bool room = state_ == socket_state::open && !reader_gone_ && incoming_.empty();
  if (std::exchange(room_told_, room) != room) send(bridge_, msg::want_receive{common_.id, room});
}

std::uint64_t datagram_actor::dropped_total() const {
  return dropped_ + outgoing_.dropped() + incoming_.dropped() + common_.secure.dropped;
}

}  // namespace cellsock
