// SPDX-License-Identifier: Apache-2.0
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ssl_cookie.h>

#include <algorithm>
#include <utility>

#include "stack/tls/engine.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock::tls {
namespace {

std::span<const std::byte> bytes_at(const unsigned char* bytes, std::size_t size) {
  return std::as_bytes(std::span(bytes, size));
}

}  // namespace

status session::engine::connect_library() {
  auto& config = conf.get();
  mbedtls_ssl_conf_rng(&config, random_bytes, this);
  mbedtls_ssl_conf_verify(&config, verify, this);
  if (how.as == role::server && how.kind == transport::datagram) {
    if (!cookie_maker.prepare(*random)) return fail(errc::no_entropy, "the cookies' key");
    mbedtls_ssl_conf_dtls_cookies(&config, write_cookie, check_cookie, this);
  }
  if (how.as == role::server && how.resume && how.tickets)
    mbedtls_ssl_conf_session_tickets_cb(&config, write_ticket, read_ticket, this);
  if (const int problem = mbedtls_ssl_setup(&ssl, &config); problem != 0)
    return fail(errc::internal, mbed::text_of(problem));
  mbedtls_ssl_set_bio(&ssl, this, send_bytes, receive_bytes, nullptr);
  if (how.kind == transport::datagram) {
    mbedtls_ssl_set_timer_cb(&ssl, this, set_timer, get_timer);
    mbedtls_ssl_set_mtu(
        &ssl, static_cast<std::uint16_t>(std::min<std::size_t>(how.datagram_bytes_max, 16384)));
  }
  if (how.as == role::client) {
    const auto name = server_name(how.name);
    if (mbedtls_ssl_set_hostname(&ssl, name.empty() ? nullptr : name.c_str()) != 0)
      return fail(errc::invalid_argument, "a hostname that mbedTLS does not take");
  }
  if (how.cid != connection_id::off && mbed::offer_connection_id(ssl, how.own_cid) != 0)
    return fail(errc::invalid_argument, "a connection id that mbedTLS does not take");
  return done{};
}

int session::engine::random_bytes(void* self, unsigned char* out, std::size_t size) {
  auto& me = *static_cast<engine*>(self);
  if (me.random && me.random->fill(std::as_writable_bytes(std::span(out, size)))) return 0;
  me.no_entropy = true;
  return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

int session::engine::send_bytes(void* self, const unsigned char* bytes, std::size_t size) {
  auto& queue = static_cast<engine*>(self)->wire_out;
  if (queue.room() == 0) return MBEDTLS_ERR_SSL_WANT_WRITE;
  const auto all = bytes_at(bytes, size);
  const bool stream = static_cast<engine*>(self)->how.kind == transport::stream;
  return static_cast<int>(queue.push(stream ? all.first(std::min(size, queue.room())) : all));
}

int session::engine::receive_bytes(void* self, unsigned char* out, std::size_t size) {
  auto& me = *static_cast<engine*>(self);
  if (me.wire_in.empty()) return me.wire_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
  const auto waiting = me.wire_in.front();
  const auto take = std::min(size, waiting.size());
  std::memcpy(out, waiting.data(), take);
  me.wire_in.pop(take);  // what of a datagram does not fit is no record of ours
  return static_cast<int>(take);
}

void session::engine::set_timer(void* self, std::uint32_t middle_ms, std::uint32_t final_ms) {
  auto& me = *static_cast<engine*>(self);
  me.timer.set(me.now.at, middle_ms, final_ms);
}

int session::engine::get_timer(void* self) {
  const auto& me = *static_cast<engine*>(self);
  return me.timer.state(me.now.at);
}

int session::engine::verify(void* self, mbedtls_x509_crt* crt, int depth, std::uint32_t* flags) {
  static_cast<engine*>(self)->judge.judge(*crt, depth, *flags);
  return 0;
}

int session::engine::write_cookie(void* self, unsigned char** out, unsigned char* end,
                                  const unsigned char* client, std::size_t client_size) {
  const auto& me = *static_cast<engine*>(self);
  if (static_cast<std::size_t>(end - *out) < cookies::size) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  const auto room =
      std::as_writable_bytes(std::span<unsigned char, cookies::size>(*out, cookies::size));
  if (!me.cookie_maker.write(bytes_at(client, client_size), me.now.date, room))
    return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  *out += cookies::size;
  return 0;
}

int session::engine::check_cookie(void* self, const unsigned char* cookie, std::size_t size,
                                  const unsigned char* client, std::size_t client_size) {
  auto& me = *static_cast<engine*>(self);
  if (!me.cookie_maker.check(bytes_at(cookie, size), bytes_at(client, client_size), me.now.date))
    return -1;
  if (!std::exchange(me.address_shown, true)) me.deadline = me.now.at + me.how.handshake_max;
  return 0;
}

int session::engine::write_ticket(void* self, const mbedtls_ssl_session* session,
                                  unsigned char* out, const unsigned char* end, std::size_t* size,
                                  std::uint32_t* lifetime) {
  const auto& me = *static_cast<engine*>(self);
  const auto plain = serial_form(*session);
  const auto room = std::as_writable_bytes(std::span(out, static_cast<std::size_t>(end - out)));
  const auto sealed = me.how.tickets->seal(plain.view(), me.now.date, *me.random, room);
  if (!sealed) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  *size = *sealed;
  *lifetime = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(limits::tls_ticket_age_max).count());
  return 0;
}

int session::engine::read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* ticket,
                                 std::size_t size) {
  const auto& me = *static_cast<engine*>(self);
  const auto plain = me.how.tickets->open(bytes_at(ticket, size), me.now.date);
  if (!plain) return MBEDTLS_ERR_SSL_INVALID_MAC;
  return mbedtls_ssl_session_load(
      session, reinterpret_cast<const unsigned char*>(plain->view().data()), plain->size());
}

}  // namespace cellsock::tls
