// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/configuration.hpp"

#include <algorithm>
#include <limits>

#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/suites.hpp"

namespace cellsock::tls {
namespace {

const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The credentials outlive the configuration, so their bytes need no copy.
int add_certificates(mbedtls_x509_crt& chain, const credential& from) {
  for (const auto& c : from.certificates)
    if (const int problem = mbedtls_x509_crt_parse_der_nocopy(&chain, raw(c.der), c.der.size());
        problem != 0)
      return problem;
  return 0;
}

std::string tag_text(const tag_contents& tag) {
  return "tag " + std::to_string(static_cast<std::uint32_t>(tag.tag));
}

failure missing(const tag_contents& tag, std::string_view has, std::string_view has_not) {
  return fail(errc::credential_missing,
              tag_text(tag) + " has " + std::string(has) + " and no " + std::string(has_not));
}

constexpr std::pair<std::size_t, unsigned char> fragment_codes[]{
    {0, MBEDTLS_SSL_MAX_FRAG_LEN_NONE},    {512, MBEDTLS_SSL_MAX_FRAG_LEN_512},
    {1024, MBEDTLS_SSL_MAX_FRAG_LEN_1024}, {2048, MBEDTLS_SSL_MAX_FRAG_LEN_2048},
    {4096, MBEDTLS_SSL_MAX_FRAG_LEN_4096},
};

int auth_mode(peer_verify verify) {
  switch (verify) {
    case peer_verify::none: return MBEDTLS_SSL_VERIFY_NONE;
    case peer_verify::optional: return MBEDTLS_SSL_VERIFY_OPTIONAL;
    case peer_verify::required: return MBEDTLS_SSL_VERIFY_REQUIRED;
  }
  return MBEDTLS_SSL_VERIFY_REQUIRED;
}

}  // namespace

struct configuration::own_identity {
  own_identity() {
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
  }
  ~own_identity() {
    mbedtls_x509_crt_free(&chain);
    mbedtls_pk_free(&key);
  }
  own_identity(const own_identity&) = delete;
  own_identity& operator=(const own_identity&) = delete;
  mbedtls_x509_crt chain{};
  mbedtls_pk_context key{};
};

configuration::configuration() {
  mbedtls_ssl_config_init(&conf_);
  mbedtls_x509_crt_init(&authorities_);
}

configuration::~configuration() {
  mbedtls_ssl_config_free(&conf_);
  mbedtls_x509_crt_free(&authorities_);
}

status configuration::build(const settings& from) {
  from_ = &from;
  if (auto good = check(from); !good) return good;
  const bool server = from.as == role::server;
  const bool datagrams = from.kind == transport::datagram;
  if (mbedtls_ssl_config_defaults(
          &conf_, server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
          datagrams ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM,
          MBEDTLS_SSL_PRESET_DEFAULT) != 0)
    return fail(errc::internal, "mbedTLS has no defaults for this");
  mbed::set_versions(conf_, from.lowest, from.highest);
  mbed::set_groups(conf_);
  mbed::set_signatures(conf_, from.sha1_allowed);
  mbed::set_key_exchanges(conf_);
  set_profile(from);
  mbedtls_ssl_conf_authmode(&conf_, auth_mode(from.verify));
  mbedtls_ssl_conf_renegotiation(&conf_, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
  mbedtls_ssl_conf_session_tickets(&conf_, from.resume ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                       : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
  if (datagrams) {
    mbedtls_ssl_conf_handshake_timeout(&conf_,
                                       static_cast<std::uint32_t>(from.dtls_timeouts.first.count()),
                                       static_cast<std::uint32_t>(from.dtls_timeouts.last.count()));
    // Forged records are dropped and counted, never an end (RFC 6347, 4.1.2.7).
    mbedtls_ssl_conf_dtls_badmac_limit(&conf_, std::numeric_limits<unsigned>::max());
    if (mbed::set_connection_id_length(conf_, from.own_cid.size()) != 0)
      return fail(errc::invalid_argument,
                  "a connection id of " + std::to_string(from.own_cid.size()) + " bytes");
  }
  for (const auto take : {&configuration::take_authorities, &configuration::take_identities,
                          &configuration::take_psk, &configuration::take_suites,
                          &configuration::take_alpn, &configuration::take_fragment_length})
    if (auto taken = (this->*take)(from); !taken) return taken;
  return done{};
}

status configuration::check(const settings& from) const {
  if (from.highest == version::tls_1_3 && !mbed::has_tls_1_3())
    return fail(errc::unsupported_protocol,
                "TLS 1.3 is not in mbedTLS " + mbed::library_version() + "; 3.6 has it");
  if (from.cid != connection_id::off && !mbed::has_connection_id())
    return fail(errc::unsupported_protocol, "DTLS connection ids are not in mbedTLS " +
                                                mbed::library_version() + "; 3.6 has them");
  if (from.tags.size() > limits::tags_per_socket_max)
    return fail(errc::invalid_argument, std::to_string(from.tags.size()) + " tags; " +
                                            std::to_string(limits::tags_per_socket_max) +
                                            " are the most");
  if (from.dtls_timeouts.first.count() <= 0 || from.dtls_timeouts.last < from.dtls_timeouts.first)
    return fail(errc::invalid_argument,
                "DTLS's first time-out must be above 0 and not above the last");
  if (from.name.host.size() > MBEDTLS_SSL_MAX_HOST_NAME_LEN)
    return fail(errc::invalid_argument, "a hostname of more than 255 characters");
  // A NUL would end the name for the library and not for who set it.
  if (std::any_of(from.name.host.begin(), from.name.host.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= ' '; }))
    return fail(errc::invalid_argument, "a hostname with a blank or a control character");
  return mbed::prepare();
}

status configuration::take_authorities(const settings& from) {
  for (const auto& tag : from.tags) {
    if (!tag.ca) continue;
    if (add_certificates(authorities_, *tag.ca) != 0)
      return fail(errc::internal, tag_text(tag) + ": its CA certificate is not what it was");
    has_authority_ = true;
  }
  if (has_authority_) mbedtls_ssl_conf_ca_chain(&conf_, &authorities_, nullptr);
  return done{};
}

status configuration::take_identities(const settings& from) {
  for (const auto& tag : from.tags) {
    if (!tag.own_certificate && !tag.private_key) continue;
    if (!tag.private_key) return missing(tag, "a certificate", "private key");
    if (!tag.own_certificate) return missing(tag, "a private key", "certificate");
    auto own = std::make_unique<own_identity>();
    if (add_certificates(own->chain, *tag.own_certificate) != 0 ||
        mbed::parse_key(own->key, tag.private_key->key.view()) != 0 ||
        mbedtls_ssl_conf_own_cert(&conf_, &own->chain, &own->key) != 0)
      return fail(errc::internal, tag_text(tag) + ": its certificate is not what it was");
    identities_.push_back(std::move(own));
  }
  return done{};
}

status configuration::take_psk(const settings& from) {
  for (const auto& tag : from.tags) {
    if (!tag.psk && !tag.psk_identity) continue;
    if (!tag.psk) return missing(tag, "a PSK identity", "pre-shared key");
    if (!tag.psk_identity) return missing(tag, "a pre-shared key", "PSK identity");
    if (has_psk_) break;  // a client has one; a server's callback looks at all
    has_psk_ = true;
    if (from.as == role::server) {
      mbedtls_ssl_conf_psk_cb(&conf_, psk_of_client, this);
      continue;
    }
    const auto& name = tag.psk_identity->identity;
    if (mbedtls_ssl_conf_psk(&conf_, raw(tag.psk->key.view()), tag.psk->key.size(),
                             reinterpret_cast<const unsigned char*>(name.data()), name.size()) != 0)
      return fail(errc::credential_invalid, tag_text(tag) + ": mbedTLS does not take its PSK");
  }
  return done{};
}

int configuration::psk_of_client(void* self, mbedtls_ssl_context* ssl, const unsigned char* name,
                                 std::size_t size) {
  const std::string_view asked(reinterpret_cast<const char*>(name), size);
  for (const auto& tag : static_cast<const configuration*>(self)->from_->tags)
    if (tag.psk && tag.psk_identity && tag.psk_identity->identity == asked)
      return mbedtls_ssl_set_hs_psk(ssl, raw(tag.psk->key.view()), tag.psk->key.size());
  return MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
}

status configuration::take_suites(const settings& from) {
  suite_needs needs{from.kind, from.lowest, from.highest, false, has_psk_};
  // A client that has a PSK and nothing to judge a certificate by means the PSK.
  needs.certificates = from.as == role::server ? !identities_.empty() : has_authority_ || !has_psk_;
  if (from.verify == peer_verify::required && !has_authority_ && !has_psk_)
    return fail(errc::credential_missing,
                "verification is required, and no tag has a CA certificate or a pre-shared key");
  auto chosen = choose_suites(from.suites, needs);
  if (!chosen) return chosen.error();
  suites_ = std::move(*chosen);
  suites_.push_back(0);
  mbedtls_ssl_conf_ciphersuites(&conf_, suites_.data());
  return done{};
}

status configuration::take_alpn(const settings& from) {
  if (from.alpn.empty()) return done{};
  for (const auto& protocol : from.alpn) alpn_.push_back(protocol.c_str());
  alpn_.push_back(nullptr);
  if (mbedtls_ssl_conf_alpn_protocols(&conf_, alpn_.data()) != 0)
    return fail(errc::invalid_argument, "an ALPN protocol of no characters, or of more than 255");
  return done{};
}

status configuration::take_fragment_length(const settings& from) {
  for (const auto& [bytes, code] : fragment_codes) {
    if (bytes != from.fragment_bytes_max) continue;
    if (mbedtls_ssl_conf_max_frag_len(&conf_, code) == 0) return done{};
  }
  return fail(errc::invalid_argument, "a fragment length of " +
                                          std::to_string(from.fragment_bytes_max) +
                                          "; 512, 1024, 2048 and 4096 are possible");
}

void configuration::set_profile(const settings& from) {
  profile_.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
                         MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
                         MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512);
  if (from.sha1_allowed) profile_.allowed_mds |= MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA1);
  profile_.allowed_pks = 0xFFFFFFF;
  profile_.allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
                            MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
                            MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1) |
                            MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_BP256R1) |
                            MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_BP384R1) |
                            MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_BP512R1);
  profile_.rsa_min_bitlen = from.rsa_bits_min;
  mbedtls_ssl_conf_cert_profile(&conf_, &profile_);
}

}  // namespace cellsock::tls
