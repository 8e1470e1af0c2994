// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/generate.hpp"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_csr.h>

#include <algorithm>
#include <array>

#include "stack/endpoint.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

constexpr std::size_t value_chars_max = 64;  // X.520's upper bound of a common name
constexpr std::size_t host_chars_max = 253;
constexpr std::size_t hosts_max = 16;
constexpr std::size_t text_bytes = 8192;  // of the names 5 KiB, in base64

int random_bytes(void* source, unsigned char* out, std::size_t size) {
  const auto room = std::as_writable_bytes(std::span(out, size));
  return static_cast<tls::random_source*>(source)->fill(room)
             ? 0
             : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

failure wrong(std::string why) {
  return fail(errc::invalid_argument, std::move(why));
}

bool all_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

/// Before mbedTLS sees it, which would take some of what is wrong and change it.
status check_subject(std::string_view subject) {
  constexpr std::array<std::string_view, 6> parts{"CN", "O", "OU", "C", "L", "ST"};
  if (subject.empty()) return wrong("a subject is needed, as CN=gateway.example,O=Example");
  while (!subject.empty()) {
    const auto part = subject.substr(0, subject.find(','));
    subject.remove_prefix(std::min(part.size() + 1, subject.size()));
    const auto equals = part.find('=');
    const auto key = part.substr(0, equals);
    if (equals == std::string_view::npos ||
        std::find(parts.begin(), parts.end(), key) == parts.end())
      return wrong("subject: each part is one of CN=, O=, OU=, C=, L=, ST=, a comma between two");
    const auto value = part.substr(equals + 1);
    if (value.empty() || value.size() > value_chars_max || !all_of(value, " .-_*()/:'@&"))
      return wrong("subject: " + std::string(key) +
                   " has 1 to 64 letters, digits, spaces and . - _ * ( ) / : ' @ &");
    if (key == "C" && value.size() != 2) return wrong("subject: C is a country of two letters");
  }
  return done{};
}

/// The content of subjectAltName: dNSName and iPAddress.
result<std::vector<unsigned char>> alternative_names(const std::vector<std::string>& hosts) {
  constexpr unsigned char dns_name = 0x82;
  constexpr unsigned char address_bytes = 0x87;
  if (hosts.size() > hosts_max)
    return wrong(std::to_string(hosts.size()) + " hosts; " + std::to_string(hosts_max) +
                 " are the most");
  std::vector<unsigned char> names;
  const auto put = [](std::vector<unsigned char>& out, unsigned char kind, std::size_t size) {
    out.push_back(kind);
    if (size >= 0x100) out.insert(out.end(), {0x82, static_cast<unsigned char>(size >> 8)});
    if (size >= 0x80 && size < 0x100) out.push_back(0x81);
    out.push_back(static_cast<unsigned char>(size));
  };
  for (const auto& host : hosts) {
    if (const auto address = parse_address(host)) {
      const std::size_t size = address->family == ip_family::v4 ? 4 : 16;
      put(names, address_bytes, size);
      names.insert(names.end(), address->bytes.begin(),
                   address->bytes.begin() + static_cast<std::ptrdiff_t>(size));
      continue;
    }
    if (host.empty() || host.size() > host_chars_max || !all_of(host, ".-_*"))
      return wrong("\"" + host.substr(0, value_chars_max) +
                   "\" is neither a host's name nor an address");
    put(names, dns_name, host.size());
    names.insert(names.end(), host.begin(), host.end());
  }
  std::vector<unsigned char> out;
  put(out, 0x30, names.size());
  out.insert(out.end(), names.begin(), names.end());
  return out;
}

/// 20300615120000
std::string compact(calendar_time when) {
  std::string digits;
  for (const char c : text_of(when))
    if (c >= '0' && c <= '9') digits += c;
  return digits;
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

  int make(const key_request& wanted, std::span<const unsigned char> names, generated_key& out) {
    if (const int problem = make_key(out.private_key); problem != 0) return problem;
    return wanted.good_for ? make_certificate(wanted, names, out.pem)
                           : make_request(wanted.subject, names, out.pem);
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

  int make_request(const std::string& subject, std::span<const unsigned char> names,
                   std::string& out) {
    mbedtls_x509write_csr_set_key(&request_, &key_);
    mbedtls_x509write_csr_set_md_alg(&request_, MBEDTLS_MD_SHA256);
    int problem = mbedtls_x509write_csr_set_subject_name(&request_, subject.c_str());
    if (problem == 0 && !names.empty()) problem = mbed::set_alternative_names(request_, names);
    std::vector<unsigned char> text(text_bytes);
    if (problem == 0)
      problem =
          mbedtls_x509write_csr_pem(&request_, text.data(), text.size(), random_bytes, &random_);
    if (problem == 0) out = reinterpret_cast<const char*>(text.data());
    return problem;
  }

  int make_certificate(const key_request& wanted, std::span<const unsigned char> names,
                       std::string& out) {
    auto* const c = &certificate_;
    mbedtls_x509write_crt_set_version(c, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(c, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(c, &key_);
    mbedtls_x509write_crt_set_issuer_key(c, &key_);
    std::array<std::byte, 16> serial{};
    if (!random_.fill(serial)) return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    serial[0] = (serial[0] & std::byte{0x3f}) | std::byte{0x40};  // positive, of full length
    const char* const subject = wanted.subject.c_str();
    int problem = mbed::set_serial(*c, serial);
    if (problem == 0) problem = mbedtls_x509write_crt_set_subject_name(c, subject);
    if (problem == 0) problem = mbedtls_x509write_crt_set_issuer_name(c, subject);
    if (problem == 0)
      problem = mbedtls_x509write_crt_set_validity(c, compact(wanted.now).c_str(),
                                                   compact(wanted.now + *wanted.good_for).c_str());
    if (problem == 0) problem = mbedtls_x509write_crt_set_basic_constraints(c, 0, -1);
    if (problem == 0 && !names.empty())
      problem = mbedtls_x509write_crt_set_extension(c, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                                    MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
                                                    0, names.data(), names.size());
    std::vector<unsigned char> text(text_bytes);
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
  if (auto good = check_subject(wanted.subject); !good) return good.error();
  const auto names = alternative_names(wanted.hosts);
  if (!names) return names.error();
  if (wanted.good_for) {
    const auto until = std::chrono::year_month_day(
        std::chrono::floor<std::chrono::days>(wanted.now + *wanted.good_for));
    if (wanted.good_for->count() <= 0 || static_cast<int>(until.year()) > 9999)
      return wrong("a certificate is good for at least a day, until 9999");
  }
  if (auto ready = mbed::prepare(); !ready) return ready.error();
  generated_key out;
  const auto extension =
      wanted.hosts.empty() ? std::span<const unsigned char>() : std::span(*names);
  const int problem = maker(random).make(wanted, extension, out);
  if (problem == 0) return out;
  std::array<std::byte, 1> probe{};
  if (!random.fill(probe)) return fail(errc::no_entropy, "no randomness for a key");
  return fail(errc::internal, mbed::text_of(problem));
}

}  // namespace cellsock
