// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/engine.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock::tls {
namespace {

unsigned char* data(secret& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.room().data());
}
const unsigned char* data(const secret& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.view().data());
}

class library_session {
public:
  library_session() { mbedtls_ssl_session_init(&session_); }
  ~library_session() { mbedtls_ssl_session_free(&session_); }
  library_session(const library_session&) = delete;
  library_session& operator=(const library_session&) = delete;
  mbedtls_ssl_session& operator*() { return session_; }

private:
  mbedtls_ssl_session session_{};
};

}  // namespace

secret serial_form(const mbedtls_ssl_session& session) {
  std::size_t size = 0;
  (void)mbedtls_ssl_session_save(&session, nullptr, 0, &size);  // says how long it is
  secret out(size);
  if (mbedtls_ssl_session_save(&session, data(out), out.size(), &size) != 0) return {};
  out.shrink(size);
  return out;
}

void session::engine::learn_facts() {
  known.version = mbed::version_of(ssl);
  if (const auto* suite = mbedtls_ssl_get_ciphersuite(&ssl); suite != nullptr)
    known.suite = mbedtls_ssl_get_ciphersuite_id(suite);
  known.resumed = !full_handshake;
  known.verify_flags = judge.flags();
  known.verify_reason = judge.reason();
  known.peer_subject.clear();
  known.peer_certificate.clear();
  if (const auto* peer = mbedtls_ssl_get_peer_cert(&ssl); peer != nullptr) {
    known.peer_subject = mbed::name_text(peer->subject);
    known.peer_until = mbed::time_of(peer->valid_to);
    const auto* der = reinterpret_cast<const std::byte*>(peer->raw.p);
    known.peer_certificate.assign(der, der + peer->raw.len);
  }
  known.judged = how.verify != peer_verify::none && !known.peer_subject.empty();
  const auto* alpn = mbedtls_ssl_get_alpn_protocol(&ssl);
  known.alpn = alpn == nullptr ? "" : alpn;
  if (how.cid == connection_id::off) return;
  auto ids = mbed::connection_ids_of(ssl);
  known.cid_down = ids.used && !ids.own.empty();
  known.cid_up = ids.used && !ids.peer.empty();
  known.own_cid = std::move(ids.own);
  known.peer_cid = std::move(ids.peer);
}

void session::engine::keep_resumption() {
  if (!how.resume || how.as != role::client) return;
  library_session current;
  if (mbedtls_ssl_get_session(&ssl, &*current) == 0) resumption = serial_form(*current);
}

result<secret> session::engine::save() {
  if (how.kind != transport::datagram)
    return fail(errc::invalid_argument, "only a DTLS connection can be saved");
  if (at != phase::open) return fail(errc::not_connected, "no open DTLS connection");
  if (!wire_in.empty() || !wire_out.empty() || !plain_in.empty() || !plain_out.empty() ||
      writing != 0)
    return fail(errc::would_block, "data is under way");
  secret out(16384);
  std::size_t size = 0;
  if (const int problem = mbedtls_ssl_context_save(&ssl, data(out), out.size(), &size);
      problem != 0)
    return problem == MBEDTLS_ERR_SSL_BAD_INPUT_DATA
               ? fail(errc::invalid_argument,
                      "handshake not over, or a cipher suite that is not AEAD")
               : fail(errc::internal, mbed::text_of(problem));
  out.shrink(size);
  release();
  at = phase::saved;
  return out;
}

status session::engine::load(const secret& saved) {
  if (at != phase::saved && begun) return fail(errc::invalid_argument, "the session has begun");
  if (!begun) {
    if (auto built = conf.build(how); !built) return built;
    begun = true;
  }
  if (auto connected = connect_library(); !connected) return connected;
  if (mbedtls_ssl_context_load(&ssl, data(saved), saved.size()) != 0) {
    release();
    at = phase::saved;
    return fail(errc::invalid_argument, "not a connection that was saved with these settings");
  }
  at = phase::open;
  const bool resumed = known.resumed;
  learn_facts();
  known.resumed = resumed;
  return done{};
}

}  // namespace cellsock::tls
