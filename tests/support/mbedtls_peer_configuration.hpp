// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cookie.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>

#include <utility>

#include "tests/support/mbedtls_peer_told.hpp"

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

namespace bare {

/// What all connections of this program share.
class configuration {
public:
  explicit configuration(const told& t) : server_(t.role == "server") {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&random_);
    mbedtls_ssl_config_init(&conf_);
    mbedtls_x509_crt_init(&ca_);
    mbedtls_x509_crt_init(&own_);
    mbedtls_pk_init(&key_);
    mbedtls_ssl_cookie_init(&cookies_);
    mbedtls_ssl_ticket_init(&tickets_);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    if (psa_crypto_init() != PSA_SUCCESS) give_up("PSA cryptography");
#endif
    must(mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0), "entropy");
    must(mbedtls_ssl_config_defaults(
             &conf_, server_ ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
             t.protocol == "dtls" ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM,
             MBEDTLS_SSL_PRESET_DEFAULT),
         "configuration");
    mbedtls_ssl_conf_rng(&conf_, mbedtls_ctr_drbg_random, &random_);
    mbedtls_ssl_conf_read_timeout(&conf_, patience_ms);
    mbedtls_ssl_conf_handshake_timeout(&conf_, 250, 8000);  // DTLS: the first silence, the longest
    set_version();
    set_credentials(t);
    set_choices(t);
  }
  ~configuration() {
    mbedtls_ssl_config_free(&conf_);
    mbedtls_ssl_ticket_free(&tickets_);
    mbedtls_ssl_cookie_free(&cookies_);
    mbedtls_pk_free(&key_);
    mbedtls_x509_crt_free(&own_);
    mbedtls_x509_crt_free(&ca_);
    mbedtls_ctr_drbg_free(&random_);
    mbedtls_entropy_free(&entropy_);
  }
  configuration(const configuration&) = delete;
  configuration& operator=(const configuration&) = delete;

  [[nodiscard]] const mbedtls_ssl_config* get() const {
    return &conf_;
  }
  [[nodiscard]] bool server() const {
    return server_;
  }
  /// Since the last call: did the peer come with a ticket of ours, was a certificate looked at?
  bool take_ticket_used() {
    return std::exchange(ticket_used_, false);
  }
  bool take_certificate_seen() {
    return std::exchange(certificate_seen_, false);
  }

private:
  void set_version() {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    mbedtls_ssl_conf_min_tls_version(&conf_, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&conf_, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(&conf_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(&conf_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  }
  int parse_key(const std::string& path) {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_parse_keyfile(&key_, path.c_str(), nullptr, mbedtls_ctr_drbg_random,
                                    &random_);
#else
    return mbedtls_pk_parse_keyfile(&key_, path.c_str(), nullptr);
#endif
  }
  void set_credentials(const told& t) {
    if (!t.ca.empty()) must(mbedtls_x509_crt_parse_file(&ca_, t.ca.c_str()), t.ca);
    mbedtls_ssl_conf_ca_chain(&conf_, &ca_, nullptr);
    mbedtls_ssl_conf_authmode(&conf_, t.verify == "none"       ? MBEDTLS_SSL_VERIFY_NONE
                                      : t.verify == "optional" ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                               : MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&conf_, note_certificate, this);
    if (!t.certificate.empty()) {
      must(mbedtls_x509_crt_parse_file(&own_, t.certificate.c_str()), t.certificate);
      must(parse_key(t.key), t.key);
      must(mbedtls_ssl_conf_own_cert(&conf_, &own_, &key_), "certificate");
    }
    if (!t.psk.empty())
      must(mbedtls_ssl_conf_psk(&conf_, bytes_of(t.psk), t.psk.size(), bytes_of(t.identity),
                                t.identity.size()),
           "PSK");
  }
  void set_choices(const told& t) {
    for (const auto& name : t.alpn) alpn_.push_back(name.c_str());
    alpn_.push_back(nullptr);
    if (!t.alpn.empty()) must(mbedtls_ssl_conf_alpn_protocols(&conf_, alpn_.data()), "ALPN");
    suites_ = t.suites;
    suites_.push_back(0);
    if (!t.suites.empty()) mbedtls_ssl_conf_ciphersuites(&conf_, suites_.data());
    mbedtls_ssl_conf_session_tickets(&conf_, t.resume ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                      : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    if (server_ && t.resume) {
      must(mbedtls_ssl_ticket_setup(&tickets_, mbedtls_ctr_drbg_random, &random_,
                                    MBEDTLS_CIPHER_AES_256_GCM, 86400),
           "tickets");
      mbedtls_ssl_conf_session_tickets_cb(&conf_, write_ticket, read_ticket, this);
    }
    if (server_ && t.protocol == "dtls") {
      must(mbedtls_ssl_cookie_setup(&cookies_, mbedtls_ctr_drbg_random, &random_), "cookies");
      mbedtls_ssl_conf_dtls_cookies(&conf_, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check,
                                    &cookies_);
    }
  }
  static int note_certificate(void* self, mbedtls_x509_crt*, int, std::uint32_t*) {
    static_cast<configuration*>(self)->certificate_seen_ = true;
    return 0;
  }
  static int write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* start,
                          const unsigned char* end, std::size_t* size, std::uint32_t* lifetime) {
    return mbedtls_ssl_ticket_write(&static_cast<configuration*>(self)->tickets_, session, start,
                                    end, size, lifetime);
  }
  static int read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* bytes,
                         std::size_t size) {
    auto& mine = *static_cast<configuration*>(self);
    const int problem = mbedtls_ssl_ticket_parse(&mine.tickets_, session, bytes, size);
    mine.ticket_used_ = problem == 0;
    return problem;
  }

  bool server_;
  bool ticket_used_ = false;
  bool certificate_seen_ = false;
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context random_;
  mbedtls_ssl_config conf_;
  mbedtls_x509_crt ca_, own_;
  mbedtls_pk_context key_;
  mbedtls_ssl_cookie_ctx cookies_;
  mbedtls_ssl_ticket_context tickets_;
  std::vector<const char*> alpn_;
  std::vector<int> suites_;
};

}  // namespace bare
