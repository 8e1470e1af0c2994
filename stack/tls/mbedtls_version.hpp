// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "stack/credentials/certificate.hpp"
#include "stack/tls/settings.hpp"

/// The one place that knows that mbedTLS 2.28 and 3.6 differ, and what they keep private.
namespace cellsock::mbed {

/// What there is to do once before anything else. Any number of times, from any thread.
[[nodiscard]] status prepare();
[[nodiscard]] std::string library_version();
[[nodiscard]] bool has_tls_1_3() noexcept;
[[nodiscard]] bool has_connection_id() noexcept;

// ---- keys and certificates ----

[[nodiscard]] int parse_key(mbedtls_pk_context& out, std::span<const std::byte> der);
[[nodiscard]] int check_pair(const mbedtls_pk_context& certificate, const mbedtls_pk_context& key);
[[nodiscard]] int sha256(const unsigned char* bytes, std::size_t size, unsigned char* out);
[[nodiscard]] signature_hash hash_of_signature(const mbedtls_x509_crt& crt);
[[nodiscard]] bool is_authority(const mbedtls_x509_crt& crt);
[[nodiscard]] calendar_time time_of(const mbedtls_x509_time& when);
[[nodiscard]] std::string name_text(const mbedtls_x509_name& name);
/// `X509 - …`, for details. Its number where the library has no text.
[[nodiscard]] std::string text_of(int problem);

/// Of a certificate that is being written.
[[nodiscard]] int set_serial(mbedtls_x509write_cert& certificate, std::span<std::byte> serial);

/// Of a request for one: the content of the extension subjectAltName.
[[nodiscard]] int set_alternative_names(mbedtls_x509write_csr& request,
                                        std::span<const unsigned char> names);

// ---- configuration ----

void set_versions(mbedtls_ssl_config& conf, tls::version lowest, tls::version highest);
void set_groups(mbedtls_ssl_config& conf);
void set_signatures(mbedtls_ssl_config& conf, bool sha1_allowed);
/// TLS 1.3: no key exchange without forward secrecy; tickets are told of.
void set_key_exchanges(mbedtls_ssl_config& conf);
[[nodiscard]] int set_connection_id_length(mbedtls_ssl_config& conf, std::size_t own_bytes);

// ---- a connection ----

[[nodiscard]] int handshake_state(const mbedtls_ssl_context& ssl) noexcept;
[[nodiscard]] tls::version version_of(const mbedtls_ssl_context& ssl) noexcept;
/// DTLS records that did not pass their check, so far.
[[nodiscard]] unsigned forged_records(const mbedtls_ssl_context& ssl) noexcept;
[[nodiscard]] int offer_connection_id(mbedtls_ssl_context& ssl, std::span<const std::byte> own);
struct connection_ids {
  bool used = false;
  std::vector<std::byte> own = {};
  std::vector<std::byte> peer = {};
};
[[nodiscard]] connection_ids connection_ids_of(mbedtls_ssl_context& ssl);
/// TLS 1.3: not a failure; a ticket came, and may be kept.
[[nodiscard]] bool is_new_ticket(int code) noexcept;
/// A hostname was due and none was set (3.6 alone says so).
[[nodiscard]] bool is_without_hostname(int code) noexcept;
/// The alert that the peer sent: the number, -1 for none.
[[nodiscard]] int alert_of(const mbedtls_ssl_context& ssl) noexcept;

}  // namespace cellsock::mbed
