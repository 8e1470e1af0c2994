// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_stream_layer.hpp"

#include <algorithm>

#include "actors/ask.hpp"
#include "actors/through_bridge.hpp"

namespace cellsock {
namespace {

/// By the program: the session has a limit of its own.
constexpr std::chrono::milliseconds handshake_unlimited = std::chrono::hours(1);

}  // namespace

stream_rules secured(const stream_rules& link) {
  auto rules = link;
  // close_notify ends one direction over any link.
  rules.half_close = true;
  rules.chunk_bytes_max = std::min(link.chunk_bytes_max, limits::tls_record_bytes_max);
  return rules;
}

void secure_stream_layer::on_exit() {
  answer(fail(errc::link_down, "the socket is gone"));
  if (closing_.pending()) closing_.deliver(msg::socket_closed{});
  closing_ = {};  // a promise holds its actor
  last_ = end::none;
  secure_layer::on_exit();
}

// ---- beginning ----

caf::result<msg::socket_connected> secure_stream_layer::connect(const msg::connect_socket& m) {
  connecting_ = make_response_promise<msg::socket_connected>();
  connect_due_ = true;
  ask(this, seed_.below, m.timeout + bridge_reply_max, m,
      on<msg::socket_connected>([this, m](const msg::socket_connected& c) {
        linked_ = true;
        if (over()) return;
        if (finishing_) return finish();
        local_ = c.local;
        begin(tls::role::client, m.peer, m.asked.count() > 0 ? m.asked : handshake_unlimited);
      }),
      [this](const failure& why) { answer(why); });
  return connecting_;
}

caf::result<msg::channel_connected> secure_stream_layer::serve(const msg::begin_server& m) {
  serving_ = make_response_promise<msg::channel_connected>();
  serve_due_ = linked_ = true;
  begin(tls::role::server, m.peer, handshake_unlimited);
  return serving_;
}

void secure_stream_layer::begin(tls::role as, const std::optional<endpoint>& peer,
                                std::chrono::milliseconds handshake_max) {
  tell_room();
  prepare(
      choices().as.value_or(as), peer,
      [handshake_max](tls::settings& s) {
        s.handshake_max = std::min(s.handshake_max, handshake_max);
      },
      [this](const failure& why) {
        say_failed(why);
        failed(why);
      });
}

void secure_stream_layer::opened() {
  open_ = true;
  answer(failure{errc::none});
}

void secure_stream_layer::answer(const failure& why) {
  const bool good = why.code == errc::none;
  if (std::exchange(connect_due_, false))
    good ? connecting_.deliver(msg::socket_connected{local_}) : connecting_.deliver(to_error(why));
  if (std::exchange(serve_due_, false))
    good ? serving_.deliver(msg::channel_connected{}) : serving_.deliver(to_error(why));
  connecting_ = {};  // a promise holds its actor
  serving_ = {};
}

// ---- the machine ----

void secure_stream_layer::pump() {
  for (bool more = true; more;) {
    auto* session = runner_.session();
    if (session == nullptr || ended_) break;
    more = feed(*session);
    if (!runner_.step()) break;  // away: pump() again when it is back
    if (const auto wire = session->wire();
        !wire.empty() && out_.size() < limits::tls_queue_bytes_max) {
      out_.insert(out_.end(), wire.begin(), wire.end());
      session->wire_taken(wire.size());
      more = true;
    }
    const bool was_open = open_;
    look(*session);
    if (!open_ && session->state() == tls::phase::open) opened();
    more = deliver(*session) || more || was_open != open_;
    if (session->state() == tls::phase::failed) failed(session->why());
  }
  offer_down();
  tell_room();
  check_end();
}

/// Both ways into the session; whether anything went.
bool secure_stream_layer::feed(tls::session& session) {
  std::size_t went = 0;
  if (in_from_ < in_.size()) {
    const auto n = session.feed(std::span(in_).subspan(in_from_));
    in_from_ += n;
    went += n;
    if (in_from_ == in_.size()) {
      in_ = {};
      in_from_ = 0;
    }
  }
  if (in_ended_ && in_.empty()) session.feed_end();
  if (!left_.empty()) {
    const auto n = session.write(left_);
    left_.erase(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(n));
    went += n;
  }
  if (finishing_ && left_.empty() && !session.finished()) session.finish();
  return went > 0;
}

/// Out of it to the socket's actor; whether anything went.
bool secure_stream_layer::deliver(tls::session& session) {
  const auto plain = session.plain();
  const bool lost = session.state() == tls::phase::failed;  // then nobody will ask for it again
  const bool went = !plain.empty() && (wants_ || lost);
  if (went) {
    const auto bytes = plain.size();
    up(msg::received{{plain.begin(), plain.end()}, std::nullopt});
    session.plain_taken(bytes);
  }
  if (session.peer_finished() && session.plain().empty() && !std::exchange(end_told_, true))
    up(msg::reception_ended{});
  return went;
}

// ---- ciphertext to the link ----

void secure_stream_layer::offer_down() {
  if (seed_.stream.prompt) {
    if (!chunk_out_ && !out_.empty()) send_down(seed_.stream.chunk_bytes_max);
    return;
  }
  if (room_ > 0 && !out_.empty()) return send_down(std::exchange(room_, 0));
  if (room_ > 0 && !asked_up_ && left_.empty()) {  // nothing after all
    room_ = 0;
    down(msg::chunk{seed_.id, {}});
  }
  if (offered_ || chunk_out_ || room_ > 0) return;
  const bool plain = open_ && offered_up_ > 0 && !asked_up_;
  if (out_.empty() && !plain) return;
  offered_ = true;
  down(msg::offer{seed_.id, out_.size() + (plain ? offered_up_ : 0)});
}

void secure_stream_layer::give(std::size_t bytes_max) {
  offered_ = false;
  room_ = bytes_max;
  auto* session = runner_.session();
  if (out_.empty() && open_ && session != nullptr && offered_up_ > 0 && !asked_up_ && !ended_) {
    const auto overhead = session->record_overhead();
    const auto plain = bytes_max > 2 * overhead ? bytes_max - overhead : bytes_max;
    asked_up_ = true;
    offered_up_ = 0;
    return up(msg::give_chunk{std::min(plain, limits::tls_record_bytes_max)});
  }
  offer_down();
}

void secure_stream_layer::send_down(std::size_t bytes_max) {
  const auto n = std::min(bytes_max, out_.size());
  const auto cut = out_.begin() + static_cast<std::ptrdiff_t>(n);
  msg::chunk chunk{seed_.id, {}};
  if (n == out_.size()) {
    chunk.data = std::exchange(out_, {});
    if (left_.empty()) chunk.hint = std::exchange(hint_, rai_hint::none);
  } else {
    chunk.data.assign(out_.begin(), cut);
    out_.erase(out_.begin(), cut);
  }
  chunk_out_ = true;
  down(std::move(chunk));
}

void secure_stream_layer::sent(std::size_t /*bytes*/) {
  chunk_out_ = false;
  pump();  // there may be room for more of the session's
  if (taking_ > 0 && out_.empty() && left_.empty() && !chunk_out_)
    up(msg::chunk_sent{std::exchange(taking_, 0)});
}

// ---- plaintext from the socket's actor ----

void secure_stream_layer::offered(const msg::offer& m) {
  offered_up_ = m.waiting;
  if (m.waiting == 0 && out_.empty() && std::exchange(offered_, false))
    return down(msg::offer{seed_.id, 0});
  offer_down();
}

void secure_stream_layer::take(msg::chunk& m) {
  asked_up_ = false;
  if (m.data.empty() || ended_) return offer_down();
  taking_ = m.data.size();
  hint_ = m.hint;
  left_ = std::move(m.data);
  pump();
}

void secure_stream_layer::finish() {
  finishing_ = true;
  // Nobody waits for this handshake any more. The link's own connect cannot be taken back.
  if (connect_due_ && linked_) return failed(fail(errc::not_connected, "closed by its program"));
  pump();
}

// ---- from the link ----

void secure_stream_layer::received(msg::received& m) {
  if (ended_) return;
  if (in_.empty())
    in_ = std::move(m.data);
  else
    in_.insert(in_.end(), m.data.begin(), m.data.end());
  pump();
}

void secure_stream_layer::reception_ended() {
  in_ended_ = true;
  pump();
}

void secure_stream_layer::wanted(bool receive) {
  wants_ = receive;
  runner_.begun() ? pump() : tell_room();
}

/// A session's queue of either side is room enough; what is under way when it is full waits in
/// `in_`.
void secure_stream_layer::tell_room() {
  const bool room = linked_ && !ended_ && !in_ended_ && in_.empty() && (!open_ || wants_);
  if (std::exchange(room_told_, room) != room) down(msg::want_receive{seed_.id, room});
}

void secure_stream_layer::broken(const failure& why) {
  linked_ = false;
  out_ = {};
  chunk_out_ = offered_ = false;
  room_ = 0;
  if (auto* session = runner_.session(); session != nullptr && !ended_) deliver(*session);
  const bool first = !std::exchange(ended_, true);
  runner_.end();
  if (connect_due_ || serve_due_)
    answer(why);
  else if (first)
    up(msg::socket_broken{why});
  check_end();
}

// ---- ends ----

/// Of the handshake or of the open stream. What is on the wire queue, an alert, still goes out.
void secure_stream_layer::failed(const failure& why) {
  if (std::exchange(ended_, true)) return;
  left_ = {};
  taking_ = 0;
  if (!connect_due_ && !serve_due_) {
    up(msg::socket_broken{why});
    return;
  }
  why_ = why;
  come_to(end::failing);
}

void secure_stream_layer::come_to(end how) {
  last_ = how;
  delayed_send(this, limits::tls_last_words_max, msg::linger_over{++linger_});
  check_end();
}

void secure_stream_layer::linger_over(std::uint64_t generation) {
  if (generation != linger_) return;
  out_ = {};
  chunk_out_ = false;
  runner_.end();
  check_end();
}

caf::result<msg::socket_closed> secure_stream_layer::close(const msg::close_socket&) {
  closing_ = make_response_promise<msg::socket_closed>();
  finishing_ = true;
  last_ = end::closing;
  if (open_ && !ended_) pump();
  if (last_ == end::closing) come_to(end::closing);
  return closing_;
}

void secure_stream_layer::forget() {
  answer(fail(errc::link_down, "the socket is gone"));
  finishing_ = true;
  come_to(end::forgotten);
}

/// Once the last words are out.
void secure_stream_layer::check_end() {
  if (last_ == end::none) return;
  const auto* session = runner_.session();
  const bool speaks = open_ && !ended_ && runner_.begun() &&
                      (session == nullptr || !session->finished() || !session->wire().empty());
  if (linked_ && (speaks || !out_.empty() || chunk_out_)) return;
  ++linger_;
  switch (std::exchange(last_, end::none)) {
    case end::none: break;
    case end::forgotten: return gone();
    case end::closing: return close_below();
    case end::failing:  // what is left below goes with the socket's actor, which ends now
      runner_.end();
      return answer(why_);
  }
}

void secure_stream_layer::close_below() {
  ended_ = true;
  linked_ = false;
  runner_.end();
  close_through(this, seed_.below, seed_.id, [this] {
    if (closing_.pending()) closing_.deliver(msg::socket_closed{});
  });
}

caf::result<msg::option_set> secure_stream_layer::save() {
  return to_error(fail(errc::unknown_option, "only a DTLS connection can be saved"));
}
caf::result<msg::option_set> secure_stream_layer::load() {
  return save();
}

}  // namespace cellsock
