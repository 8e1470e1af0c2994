// SPDX-License-Identifier: Apache-2.0
#include "actors/datagram_actor.hpp"

#include "actors/ask.hpp"
#include "actors/secure_through.hpp"
#include "actors/through_bridge.hpp"
#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

/// Troubles of the link rather than of one datagram: the socket is of no use any more, and its
/// program must hear of it instead of waiting for an answer that cannot come.
bool ends_socket(errc code) {
  switch (code) {
    case errc::link_down:
    case errc::pdn_down:
    case errc::not_registered:
    case errc::registration_denied:
    case errc::no_sim:
    case errc::stopping: return true;
    default: return false;
  }
}

}  // namespace

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
      [this](const msg::get_names&) { return common_.names(common_.peer.has_value()); },
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
      [](const msg::reception_ended&) {},  // nothing ends a datagram socket's reception in order
      [this](const msg::socket_broken& m) { advance(socket_event::broken, m.why); },
      [](const msg::connection_waiting&) {},
      [this](const msg::set_secure_option& m) {
        return set_secure_through(this, common_, m, secure_stage());
      },
      [this](const msg::get_secure_option& m) { return get_secure_of(common_, m, secure_stage()); },
      [this](const msg::secure_news& m) { common_.secure_heard(m); },
      [this](const msg::get_socket_report&) { return common_.report(state_, dropped_total()); },
      [this](const msg::stop_all&) { advance(socket_event::stop, fail(errc::stopping)); },
  };
}

void datagram_actor::on_exit() {
  flushes_.end(end_reason_.code != errc::none ? end_reason_
                                              : fail(errc::not_connected, "the socket is gone"));
  end_->close();
  radio_.ends();
  if (bridge_) send(bridge_, msg::forget_socket{common_.id});
  bridge_ = nullptr;
  supervisor_ = nullptr;
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
      send(supervisor_, msg::socket_ended{common_.tombstone(why, true, false)});
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
    // A modem has no way to dissolve an association; from here on every datagram names its
    // destination, and what still arrives from the old peer is delivered.
    send(bridge_, msg::dissolve_peer{common_.id});
    radio_.parted();
    common_.peer.reset();
    return msg::channel_connected{};
  }
  if (m.peer->address.family != common_.shape.family)
    return to_error(fail(errc::unsupported_family, "connect: address of another family"));
  if (m.peer->port == 0) return to_error(fail(errc::invalid_argument, "connect: port 0"));
  const auto told = to_link_through(this, bridge_, common_, *m.peer);
  if (!told) return to_error(told.error());
  connecting_ = true;
  common_.say_connecting(*m.peer);
  auto promise = make_response_promise<msg::channel_connected>();
  const auto timeout = common_.connect_timeout();
  ask(this, bridge_, common_.connect_reply_max(timeout),
      msg::connect_socket{common_.id, *told, timeout, common_.shape.send_timeout},
      on<msg::socket_connected>(
          [this, promise, peer = *m.peer](const msg::socket_connected& c) mutable {
            connecting_ = false;
            if (c.local) common_.local = common_.from_link(*c.local);
            common_.peer = peer;
            radio_.joined(peer);
            common_.say_connected(peer);
            promise.deliver(msg::channel_connected{});
          }),
      [this, promise, to = *m.peer](const failure& why) mutable {
        connecting_ = false;
        common_.say_connect_failed(to, why);
        promise.deliver(to_error(why));
      });
  return promise;
}

caf::result<msg::channel_bound> datagram_actor::bind(const msg::bind_channel& m) {
  if (state_ != socket_state::open)
    return to_error(end_reason_.code == errc::none ? fail(errc::bad_socket) : end_reason_);
  return bind_through(this, bridge_, common_, m);
}

tls::stage datagram_actor::secure_stage() const {
  if (!common_.secure_begun) return connecting_ ? tls::stage::during : tls::stage::before;
  return common_.secure.phase == tls::phase::handshaking ? tls::stage::during : tls::stage::after;
}

// ---- program to modem ----

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
    if (!packet->peer && !common_.peer) {
      dropped(fail(errc::destination_required));
      continue;
    }
    if (packet->peer) {
      const auto told = to_link_through(this, bridge_, common_, *packet->peer);
      if (!told) {
        dropped(told.error());
        continue;
      }
      packet->peer = *told;
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
  tell_room();
}

void datagram_actor::tell_room() {
  const bool room = state_ == socket_state::open && !reader_gone_ && incoming_.empty();
  if (std::exchange(room_told_, room) != room) send(bridge_, msg::want_receive{common_.id, room});
}

std::uint64_t datagram_actor::dropped_total() const {
  return dropped_ + outgoing_.dropped() + incoming_.dropped();
}

}  // namespace cellsock
