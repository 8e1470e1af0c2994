// SPDX-License-Identifier: Apache-2.0
#include "actors/stream_actor.hpp"

#include <array>

#include "actors/ask.hpp"
#include "actors/secure_through.hpp"
#include "actors/through_bridge.hpp"
#include "stack/limits.hpp"

namespace cellsock {

stream_actor::stream_actor(caf::actor_config& config, socket_seed seed)
    : socket_handle::base(config),
      common_(seed, clock().now()),
      end_(std::move(seed.end)),
      bridge_(std::move(seed.bridge)),
      supervisor_(std::move(seed.supervisor)),
      accepted_(seed.accepted) {}

stream_actor::behavior_type stream_actor::make_behavior() {
  end_->start(this);
  declare_through(this, bridge_, common_);
  tell_choices(this, common_);
  if (!accepted_) renew_options(this, bridge_, common_);
  return {
      [this](const msg::connect_channel& m) { return connect(m); },
      [this](const msg::bind_channel& m) { return bind(m); },
      [this](const msg::listen_channel& m) { return listen(m); },
      [this](const msg::begin_accepted& m) { return begin_accepted(m); },
      [this](const msg::flush_channel& m) { return flush(m); },
      [this](const msg::get_option& m) { return get_option_through(this, bridge_, common_, m); },
      [this](const msg::set_option& m) { return set(m); },
      [this](const msg::move_channel& m) {
        return move_through(
            this, bridge_, supervisor_, common_, m, [this] { return untouched(); }, [] {});
      },
      [this](const msg::get_names&) { return common_.names(carries_input()); },
      [this](const msg::get_reason&) {
        return msg::end_reason{end_reason_, end_reason_.code != errc::none};
      },
      [this](const msg::channel_readable&) {
        fill_staging(common_.stream.chunk_bytes_max);
        offer_more();
        // No more to come, and no hang-up: shutdown(2) of the writing side alone.
        if (input_ended_) advance(socket_event::write_ended);
        check_flushed();
      },
      [this](const msg::channel_writable&) { server_ ? server_->room() : deliver(); },
      [this](const msg::channel_hung_up&) { advance(socket_event::hung_up); },
      [this](const msg::linger_over& m) {
        if (m.generation == linger_) advance(socket_event::linger_over);
      },
      [this](const msg::session_check& m) { check_session(m); },
      [this](const msg::flush_over& m) { flushes_.over(m); },
      [this](const msg::give_chunk& m) { give(m.bytes_max); },
      [this](const msg::chunk_sent& m) {
        chunk_out_ = false;
        common_.bytes_sent += m.bytes;
        radio_.left(m.bytes, true);
        moved_at_ = clock().now();
        flushes_.reached(bridge_, common_.id, common_.bytes_sent);
        if (common_.stream.prompt) offer_more();
        check_flushed();
      },
      [](const msg::datagram_dropped&) {},
      [this](msg::received& m) {
        common_.bytes_received += m.data.size();
        radio_.received(m.data.size(), clock().now());
        moved_at_ = clock().now();
        if (reader_gone_) return tell_room();
        if (backlog_.empty())
          backlog_ = std::move(m.data);
        else
          backlog_.insert(backlog_.end(), m.data.begin(), m.data.end());
        deliver();
      },
      [this](const msg::reception_ended&) { advance(socket_event::peer_ended); },
      [this](const msg::socket_broken& m) { advance(socket_event::broken, m.why); },
      [this](const msg::connection_waiting&) {
        if (server_ && state_ == socket_state::listening) server_->connection_waiting();
      },
      [this](const msg::set_secure_option& m) {
        return set_secure_through(this, common_, m, secure_stage());
      },
      [this](const msg::get_secure_option& m) { return get_secure_of(common_, m, secure_stage()); },
      [this](const msg::secure_news& m) { common_.secure_heard(m); },
      [this](const msg::get_socket_report&) {
        auto report = common_.report(state_, 0);
        report.bytes_queued = staging_.size() + (end_->padded() ? 0 : end_->unread());
        return report;
      },
      [this](const msg::stop_all&) { advance(socket_event::stop, fail(errc::stopping)); },
  };
}

void stream_actor::on_exit() {
  answer_connect(fail(errc::link_down, "the socket is gone"));
  flushes_.end(end_reason_.code != errc::none ? end_reason_
                                              : fail(errc::not_connected, "the socket is gone"));
  server_.reset();
  radio_.ends();
  if (bridge_) send(bridge_, msg::forget_socket{common_.id});
  end_->close();
  bridge_ = nullptr;
  supervisor_ = nullptr;
  common_.let_go();
}

// ---- life cycle ----

void stream_actor::advance(socket_event event, const failure& why) {
  const auto next = step(state_, event);
  if (!next) return;  // late news after the end
  state_ = next->next;
  perform(next->action, why);
  if (state_ == socket_state::ended) quit();
}

void stream_actor::perform(socket_action action, const failure& why) {
  switch (action) {
    case socket_action::none: break;
    case socket_action::begin_connect: break;  // connect() has the peer and asks
    case socket_action::open_channel:
      end_->open_for_writing();
      if (common_.stream.channel_bytes > 0) end_->enlarge(common_.stream.channel_bytes);
      answer_connect(failure{errc::none});
      tell_room();
      end_->arm_read();
      break;
    case socket_action::fail_channel:
      end(why);
      end_->close();
      answer_connect(why);
      break;
    case socket_action::finish_reading:
      peer_done_ = true;
      deliver();
      break;
    case socket_action::await_peer:
      // A peer that heard nothing of it ends when it likes; one that got an end of file is the
      // program's affair, for as long as it holds the descriptor.
      if (!common_.stream.half_close)
        delayed_send(this, limits::half_close_max, msg::linger_over{++linger_});
      finish_sending();
      break;
    case socket_action::finish_both:
      peer_done_ = true;
      delayed_send(this, limits::linger_max, msg::linger_over{++linger_});
      deliver();
      check_flushed();
      break;
    case socket_action::deliver_rest:
      end(why);
      radio_.ends();
      deliver();
      break;
    case socket_action::end_channel: end_->close(); break;
    case socket_action::flush_rest:
      send(supervisor_, msg::socket_closing{common_.id});
      program_gone_ = reader_gone_ = true;
      backlog_ = {};
      backlog_from_ = 0;
      tell_room();
      delayed_send(this, common_.linger(), msg::linger_over{++linger_});
      fill_staging(common_.stream.chunk_bytes_max);
      offer_more();
      check_flushed();
      break;
    case socket_action::stop_listening:
      program_gone_ = true;
      close_in_modem();
      break;
    case socket_action::close_modem:
      // Also after an orderly finish: the program may still hold the descriptor, and ask.
      if (!program_gone_) end(why);
      close_in_modem();
      break;
    case socket_action::abandon:
      // A modem's connect cannot be taken back; a handshake behind it can.
      if (common_.layer) send(bridge_, msg::finish_sending{common_.id});
      break;
    case socket_action::quit: break;
    case socket_action::count_: break;
  }
}

/// Leaves word why the channel ends before it does, so that a program that asks finds it.
void stream_actor::end(const failure& why) {
  end_reason_ = why;
  flushes_.end(why);
  if (std::exchange(buried_, true)) return;
  const bool never_connected = end_->padded() && !common_.listening;
  send(supervisor_, msg::socket_ended{common_.tombstone(why, !answer_due_, never_connected)});
}

void stream_actor::close_in_modem() {
  send(supervisor_, msg::socket_closing{common_.id});
  send(bridge_, msg::offer{common_.id, 0});
  close_through(this, bridge_, common_.id, [this] { advance(socket_event::modem_closed); });
}

// ---- connect ----

caf::result<msg::channel_connected> stream_actor::connect(const msg::connect_channel& m) {
  if (!m.peer) return to_error(fail(errc::unsupported_family, "connect: no address"));
  if (m.peer->address.family != common_.shape.family)
    return to_error(fail(errc::unsupported_family, "connect: address of another family"));
  switch (state_) {
    case socket_state::fresh: break;
    case socket_state::connecting: return to_error(fail(errc::connect_pending));
    case socket_state::listening:
    case socket_state::open:
    case socket_state::half_closed:
    case socket_state::write_closed: return to_error(fail(errc::already_connected));
    default: return to_error(end_reason_.code == errc::none ? fail(errc::bad_socket) : end_reason_);
  }
  const auto told = to_link_through(this, bridge_, common_, *m.peer);
  if (!told) return to_error(told.error());
  common_.peer = m.peer;
  advance(socket_event::connect_asked);
  common_.say_connecting(*m.peer);
  const auto timeout = common_.connect_timeout();
  radio_.connecting(
      [this, to = *m.peer, told = *told, timeout] { ask_connect(to, told, timeout); });
  if (m.nonblocking) return to_error(fail(errc::connect_in_progress));
  connecting_ = make_response_promise<msg::channel_connected>();
  answer_due_ = true;
  return connecting_;
}

void stream_actor::ask_connect(const endpoint& to, const endpoint& told,
                               std::chrono::milliseconds timeout) {
  ask(this, bridge_, common_.connect_reply_max(timeout),
      msg::connect_socket{common_.id, told, timeout, common_.shape.send_timeout},
      on<msg::socket_connected>([this, to](const msg::socket_connected& c) {
        if (c.local) common_.local = common_.from_link(*c.local);
        common_.say_connected(to);
        radio_.connect_ended(true, to);
        advance(socket_event::connected);
      }),
      [this, to](const failure& why) {
        common_.say_connect_failed(to, why);
        radio_.connect_ended(false, {});
        advance(socket_event::connect_failed, why);
      });
}

caf::result<msg::channel_bound> stream_actor::bind(const msg::bind_channel& m) {
  if (state_ != socket_state::fresh)
    return to_error(fail(errc::invalid_argument, "bind: the socket is connected already"));
  return bind_through(this, bridge_, common_, m);
}

// ---- options ----

bool stream_actor::untouched() const {
  return state_ == socket_state::fresh && !common_.local && !common_.binding && !listen_asked_;
}

caf::result<msg::option_set> stream_actor::set(const msg::set_option& m) {
  if (m.name == msg::option::release_assistance) return set_hint(m);
  return set_option_through(this, bridge_, common_, m, untouched(), [this](msg::option name) {
    if (name == msg::option::server_session_timeout_s) watch_session();
    if (name == msg::option::receive_buffer && !common_.listening) hold_for_program();
  });
}

/// A hint is about what is written from here on; "nothing more" is said at once.
caf::result<msg::option_set> stream_actor::set_hint(const msg::set_option& m) {
  if (const auto why = common_.may_set(m, untouched()); why.code != errc::none)
    return to_error(why);
  const auto hint = rai_hint_of(m.value);
  if (hint != rai_hint::no_data) {
    hints_.set(hint, end_->padded() ? 0 : end_->written());
    return msg::option_set{};
  }
  auto answer = make_response_promise<msg::option_set>();
  radio_.no_data([answer]() mutable { answer.deliver(msg::option_set{}); });
  return answer;
}

void stream_actor::hold_for_program() {
  end_->hold_for_program(static_cast<int>(common_.kept(msg::option::receive_buffer)));
}

caf::result<msg::channel_flushed> stream_actor::flush(const msg::flush_channel& m) {
  if (end_reason_.code != errc::none) return to_error(end_reason_);
  if (!carries_input()) return to_error(fail(errc::not_connected, "flush: not connected"));
  return flushes_.add(bridge_, common_.id, m, end_->written(), common_.bytes_sent);
}

void stream_actor::answer_connect(const failure& why) {
  if (!std::exchange(answer_due_, false)) return;
  if (why.code == errc::none)
    connecting_.deliver(msg::channel_connected{});
  else
    connecting_.deliver(to_error(why));
  connecting_ = {};  // a promise holds its actor
}

tls::stage stream_actor::secure_stage() const {
  switch (state_) {
    case socket_state::fresh:
    case socket_state::listening: return tls::stage::before;
    case socket_state::connecting: return tls::stage::during;
    default: return tls::stage::after;
  }
}

// ---- program to modem ----

void stream_actor::fill_staging(std::size_t bytes_max) {
  // One for all: a socket holds the bytes it has, not the room for the most it may have.
  static thread_local std::array<std::byte, limits::channel_read_bytes_max> scratch;
  while (!input_ended_ && staging_.size() < bytes_max) {
    const auto room = std::min(bytes_max - staging_.size(), scratch.size());
    const auto got = end_->read_some(std::span(scratch).first(room));
    const auto* const first = scratch.data();
    staging_.insert(staging_.end(), first, first + got.bytes);
    if (got.how == channel::read_end::no_more) input_ended_ = true;
    // Less than there was room for: nothing more is there, and if it is, it makes itself heard.
    if (got.how != channel::read_end::got || got.bytes < room) break;
  }
  if (carries_input() && !input_ended_ && staging_.size() < common_.stream.chunk_bytes_max)
    end_->arm_read();
}

bool stream_actor::carries_input() const {
  switch (state_) {
    case socket_state::open:
    case socket_state::half_closed:
    case socket_state::write_closed:
    case socket_state::finishing:
    case socket_state::draining: return true;
    default: return false;
  }
}

void stream_actor::offer_more() {
  if (staging_.empty() || offered_ || asking_ || state_ == socket_state::ending) return;
  radio_.queued();
  if (common_.stream.prompt) {
    if (!chunk_out_) give(common_.stream.chunk_bytes_max);
    return;
  }
  offered_ = true;
  send(bridge_, msg::offer{common_.id, staging_.size() + end_->unread()});
}

void stream_actor::give(std::size_t bytes_max) {
  // Where the line takes its time many small writes become one chunk; for a prompt link this was
  // read just now, and what comes later makes itself heard.
  const bool listening = common_.stream.prompt && staging_.size() < common_.stream.chunk_bytes_max;
  if (!listening) fill_staging(std::min(bytes_max, common_.stream.chunk_bytes_max));
  offered_ = false;
  msg::bytes out;
  if (staging_.size() <= bytes_max) {
    out = std::exchange(staging_, {});
  } else {
    const auto cut = staging_.begin() + static_cast<std::ptrdiff_t>(bytes_max);
    out.assign(staging_.begin(), cut);
    staging_.erase(staging_.begin(), cut);
  }
  chunk_out_ = !out.empty();
  if (out.empty()) radio_.nothing();
  const bool empties = staging_.empty() && end_->unread() == 0;
  const auto end = end_->written() - end_->unread() - staging_.size();
  const auto said =
      hints_.empty() ? rai_hint::none : hints_.take(end - out.size(), out.size(), empties);
  if (out.empty() || !radio_.asks(said, empties))
    return send_chunk(std::move(out), rai_hint::none, listening);
  asking_ = true;
  const auto held = std::make_shared<msg::bytes>(std::move(out));
  radio_.before_chunk(said, empties, {}, [this, held, listening](rai_hint hint) {
    asking_ = false;
    send_chunk(std::move(*held), hint, listening);
  });
}

void stream_actor::send_chunk(msg::bytes out, rai_hint hint, bool listening) {
  send(bridge_, msg::chunk{common_.id, std::move(out), hint});
  // The next chunk gathers while this one is on the line.
  if (!listening) fill_staging(common_.stream.chunk_bytes_max);
  offer_more();
  check_flushed();
}

void stream_actor::finish_sending() {
  const bool all_given = input_ended_ && staging_.empty() && !chunk_out_;
  if (!common_.stream.half_close || state_ != socket_state::write_closed || !all_given) return;
  if (!std::exchange(finish_told_, true)) send(bridge_, msg::finish_sending{common_.id});
}

void stream_actor::check_flushed() {
  finish_sending();
  const bool finishing = state_ == socket_state::finishing;
  if ((state_ != socket_state::draining && !finishing) || chunk_out_ || !staging_.empty()) return;
  if (finishing && backlog_from_ < backlog_.size()) return;  // the program has not got it all
  if (!input_ended_) {
    fill_staging(common_.stream.chunk_bytes_max);
    if (!staging_.empty()) return offer_more();
    if (!input_ended_) return;  // armed: the end has not been read yet
  }
  advance(socket_event::flushed);
}

// ---- modem to program ----

void stream_actor::deliver() {
  while (!reader_gone_ && backlog_from_ < backlog_.size()) {
    const auto wrote = end_->write_some(std::span(backlog_).subspan(backlog_from_));
    backlog_from_ += wrote.bytes;
    if (wrote.how == channel::write_end::gone) reader_gone_ = true;
    if (wrote.how == channel::write_end::full) {
      end_->arm_write();
      break;
    }
  }
  if (reader_gone_ || backlog_from_ == backlog_.size()) {
    backlog_ = {};  // an idle socket holds no room
    backlog_from_ = 0;
    if (peer_done_) end_->finish_writing();
    if (state_ == socket_state::ending) return advance(socket_event::delivered);
    if (state_ == socket_state::finishing) check_flushed();
  }
  tell_room();
}

void stream_actor::tell_room() {
  const bool receives = state_ == socket_state::open || state_ == socket_state::write_closed;
  const bool room = receives && backlog_.size() - backlog_from_ < limits::receive_backlog_bytes_max;
  if (std::exchange(room_told_, room) != room) send(bridge_, msg::want_receive{common_.id, room});
}

}  // namespace cellsock
