// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/certificate.hpp"

#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

class parsed_certificate {
public:
  parsed_certificate() { mbedtls_x509_crt_init(&crt_); }
  ~parsed_certificate() { mbedtls_x509_crt_free(&crt_); }
  parsed_certificate(const parsed_certificate&) = delete;
  parsed_certificate& operator=(const parsed_certificate&) = delete;
  mbedtls_x509_crt* operator->() { return &crt_; }
  mbedtls_x509_crt& operator*() { return crt_; }

private:
  mbedtls_x509_crt crt_{};
};

key_kind kind_of(const mbedtls_pk_context& key) {
  switch (mbedtls_pk_get_type(&key)) {
    case MBEDTLS_PK_RSA:
    case MBEDTLS_PK_RSASSA_PSS: return key_kind::rsa;
    case MBEDTLS_PK_ECKEY:
    case MBEDTLS_PK_ECKEY_DH:
    case MBEDTLS_PK_ECDSA: return key_kind::ec;
    default: return key_kind::other;
  }
}

bool same(const mbedtls_x509_buf& a, const mbedtls_x509_buf& b) {
  return std::equal(a.p, a.p + a.len, b.p, b.p + b.len);
}

std::string two_digits(unsigned value) {
  return std::string(value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

result<certificate> read_certificate(std::span<const std::byte> der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  parsed_certificate crt;
  if (const int problem = mbedtls_x509_crt_parse_der(&*crt, bytes, der.size()); problem != 0)
    return fail(errc::credential_invalid, "not an X.509 certificate: " + mbed::text_of(problem));
  if (crt->raw.len != der.size())
    return fail(errc::credential_invalid,
                "bytes follow after the end of the certificate (at byte " +
                    std::to_string(crt->raw.len) + ")");
  certificate out;
  out.der.assign(der.begin(), der.end());
  out.subject = mbed::name_text(crt->subject);
  out.issuer = mbed::name_text(crt->issuer);
  out.not_before = mbed::time_of(crt->valid_from);
  out.not_after = mbed::time_of(crt->valid_to);
  if (mbed::sha256(bytes, der.size(), reinterpret_cast<unsigned char*>(out.sha256.data())) != 0)
    return fail(errc::internal, "SHA-256 of a certificate");
  out.key = kind_of(crt->pk);
  out.key_bits = static_cast<unsigned>(mbedtls_pk_get_bitlen(&crt->pk));
  out.signed_with = mbed::hash_of_signature(*crt);
  out.authority = mbed::is_authority(*crt);
  out.issued_itself = same(crt->subject_raw, crt->issuer_raw);
  return out;
}

std::string text_of(calendar_time when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(when - day);
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + "T" +
         two_digits(static_cast<unsigned>(clock.hours().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.minutes().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.seconds().count())) + "Z";
}

std::string fingerprint(const certificate& of) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto b : of.sha256) {
    if (!text.empty()) text += ':';
    text += digits[std::to_integer<unsigned>(b) >> 4];
    text += digits[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

}  // namespace cellsock
