// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/engine.hpp"

#include <algorithm>

#include "stack/tls/failures.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock::tls {
namespace {

constexpr std::size_t record_bytes_max = 16384;

}  // namespace

session::engine::engine(settings with, std::shared_ptr<random_source> from)
    : how(std::move(with)),
      random(std::move(from)),
      address_shown(how.kind == transport::stream || how.as == role::client) {
  mbedtls_ssl_init(&ssl);
}

session::engine::~engine() {
  release();
}

/// The library's part of the connection; it wipes what it held.
void session::engine::release() {
  mbedtls_ssl_free(&ssl);
  mbedtls_ssl_init(&ssl);
  timer = {};
  writing = 0;
}

bool session::engine::step(const moment& time, unsigned handshake_steps_max) {
  now = time;
  if (at == phase::handshaking && !begun) begin();
  if (at == phase::handshaking && deadline && now.at >= *deadline)
    fail_with(fail(errc::timed_out, "the handshake was not over within " +
                                        std::to_string(how.handshake_max.count()) + " ms"));
  bool more = false;
  if (at == phase::handshaking) more = shake_hands(handshake_steps_max);
  if (at == phase::open) pump();
  return more || hello_held;
}

void session::engine::begin() {
  begun = true;
  // Of a client that may not be there nothing is waited for: its cookie begins the time.
  if (address_shown) deadline = now.at + how.handshake_max;
  judge.begin(now.date);
  auto ready = choose_connection_id();
  if (ready) ready = conf.build(how);
  if (ready) ready = connect_library();
  if (!ready) return fail_with(ready.error());
  if (how.as == role::server && how.kind == transport::datagram)
    (void)mbedtls_ssl_set_client_transport_id(
        &ssl, reinterpret_cast<const unsigned char*>(how.peer_address.data()),
        how.peer_address.size());
  if (how.as == role::client && how.resume && !how.resumption.empty()) {
    mbedtls_ssl_session last;
    mbedtls_ssl_session_init(&last);
    // One that does not load (another version of the library) is as good as none.
    if (mbedtls_ssl_session_load(
            &last, reinterpret_cast<const unsigned char*>(how.resumption.view().data()),
            how.resumption.size()) == 0)
      (void)mbedtls_ssl_set_session(&ssl, &last);
    mbedtls_ssl_session_free(&last);
  }
  how.resumption = {};
}

/// "Supported" puts the peer's id on what is sent; "enabled" also asks for one of ours on what
/// comes.
status session::engine::choose_connection_id() {
  constexpr std::size_t usual_bytes = 8;
  if (how.cid != connection_id::enabled) how.own_cid.clear();
  if (how.cid != connection_id::enabled || !how.own_cid.empty()) return done{};
  how.own_cid.resize(usual_bytes);
  if (!random || !random->fill(how.own_cid)) return fail(errc::no_entropy, "a connection id");
  return done{};
}

/// True when it stopped at the number of steps.
bool session::engine::shake_hands(unsigned steps_max) {
  hello_held = false;
  while (at == phase::handshaking && mbed::handshake_state(ssl) != MBEDTLS_SSL_HANDSHAKE_OVER) {
    if (steps_max-- == 0) return true;
    if (mbed::handshake_state(ssl) == MBEDTLS_SSL_SERVER_CERTIFICATE) full_handshake = true;
    const int code = mbedtls_ssl_handshake_step(&ssl);
    if (code == 0) continue;
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) return false;
    if (code == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
      begin_again();
      continue;
    }
    fail_by(code);
    return false;
  }
  if (at == phase::handshaking) opened();
  return false;
}

/// A DTLS server forgets a client that has yet to show that it is where it says.
void session::engine::begin_again() {
  full_handshake = false;
  address_shown = false;
  deadline.reset();
  judge.begin(now.date);
  if (mbedtls_ssl_session_reset(&ssl) != 0 ||
      mbedtls_ssl_set_client_transport_id(
          &ssl, reinterpret_cast<const unsigned char*>(how.peer_address.data()),
          how.peer_address.size()) != 0)
    fail_with(fail(errc::internal, "a DTLS server did not start anew"));
}

void session::engine::expect(std::vector<std::byte> peer_address) {
  how.peer_address = std::move(peer_address);
  wire_in.clear();
  wire_out.clear();
  if (begun && at == phase::handshaking) begin_again();
}

void session::engine::opened() {
  at = phase::open;
  deadline.reset();
  learn_facts();
  keep_resumption();
  // A hello that was late on its way is not its client beginning anew: who does gets another
  // cookie.
  if (how.as == role::server && how.kind == transport::datagram && !cookie_maker.prepare(*random))
    fail_with(fail(errc::no_entropy, "the cookies' key"));
}

void session::engine::pump() {
  while (at == phase::open) {
    const bool out = pump_out();
    const bool in = at == phase::open && pump_in();
    if (!out && !in) break;
  }
  if (at != phase::open) return;
  forged = how.kind == transport::datagram ? mbed::forged_records(ssl) : 0;
  if (finish_wanted && !finish_said && plain_out.empty()) say_finished();
  end_if_done();
}

/// One record of what the program wrote; false: none, or no room.
bool session::engine::pump_out() {
  if (plain_out.empty() || wire_out.room() == 0) return false;
  const auto waiting = plain_out.front();
  if (how.kind == transport::datagram) {
    const int longest = mbedtls_ssl_get_max_out_record_payload(&ssl);
    if (longest < 0 || waiting.size() > static_cast<std::size_t>(longest)) {
      ++too_big;
      plain_out.pop(waiting.size());
      return true;
    }
  }
  // A record that the library has begun must be asked for with the same length again.
  if (writing == 0) writing = std::min(waiting.size(), record_bytes_max);
  const int code =
      mbedtls_ssl_write(&ssl, reinterpret_cast<const unsigned char*>(waiting.data()), writing);
  if (code == MBEDTLS_ERR_SSL_WANT_WRITE || code == MBEDTLS_ERR_SSL_WANT_READ) return false;
  if (code < 0) {
    fail_by(code);
    return false;
  }
  writing = 0;
  plain_out.pop(static_cast<std::size_t>(code));
  return true;
}

/// One record of the peer's; false: none, or no room for it.
bool session::engine::pump_in() {
  if (plain_in.room() == 0 || peer_done) return false;
  std::array<std::byte, record_bytes_max> datagram;  // never read before it is written
  const bool stream = how.kind == transport::stream;
  if (stream && wire_in.empty() && !wire_ended && mbedtls_ssl_check_pending(&ssl) == 0)
    return false;
  const auto waiting = wire_in.waiting();
  const bool held_back = mbedtls_ssl_check_pending(&ssl) != 0;
  const auto wanted = std::min(plain_in.room(), record_bytes_max);
  const auto room = stream ? plain_in.extend(wanted) : std::span<std::byte>(datagram);
  const int code =
      mbedtls_ssl_read(&ssl, reinterpret_cast<unsigned char*>(room.data()), room.size());
  if (stream) plain_in.cut(wanted - static_cast<std::size_t>(std::max(code, 0)));
  if (code > 0) {
    if (!stream) plain_in.push(room.first(static_cast<std::size_t>(code)));
    return true;
  }
  // It also says so after a ticket or a warning, with more of the input still to be read.
  if (code == MBEDTLS_ERR_SSL_WANT_READ)
    return wire_in.waiting() < waiting || (!held_back && mbedtls_ssl_check_pending(&ssl) != 0);
  if (code == MBEDTLS_ERR_SSL_WANT_WRITE) return false;
  if (mbed::is_new_ticket(code)) {
    keep_resumption();
    return true;
  }
  switch (code) {
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: peer_done = true; return false;
    case MBEDTLS_ERR_SSL_CLIENT_RECONNECT:
      ++reconnects;
      hello_held = true;
      at = phase::handshaking;
      deadline = now.at + how.handshake_max;
      full_handshake = false;
      judge.begin(now.date);
      return false;
    case 0: fail_by(MBEDTLS_ERR_SSL_CONN_EOF); return false;
    default: fail_by(code); return false;
  }
}

void session::engine::say_finished() {
  const int code = mbedtls_ssl_close_notify(&ssl);
  if (code == MBEDTLS_ERR_SSL_WANT_WRITE) return;
  if (code != 0) return fail_by(code);
  finish_said = true;
}

void session::engine::end_if_done() {
  if (at == phase::open && peer_done && finish_said) {
    at = phase::closed;
    release();
  }
}

void session::engine::fail_by(int code) {
  circumstances met{at == phase::open};
  if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) met.alert = mbed::alert_of(ssl);
  if (how.verify == peer_verify::required) met.distrust = judge.reason();
  met.no_entropy = no_entropy;
  known.verify_flags = judge.flags();  // also of a handshake that failed for them
  known.verify_reason = judge.reason();
  fail_with(failure_of(code, met));
}

void session::engine::fail_with(failure why) {
  reason = std::move(why);
  at = phase::failed;
  deadline.reset();
  release();
}

}  // namespace cellsock::tls
