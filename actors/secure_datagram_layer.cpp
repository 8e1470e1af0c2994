// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_datagram_layer.hpp"

#include <algorithm>

#include "actors/ask.hpp"
#include "actors/link_trouble.hpp"
#include "actors/through_bridge.hpp"

namespace cellsock {

void secure_datagram_layer::on_exit() {
  answer(fail(errc::link_down, "the socket is gone"));
  if (closing_.pending()) closing_.deliver(msg::socket_closed{});
  closing_ = {};  // a promise holds its actor
  last_ = end::none;
  saved_.reset();
  secure_layer::on_exit();
}

// ---- beginning ----

caf::result<msg::socket_connected> secure_datagram_layer::connect(const msg::connect_socket& m) {
  connecting_ = make_response_promise<msg::socket_connected>();
  connect_due_ = true;
  ask(this, seed_.below, m.timeout + bridge_reply_max, m,
      on<msg::socket_connected>([this, m](const msg::socket_connected& c) {
        if (over()) return;
        drop_session();
        named_ = m.peer;
        local_ = c.local;
        peer_finished_ = false;
        if (serves() || !choices().handshake_on_connect) return answer(failure{errc::none});
        peer_ = m.peer;
        begin(m.asked.count() > 0 ? m.asked : handshake_unlimited);
      }),
      [this](const failure& why) { answer(why); });
  return connecting_;
}

caf::result<msg::channel_connected> secure_datagram_layer::serve(const msg::begin_server&) {
  return to_error(fail(errc::unsupported_operation, "a datagram socket is not accepted"));
}

std::vector<std::byte> secure_datagram_layer::address_bytes(const endpoint& of) {
  const auto text = to_string(of);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// What was chosen is for the next session, and nobody has the one that there may be.
void secure_datagram_layer::chose() {
  if (shown_ || !(preparing_ || runner_.begun())) return;
  drop_session();
  pump();
}

void secure_datagram_layer::begin(std::chrono::milliseconds handshake_max) {
  const auto as = serves() ? tls::role::server : tls::role::client;
  preparing_ = true;
  shown_ = as == tls::role::client;
  tell_room();
  prepare(
      as, peer_,
      [this, handshake_max](tls::settings& s) {
        preparing_ = false;
        s.handshake_max = std::min(s.handshake_max, handshake_max);
        if (const auto most = seed_.datagrams.payload_bytes_max; most > 0)
          s.datagram_bytes_max = most;
        s.peer_address = address_bytes(*peer_);
      },
      [this](const failure& why) {
        preparing_ = false;
        say_failed(why);
        failed(why);
        settle();
      });
}

void secure_datagram_layer::answer(const failure& why) {
  if (!std::exchange(connect_due_, false)) return;
  if (why.code == errc::none)
    connecting_.deliver(msg::socket_connected{local_});
  else
    connecting_.deliver(to_error(why));
  connecting_ = {};  // a promise holds its actor
}

// ---- the machine ----

void secure_datagram_layer::pump() {
  for (bool more = true; more;) {
    auto* session = runner_.session();
    if (session == nullptr || ended_) break;
    more = feed(*session);
    if (!runner_.step()) break;  // away: pump() again when it is back
    more = collect(*session) || more;
    const bool was_open = open_;
    look_after(*session);
    if (runner_.session() == nullptr) break;  // its end came
    more = deliver(*session, false) || more || was_open != open_;
  }
  settle();
}

/// Both neighbours hear of what has changed.
void secure_datagram_layer::settle() {
  offer_down();
  tell_room();
  tell_lost();
  check_end();
}

void secure_datagram_layer::look_after(tls::session& session) {
  const auto counted = session.counters();
  session_lost_ = counted.wire_in_refused + counted.forged;
  if (session.address_shown() && !std::exchange(shown_, true)) say(tls::phase::handshaking);
  look(session);
  open_ = session.state() == tls::phase::open;
  if (open_) answer(failure{errc::none});
  if (session.state() == tls::phase::failed) {
    deliver(session, true);
    failed(session.why());
  } else if (session.peer_finished()) {
    deliver(session, false);
    if (session.plain().empty()) peer_ended(session);
  }
}

void secure_datagram_layer::complete(msg::secure_news& news) {
  const bool there = shown_ && peer_ && news.phase != tls::phase::failed;
  news.peer = there ? peer_ : std::nullopt;
  news.dropped = told_lost_ = lost_ + session_lost_;
}

// ---- ends ----

/// In order. A client's socket has had its session; a server waits for the next.
void secure_datagram_layer::peer_ended(tls::session& session) {
  session.finish();
  if (runner_.step()) collect(session);
  drop_session();
  say(tls::phase::closed);
  if (serves()) return;
  peer_finished_ = true;
  up(msg::reception_ended{});
}

/// Of the handshake or of the open session. What is on the wire queue, an alert, still goes out.
void secure_datagram_layer::failed(failure why) {
  drop_session();
  if (serves()) return;
  ended_ = true;
  if (!connect_due_) {
    up(msg::socket_broken{why});
    return;
  }
  why_ = std::move(why);
  come_to(end::failing);
}

/// Something other than a datagram of the program's met it.
void secure_datagram_layer::trouble(const failure& why) {
  const bool refused = connect_due_ && why.code == errc::connection_refused;
  if (over() || (!refused && !ends_socket(why.code))) return;
  say_failed(why);
  drop_session();
  ended_ = true;
  connect_due_ ? answer(why) : up(msg::socket_broken{why});
}

void secure_datagram_layer::drop_session() {
  if (auto* session = runner_.session()) collect(*session);
  runner_.end();
  give_up_preparing();
  in_.clear();
  saved_.reset();
  peer_.reset();
  lost_ += std::exchange(session_lost_, 0);
  preparing_ = shown_ = open_ = false;
}

/// close_notify, where there is somebody to hear it.
void secure_datagram_layer::last_word() {
  auto* session = runner_.session();
  if (session == nullptr || session->state() != tls::phase::open || session->finished()) return;
  session->finish();
  if (runner_.step()) collect(*session);
}

void secure_datagram_layer::dissolve() {
  if (over()) return;
  last_word();
  const bool told = preparing_ || runner_.begun();
  for (auto& one : out_)
    if (!one.to) one.to = named_;
  drop_session();
  named_.reset();
  peer_finished_ = false;
  if (told) say(tls::phase::closed);
  down(msg::dissolve_peer{seed_.id});
  pump();
}

void secure_datagram_layer::finish() {
  last_word();
  pump();
}

void secure_datagram_layer::broken(const failure& why) {
  runner_.end();
  give_up_preparing();
  out_.clear();
  in_.clear();
  one_out_ = offered_ = room_ = open_ = preparing_ = false;
  const bool first = !std::exchange(ended_, true);
  if (connect_due_)
    answer(why);
  else if (first)
    up(msg::socket_broken{why});
  check_end();
}

void secure_datagram_layer::come_to(end how) {
  last_ = how;
  delayed_send(this, limits::tls_last_words_max, msg::linger_over{++linger_});
  offer_down();
  check_end();
}

void secure_datagram_layer::linger_over(std::uint64_t generation) {
  if (generation != linger_) return;
  out_.clear();
  one_out_ = false;
  check_end();
}

caf::result<msg::socket_closed> secure_datagram_layer::close(const msg::close_socket&) {
  closing_ = make_response_promise<msg::socket_closed>();
  last_word();
  drop_session();
  come_to(end::closing);
  return closing_;
}

void secure_datagram_layer::forget() {
  answer(fail(errc::link_down, "the socket is gone"));
  last_word();
  drop_session();
  come_to(end::forgotten);
}

/// Once the last words are out.
void secure_datagram_layer::check_end() {
  if (last_ == end::none || !out_.empty() || one_out_) return;
  ++linger_;
  switch (std::exchange(last_, end::none)) {
    case end::none: break;
    case end::forgotten: return gone();
    case end::closing: return close_below();
    case end::failing: return answer(why_);
  }
}

void secure_datagram_layer::close_below() {
  ended_ = true;
  close_through(this, seed_.below, seed_.id, [this] {
    if (closing_.pending()) closing_.deliver(msg::socket_closed{});
  });
}

// ---- saved connections ----

caf::result<msg::option_set> secure_datagram_layer::save() {
  auto* session = runner_.session();
  if (session == nullptr)
    return to_error(preparing_ || runner_.begun()
                        ? fail(errc::would_block, "a handshake is under way")
                        : fail(errc::not_connected, "no open DTLS connection"));
  if (asked_up_ || one_out_ || !out_.empty() || !in_.empty())
    return to_error(fail(errc::would_block, "data is under way"));
  auto place = seed_.kit.saved->take(choices().eyes.uid);
  if (!place)
    return to_error(fail(
        errc::limit_reached,
        "this user has saved " + std::to_string(limits::dtls_saved_per_user_max) + " connections"));
  auto content = session->save();
  if (!content) return to_error(content.error());
  saved_ = saved_connection{std::move(*content), std::move(place)};
  pump();
  return msg::option_set{};
}

caf::result<msg::option_set> secure_datagram_layer::load() {
  auto* session = runner_.session();
  if (!saved_ || session == nullptr)
    return to_error(fail(errc::invalid_argument, "no saved connection"));
  if (const auto loaded = session->load(saved_->content); !loaded) return to_error(loaded.error());
  saved_.reset();
  pump();
  return msg::option_set{};
}

}  // namespace cellsock
