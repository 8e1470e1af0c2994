// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/failures.hpp"

#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

#include <array>

#include "stack/tls/mbedtls_version.hpp"

namespace cellsock::tls {
namespace {

struct alert_row {
  int number;
  std::string_view name;
};
constexpr std::array alerts{
    alert_row{10, "unexpected_message"},
    alert_row{20, "bad_record_mac"},
    alert_row{21, "decryption_failed"},
    alert_row{22, "record_overflow"},
    alert_row{40, "handshake_failure"},
    alert_row{42, "bad_certificate"},
    alert_row{43, "unsupported_certificate"},
    alert_row{44, "certificate_revoked"},
    alert_row{45, "certificate_expired"},
    alert_row{46, "certificate_unknown"},
    alert_row{47, "illegal_parameter"},
    alert_row{48, "unknown_ca"},
    alert_row{49, "access_denied"},
    alert_row{50, "decode_error"},
    alert_row{51, "decrypt_error"},
    alert_row{70, "protocol_version"},
    alert_row{71, "insufficient_security"},
    alert_row{80, "internal_error"},
    alert_row{86, "inappropriate_fallback"},
    alert_row{90, "user_canceled"},
    alert_row{100, "no_renegotiation"},
    alert_row{109, "missing_extension"},
    alert_row{110, "unsupported_extension"},
    alert_row{112, "unrecognized_name"},
    alert_row{115, "unknown_psk_identity"},
    alert_row{116, "certificate_required"},
    alert_row{120, "no_application_protocol"},
};

std::string alert_text(int number) {
  const auto name = alert_name(number);
  return "the peer sent the alert " + (name.empty() ? "" : std::string(name) + " ") + "(" +
         std::to_string(number) + ")";
}

}  // namespace

std::string_view alert_name(int number) noexcept {
  for (const auto& row : alerts)
    if (row.number == number) return row.name;
  return {};
}

failure failure_of(int code, const circumstances& at) {
  if (at.no_entropy) return fail(errc::no_entropy, "the random generator failed");
  const auto broken = at.open ? errc::secure_stream_broken : errc::handshake_failed;
  switch (code) {
    case MBEDTLS_ERR_SSL_TIMEOUT: return fail(errc::timed_out, "the peer did not answer");
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return fail(broken, alert_text(at.alert));
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return fail(broken, at.open ? "the stream ended without close_notify"
                                  : "the peer ended the connection during the handshake");
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
      return fail(broken, "the peer closed during the handshake");
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return fail(errc::peer_not_trusted, "the client gave no certificate");
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
      return fail(errc::peer_not_trusted, std::string(at.distrust));
    default: break;
  }
  if (!at.distrust.empty() && !at.open)
    return fail(errc::peer_not_trusted, std::string(at.distrust));
  return fail(broken, mbed::text_of(code));
}

}  // namespace cellsock::tls
