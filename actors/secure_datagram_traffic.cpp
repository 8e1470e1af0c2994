// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_datagram_layer.hpp"

#include <algorithm>

#include "actors/through_bridge.hpp"
#include "stack/tls/client_hello.hpp"

// The datagrams of a DTLS layer: whose they are, what waits, and who is asked for the next.
namespace cellsock {
/// The guarded sequence, and the rest of what a link cannot say, is about its ciphertext: nobody
/// can foresee it, and the few that the link refuses are lost as datagrams are.
datagram_rules secured(const datagram_rules& link) {
  const auto longest = std::min(link.payload_bytes_max, limits::tls_record_bytes_max);
  return {longest > limits::tls_record_overhead_max ? longest - limits::tls_record_overhead_max : 0,
          false,
          {},
          {},
          0};
}

// ---- from the link ----

/// Whether it is the peer's. On a server without one, whoever says hello may become it.
bool secure_datagram_layer::admits(const msg::received& m) {
  const auto& who = m.from ? m.from : named_;
  if (!serves()) return (preparing_ || runner_.begun()) && who == peer_;
  if (!who || (!shown_ && !tls::is_client_hello(m.data))) return false;
  if (who == peer_) return true;
  if (!peer_) {
    peer_ = who;
    return true;
  }
  // It keeps nobody out before it has shown that it is there.
  auto* session = runner_.session();
  if (shown_ || (session == nullptr && !preparing_)) return false;
  peer_ = who;
  in_.clear();
  if (session != nullptr) session->expect(address_bytes(*peer_));
  return true;
}

void secure_datagram_layer::received(msg::received& m) {
  if (over()) return;
  if (in_.size() >= limits::dtls_queue_datagrams_max || !admits(m)) {
    ++lost_;
    return tell_lost();
  }
  in_.push_back(std::move(m.data));
  if (!preparing_ && !runner_.begun()) return begin();
  pump();
}

bool secure_datagram_layer::feed(tls::session& session) {
  bool went = false;
  for (; !in_.empty() && session.feed_room() > 0; in_.pop_front(), went = true)
    session.feed(in_.front());
  return went;
}

bool secure_datagram_layer::deliver(tls::session& session, bool all) {
  bool went = false;
  for (; !session.plain().empty() && (wants_ || all); went = true) {
    const auto plain = session.plain();
    up(msg::received{{plain.begin(), plain.end()}, peer_});
    session.plain_taken(plain.size());
  }
  return went;
}

void secure_datagram_layer::wanted(bool receive) {
  wants_ = receive;
  pump();
}

/// A handshake goes on whether the program reads or not; what comes later waits for it in the
/// link.
void secure_datagram_layer::tell_room() {
  const bool room = !over() && !saved_ && in_.empty() && (!open_ || wants_);
  if (std::exchange(room_told_, room) != room) down(msg::want_receive{seed_.id, room});
}

void secure_datagram_layer::tell_lost() {
  if (lost_ + session_lost_ == told_lost_) return;
  if (serves() && told_lost_ == 0 && !preparing_ && !runner_.begun())
    return say(tls::phase::closed);
  say_again();
}

// ---- to the link ----

bool secure_datagram_layer::collect(tls::session& session, std::size_t plain, rai_hint hint) {
  bool went = false;
  while (!session.wire().empty() && out_.size() < limits::dtls_queue_datagrams_max) {
    const auto wire = session.wire();
    out_.push_back({{wire.begin(), wire.end()},
                    named_ ? std::nullopt : peer_,
                    std::exchange(plain, 0),
                    std::exchange(hint, rai_hint::none)});
    session.wire_taken(wire.size());
    went = true;
  }
  return went;
}

/// Whether what the program wrote will go to the peer that it was written for.
bool secure_datagram_layer::may_open() const {
  if (over() || saved_ || peer_finished_) return false;
  if (connect_due_) return true;
  if (serves()) return shown_;
  return preparing_ || runner_.begun() || named_;
}

void secure_datagram_layer::offered(const msg::offer& m) {
  offered_up_ = m.waiting;
  next_up_ = m.next_bytes;
  const bool idle = !preparing_ && !runner_.begun() && !connect_due_;
  if (m.waiting > 0 && idle && !serves() && named_ && may_open()) {
    peer_ = named_;
    begin();
  }
  offer_down();
}

void secure_datagram_layer::ask_up() {
  asked_up_ = true;
  offered_up_ = 0;
  up(msg::give_chunk{secured(seed_.datagrams).payload_bytes_max});
}

void secure_datagram_layer::offer_down() {
  const bool waits = offered_up_ > 0 && !asked_up_;
  if (waits && !open_ && !may_open()) return ask_up();  // to drop it
  if (room_) {
    if (!out_.empty()) return send_down();
    if (asked_up_) return;  // its answer is due
    room_ = false;
    down(msg::chunk{seed_.id, {}});  // nothing after all
  }
  if (offered_ || one_out_) return;
  const bool plain = waits && open_;
  if (out_.empty() && !plain) return;
  offered_ = true;
  const auto next =
      out_.empty() ? next_up_ + limits::tls_record_overhead_max : out_.front().bytes.size();
  down(msg::offer{seed_.id, out_.size() + (plain ? offered_up_ : 0), next});
}

void secure_datagram_layer::give(std::size_t /*bytes_max*/) {
  offered_ = false;
  room_ = true;
  if (out_.empty() && open_ && offered_up_ > 0 && !asked_up_) return ask_up();
  offer_down();
}

/// It has none any more.
void secure_datagram_layer::take(msg::chunk&) {
  asked_up_ = false;
  offer_down();
}

void secure_datagram_layer::take(msg::datagram& m) {
  asked_up_ = false;
  if (const auto why = encrypt(m); why.code != errc::none) up(msg::datagram_dropped{why});
  pump();
}

/// Its record is the last of `out_` afterwards.
failure secure_datagram_layer::encrypt(const msg::datagram& m) {
  if (saved_)
    return fail(errc::connection_saved, "the DTLS connection is saved; it must be loaded first");
  auto* session = runner_.session();
  if (session == nullptr || over() || !open_ || session->finished())
    return fail(errc::not_connected, "there is no DTLS connection");
  collect(*session);
  if (!session->wire().empty())
    return fail(errc::limit_reached, "too many DTLS records wait for the link");
  session->write(m.payload);
  if (!runner_.step() || !collect(*session, m.payload.size(), m.hint))
    return fail(errc::message_too_big,
                std::to_string(m.payload.size()) + " bytes do not fit a DTLS record of this link");
  return failure{errc::none};
}

void secure_datagram_layer::send_down() {
  auto one = std::move(out_.front());
  out_.pop_front();
  room_ = false;
  one_out_ = true;
  plain_out_ = one.plain;
  down(msg::datagram{seed_.id, one.to, std::move(one.bytes), one.hint});
}

void secure_datagram_layer::sent(std::size_t /*bytes*/) {
  one_out_ = false;
  if (const auto plain = std::exchange(plain_out_, 0); plain > 0) up(msg::chunk_sent{plain});
  pump();
}

/// What carries a handshake is sent again by its timer; a host also tells here of what an earlier
/// datagram met.
void secure_datagram_layer::dropped(const failure& why) {
  const bool ours = std::exchange(one_out_, false) && plain_out_ == 0;
  if (const auto plain = std::exchange(plain_out_, 0); plain > 0)
    up(msg::datagram_dropped{why});
  else if (ours)
    ++lost_;
  trouble(why);
  pump();
}

}  // namespace cellsock
