// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/generate.hpp"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_csr.h>

#include <algorithm>
#include <array>

#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

constexpr std::size_t name_chars_max = 64;  // X.520's upper bound; lengths below fit one byte
constexpr std::size_t text_bytes = 4096;

int random_bytes(void* source, unsigned char* out, std::size_t size) {
  const auto room = std::as_writable_bytes(std::span(out, size));
  return static_cast<tls::random_source*>(source)->fill(room)
             ? 0
             : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

bool is_name(std::string_view text) {
  constexpr std::string_view others = " .-_*";
  return !text.empty() && text.size() <= name_chars_max &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

/// 20300615120000
std::string compact(calendar_time when) {
  std::string digits;
  for (const char c : text_of(when))
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

/// SubjectAltName with one dNSName.
std::vector<unsigned char> alternative_name(std::string_view name) {
  const auto size = static_cast<unsigned char>(name.size());
  std::vector<unsigned char> out{0x30, static_cast<unsigned char>(size + 2), 0x82, size};
  out.insert(out.end(), name.begin(), name.end());
  return out;
}

class maker {
public:
  explicit maker(tls::random_source& random) : random_(random) {
    mbedtls_pk_init(&key_);
    mbedtls_x509write_csr_init(&request_);
    mbedtls_x509write_crt_init(&certificate_);
  }
  ~maker() {
    mbedtls_x509write_crt_free(&certificate_);
    mbedtls_x509write_csr_free(&request_);
    mbedtls_pk_free(&key_);
  }
  maker(const maker&) = delete;
  maker& operator=(const maker&) = delete;

  int make(const key_request& wanted, generated_key& out) {
    const auto subject = "CN=" + wanted.common_name;
    int problem = make_key(out.private_key);
    if (problem == 0) problem = make_request(subject, out.signing_request);
    if (problem == 0) problem = make_certificate(wanted, subject, out.certificate);
    return problem;
  }

private:
  int make_key(secret& out) {
    int problem = mbedtls_pk_setup(&key_, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (problem == 0)
      problem = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key_), random_bytes,
                                    &random_);
    if (problem != 0) return problem;
    secret room(512);
    // Written to the end of the room.
    const int size = mbedtls_pk_write_key_der(
        &key_, reinterpret_cast<unsigned char*>(room.room().data()), room.size());
    if (size <= 0) return size;
    out = secret(room.view().last(static_cast<std::size_t>(size)));
    return 0;
  }

  int make_request(const std::string& subject, std::string& out) {
    mbedtls_x509write_csr_set_key(&request_, &key_);
    mbedtls_x509write_csr_set_md_alg(&request_, MBEDTLS_MD_SHA256);
    if (const int problem = mbedtls_x509write_csr_set_subject_name(&request_, subject.c_str());
        problem != 0)
      return problem;
    std::array<unsigned char, text_bytes> text{};
    const int problem =
        mbedtls_x509write_csr_pem(&request_, text.data(), text.size(), random_bytes, &random_);
    if (problem == 0) out = reinterpret_cast<const char*>(text.data());
    return problem;
  }

  int make_certificate(const key_request& wanted, const std::string& subject, std::string& out) {
    auto* const c = &certificate_;
    mbedtls_x509write_crt_set_version(c, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(c, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(c, &key_);
    mbedtls_x509write_crt_set_issuer_key(c, &key_);
    std::array<std::byte, 16> serial{};
    if (!random_.fill(serial)) return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    serial[0] = (serial[0] & std::byte{0x3f}) | std::byte{0x40};  // positive, of full length
    const auto name = alternative_name(wanted.common_name);
    int problem = mbed::set_serial(*c, serial);
    if (problem == 0) problem = mbedtls_x509write_crt_set_subject_name(c, subject.c_str());
    if (problem == 0) problem = mbedtls_x509write_crt_set_issuer_name(c, subject.c_str());
    if (problem == 0)
      problem = mbedtls_x509write_crt_set_validity(c, compact(wanted.now).c_str(),
                                                   compact(wanted.now + wanted.good_for).c_str());
    if (problem == 0) problem = mbedtls_x509write_crt_set_basic_constraints(c, 0, -1);
    if (problem == 0)
      problem = mbedtls_x509write_crt_set_extension(c, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                                    MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
                                                    0, name.data(), name.size());
    std::array<unsigned char, text_bytes> text{};
    if (problem == 0)
      problem = mbedtls_x509write_crt_pem(c, text.data(), text.size(), random_bytes, &random_);
    if (problem == 0) out = reinterpret_cast<const char*>(text.data());
    return problem;
  }

  tls::random_source& random_;
  mbedtls_pk_context key_{};
  mbedtls_x509write_csr request_{};
  mbedtls_x509write_cert certificate_{};
};

}  // namespace

result<generated_key> generate_key(const key_request& wanted, tls::random_source& random) {
  if (!is_name(wanted.common_name))
    return fail(errc::invalid_argument,
                "a common name has 1 to 64 letters, digits, spaces and . - _ *");
  const auto until = std::chrono::year_month_day(
      std::chrono::floor<std::chrono::days>(wanted.now + wanted.good_for));
  if (wanted.good_for.count() <= 0 || static_cast<int>(until.year()) > 9999)
    return fail(errc::invalid_argument, "a certificate is good for at least a day, until 9999");
  if (auto ready = mbed::prepare(); !ready) return ready.error();
  generated_key out;
  const int problem = maker(random).make(wanted, out);
  if (problem == 0) return out;
  std::array<std::byte, 1> probe{};
  if (!random.fill(probe)) return fail(errc::no_entropy, "no randomness for a key");
  return fail(errc::internal, mbed::text_of(problem));
}

}  // namespace cellsock
