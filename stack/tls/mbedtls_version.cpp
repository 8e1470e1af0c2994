// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/mbedtls_version.hpp"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#include <array>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define CELLSOCK_MBEDTLS_3 1
#include <psa/crypto.h>
#else
#define MBEDTLS_PRIVATE(member) member
#endif

namespace cellsock::mbed {

status prepare() {
#if defined(CELLSOCK_MBEDTLS_3)
  // TLS 1.3 computes through PSA, which has a generator of its own.
  if (const auto problem = psa_crypto_init(); problem != PSA_SUCCESS)
    return fail(problem == PSA_ERROR_INSUFFICIENT_ENTROPY ? errc::no_entropy : errc::internal,
                "PSA cryptography did not start: " + std::to_string(problem));
#endif
  return done{};
}

std::string library_version() {
  std::array<char, 18> text{};
  mbedtls_version_get_string(text.data());
  return text.data();
}

bool has_tls_1_3() noexcept {
#if defined(CELLSOCK_MBEDTLS_3) && defined(MBEDTLS_SSL_PROTO_TLS1_3)
  return true;
#else
  return false;
#endif
}

bool has_connection_id() noexcept {
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
  return true;
#else
  return false;
#endif
}

// ---- keys and certificates ----

#if defined(CELLSOCK_MBEDTLS_3)
// For blinding, where a private key is only looked at. (psa_util.h has the same, without its C
// linkage for C++.)
static int library_random(void* /*nothing*/, unsigned char* out, std::size_t size) {
  return prepare() && psa_generate_random(out, size) == PSA_SUCCESS ? 0
                                                                    : MBEDTLS_ERR_PK_BAD_INPUT_DATA;
}
#endif

int parse_key(mbedtls_pk_context& out, std::span<const std::byte> der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_pk_parse_key(&out, bytes, der.size(), nullptr, 0, library_random, nullptr);
#else
  return mbedtls_pk_parse_key(&out, bytes, der.size(), nullptr, 0);
#endif
}

int check_pair(const mbedtls_pk_context& certificate, const mbedtls_pk_context& key) {
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_pk_check_pair(&certificate, &key, library_random, nullptr);
#else
  return mbedtls_pk_check_pair(&certificate, &key);
#endif
}

int sha256(const unsigned char* bytes, std::size_t size, unsigned char* out) {
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_sha256(bytes, size, out, 0);
#else
  return mbedtls_sha256_ret(bytes, size, out, 0);
#endif
}

signature_hash hash_of_signature(const mbedtls_x509_crt& crt) {
  switch (crt.MBEDTLS_PRIVATE(sig_md)) {
    case MBEDTLS_MD_SHA224:
    case MBEDTLS_MD_SHA256:
    case MBEDTLS_MD_SHA384:
    case MBEDTLS_MD_SHA512: return signature_hash::strong;
    case MBEDTLS_MD_SHA1: return signature_hash::sha1;
    default: return signature_hash::broken;
  }
}

bool is_authority(const mbedtls_x509_crt& crt) {
  return crt.MBEDTLS_PRIVATE(ca_istrue) != 0;
}

calendar_time time_of(const mbedtls_x509_time& when) {
  using namespace std::chrono;
  const year_month_day date{year(when.year), month(static_cast<unsigned>(when.mon)),
                            day(static_cast<unsigned>(when.day))};
  return sys_days(date) + hours(when.hour) + minutes(when.min) + seconds(when.sec);
}

std::string name_text(const mbedtls_x509_name& name) {
  std::array<char, 1024> text{};
  const int size = mbedtls_x509_dn_gets(text.data(), text.size(), &name);
  return size < 0 ? "(a name too long to show)"
                  : std::string(text.data(), static_cast<std::size_t>(size));
}

std::string text_of(int problem) {
  std::array<char, 160> text{};
  mbedtls_strerror(problem, text.data(), text.size());
  return text.data();
}

int set_serial(mbedtls_x509write_cert& certificate, std::span<std::byte> serial) {
  auto* const bytes = reinterpret_cast<unsigned char*>(serial.data());
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_x509write_crt_set_serial_raw(&certificate, bytes, serial.size());
#else
  mbedtls_mpi number;
  mbedtls_mpi_init(&number);
  int problem = mbedtls_mpi_read_binary(&number, bytes, serial.size());
  if (problem == 0) problem = mbedtls_x509write_crt_set_serial(&certificate, &number);
  mbedtls_mpi_free(&number);
  return problem;
#endif
}

int set_alternative_names(mbedtls_x509write_csr& request, std::span<const unsigned char> names) {
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_x509write_csr_set_extension(&request, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0,
                                             names.data(), names.size());
#else
  return mbedtls_x509write_csr_set_extension(&request, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
                                             names.data(), names.size());
#endif
}

// ---- configuration ----

#if defined(CELLSOCK_MBEDTLS_3)
static mbedtls_ssl_protocol_version number_of(tls::version v) {
  return v == tls::version::tls_1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}
#endif

void set_versions(mbedtls_ssl_config& conf, tls::version lowest, tls::version highest) {
#if defined(CELLSOCK_MBEDTLS_3)
  mbedtls_ssl_conf_min_tls_version(&conf, number_of(lowest));
  mbedtls_ssl_conf_max_tls_version(&conf, number_of(highest));
#else
  (void)lowest;  // 2.28 has nothing above 1.2, and we want nothing below
  (void)highest;
  mbedtls_ssl_conf_min_version(&conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_max_version(&conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

void set_groups(mbedtls_ssl_config& conf) {
#if defined(CELLSOCK_MBEDTLS_3)
  static constexpr std::uint16_t groups[] = {
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
      MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
  mbedtls_ssl_conf_groups(&conf, groups);
#else
  static constexpr mbedtls_ecp_group_id groups[] = {
      MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP384R1,
      MBEDTLS_ECP_DP_SECP521R1, MBEDTLS_ECP_DP_NONE};
  mbedtls_ssl_conf_curves(&conf, groups);
#endif
}

void set_signatures(mbedtls_ssl_config& conf, bool sha1_allowed) {
#if defined(CELLSOCK_MBEDTLS_3)
  static constexpr std::uint16_t with_sha1[] = {
      MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
      MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
      MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,
      MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,       MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384,
      MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,       MBEDTLS_TLS1_3_SIG_ECDSA_SHA1,
      MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA1,         MBEDTLS_TLS1_3_SIG_NONE};
  if (sha1_allowed) mbedtls_ssl_conf_sig_algs(&conf, with_sha1);  // the default has none
#else
  static constexpr int hashes[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512,
                                   MBEDTLS_MD_NONE};
  static constexpr int with_sha1[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512,
                                      MBEDTLS_MD_SHA1, MBEDTLS_MD_NONE};
  mbedtls_ssl_conf_sig_hashes(&conf, sha1_allowed ? with_sha1 : hashes);
#endif
}

void set_key_exchanges(mbedtls_ssl_config& conf) {
#if defined(CELLSOCK_MBEDTLS_3) && defined(MBEDTLS_SSL_PROTO_TLS1_3)
  mbedtls_ssl_conf_tls13_key_exchange_modes(&conf,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      &conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#else
  (void)conf;
#endif
}

int set_connection_id_length(mbedtls_ssl_config& conf, std::size_t own_bytes) {
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
  return mbedtls_ssl_conf_cid(&conf, own_bytes, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
#else
  (void)conf;
  (void)own_bytes;
  return 0;
#endif
}

// ---- a connection ----

int handshake_state(const mbedtls_ssl_context& ssl) noexcept {
  return ssl.MBEDTLS_PRIVATE(state);
}

tls::version version_of(const mbedtls_ssl_context& ssl) noexcept {
  if (ssl.MBEDTLS_PRIVATE(conf)->MBEDTLS_PRIVATE(transport) == MBEDTLS_SSL_TRANSPORT_DATAGRAM)
    return tls::version::dtls_1_2;
#if defined(CELLSOCK_MBEDTLS_3)
  return mbedtls_ssl_get_version_number(&ssl) == MBEDTLS_SSL_VERSION_TLS1_3 ? tls::version::tls_1_3
                                                                            : tls::version::tls_1_2;
#else
  return tls::version::tls_1_2;
#endif
}

unsigned forged_records(const mbedtls_ssl_context& ssl) noexcept {
#if defined(CELLSOCK_MBEDTLS_3)
  return ssl.MBEDTLS_PRIVATE(badmac_seen_or_in_hsfraglen);
#else
  return ssl.badmac_seen;
#endif
}

int offer_connection_id(mbedtls_ssl_context& ssl, std::span<const std::byte> own) {
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
  return mbedtls_ssl_set_cid(&ssl, MBEDTLS_SSL_CID_ENABLED,
                             reinterpret_cast<const unsigned char*>(own.data()), own.size());
#else
  (void)ssl;
  (void)own;
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

connection_ids connection_ids_of(mbedtls_ssl_context& ssl) {
  connection_ids ids;
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
  const auto copy = [](const unsigned char* bytes, std::size_t size) {
    const auto all = std::as_bytes(std::span(bytes, size));
    return std::vector<std::byte>(all.begin(), all.end());
  };
  int enabled = MBEDTLS_SSL_CID_DISABLED;
  std::size_t size = 0;
  std::array<unsigned char, MBEDTLS_SSL_CID_OUT_LEN_MAX> peer{};
  if (mbedtls_ssl_get_peer_cid(&ssl, &enabled, peer.data(), &size) == 0 &&
      enabled == MBEDTLS_SSL_CID_ENABLED) {
    ids.used = true;
    ids.peer = copy(peer.data(), size);
  }
  std::array<unsigned char, MBEDTLS_SSL_CID_IN_LEN_MAX> own{};
  if (mbedtls_ssl_get_own_cid(&ssl, &enabled, own.data(), &size) == 0 &&
      enabled == MBEDTLS_SSL_CID_ENABLED)
    ids.own = copy(own.data(), size);
#else
  (void)ssl;
#endif
  return ids;
}

bool is_new_ticket(int code) noexcept {
#if defined(CELLSOCK_MBEDTLS_3)
  return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
  (void)code;
  return false;
#endif
}

bool is_without_hostname(int code) noexcept {
#if defined(CELLSOCK_MBEDTLS_3) && \
    defined(MBEDTLS_ERR_SSL_CERTIFICATE_VERIFICATION_WITHOUT_HOSTNAME)
  return code == MBEDTLS_ERR_SSL_CERTIFICATE_VERIFICATION_WITHOUT_HOSTNAME;
#else
  (void)code;
  return false;
#endif
}

int alert_of(const mbedtls_ssl_context& ssl) noexcept {
  const auto* message = ssl.MBEDTLS_PRIVATE(in_msg);
  return message == nullptr ? -1 : message[1];
}

}  // namespace cellsock::mbed
