// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/credential.hpp"

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>

#include "stack/credentials/pem.hpp"
#include "stack/limits.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

struct type_row {
  credential_type type;
  std::string_view name;
  std::string_view what;  // in sentences
  std::size_t bytes_max;
};
constexpr std::array types{
    type_row{credential_type::ca_certificate, "ca-certificate", "CA certificate",
             limits::credential_bytes_max},
    type_row{credential_type::own_certificate, "certificate", "certificate", 65536},
    type_row{credential_type::private_key, "private-key", "private key", 16384},
    type_row{credential_type::psk, "psk", "pre-shared key", limits::psk_bytes_max},
    type_row{credential_type::psk_identity, "psk-identity", "PSK identity",
             limits::psk_identity_bytes_max},
};
static_assert(types.size() == credential_types);

const type_row& row_of(credential_type type) {
  return types[static_cast<std::size_t>(type) - 1];
}

failure invalid(std::string why) {
  return fail(errc::credential_invalid, std::move(why));
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class parsed_key {
public:
  parsed_key() { mbedtls_pk_init(&pk_); }
  ~parsed_key() { mbedtls_pk_free(&pk_); }
  parsed_key(const parsed_key&) = delete;
  parsed_key& operator=(const parsed_key&) = delete;
  mbedtls_pk_context& operator*() { return pk_; }
  [[nodiscard]] int parse(std::span<const std::byte> der) { return mbed::parse_key(pk_, der); }

private:
  mbedtls_pk_context pk_{};
};

// ---- certificates ----

/// `certificate 2 of 3 (line 20, CN=…)`, so that a person finds it.
std::string which(std::size_t index, std::size_t count, unsigned line, std::string_view subject) {
  std::string where = "certificate " + std::to_string(index + 1) + " of " + std::to_string(count);
  if (line != 0) where += ", line " + std::to_string(line);
  if (!subject.empty()) where += " (" + std::string(subject) + ")";
  return where;
}

/// What keeps one from being used whoever it belongs to; empty when nothing does.
std::string date_problem(credential& out, const certificate& c, const credential_rules& rules) {
  std::string problem;
  if (rules.now > c.not_after) problem = "expired on " + text_of(c.not_after);
  if (rules.now < c.not_before) problem = "is not valid before " + text_of(c.not_before);
  if (problem.empty() || !rules.dates_remarked) return problem;
  out.remarks.push_back(c.subject + " " + problem);
  return {};
}
std::string strength_problem(const certificate& c, const credential_rules& rules) {
  if (c.key == key_kind::other) return "has a key that is neither RSA nor elliptic curve";
  if (c.key == key_kind::rsa && c.key_bits < rules.rsa_bits_min)
    return "has an RSA key of " + std::to_string(c.key_bits) + " bits; " +
           std::to_string(rules.rsa_bits_min) + " are required";
  if (c.key == key_kind::ec && c.key_bits < 255)
    return "has an elliptic curve key of " + std::to_string(c.key_bits) + " bits; 256 are required";
  // Nobody checks a root's signature by itself: it is trusted because it was put here.
  if (c.issued_itself && c.authority) return {};
  if (c.signed_with == signature_hash::sha1 && !rules.sha1_allowed) return "is signed with SHA-1";
  if (c.signed_with == signature_hash::broken) return "is signed with a broken hash";
  return {};
}

struct found {
  certificate what;
  unsigned line = 0;
};

result<std::vector<found>> read_all(std::span<const std::byte> bytes) {
  std::vector<found> all;
  if (!looks_like_pem(bytes)) {
    auto one = read_certificate(bytes);
    if (!one) return one.error();
    all.push_back({std::move(*one)});
    return all;
  }
  auto blocks = read_pem(text(bytes));
  if (!blocks) return blocks.error();
  for (const auto& block : *blocks) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE")
      return invalid("line " + std::to_string(block.line) + ": a " + block.label +
                     " where a certificate was expected");
    auto one = read_certificate(block.der.view());
    if (!one)
      return invalid(which(all.size(), blocks->size(), block.line, {}) + ": " + one.error().detail);
    all.push_back({std::move(*one), block.line});
  }
  return all;
}

/// One bad CA in a bundle of many is left out; a bundle of none that is good is refused.
status take_authorities(credential& out, std::vector<found> all, const credential_rules& rules) {
  std::string first_problem;
  const auto count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto& c = all[i].what;
    auto problem = date_problem(out, c, rules);
    if (problem.empty()) problem = strength_problem(c, rules);
    if (problem.empty() && !c.authority && !c.issued_itself)
      problem = "is no CA's: it may not issue certificates";
    if (problem.empty()) {
      out.certificates.push_back(std::move(c));
      continue;
    }
    problem = which(i, count, all[i].line, c.subject) + " " + problem;
    if (first_problem.empty()) first_problem = problem;
    out.remarks.push_back(problem + "; left out");
  }
  if (out.certificates.empty()) return invalid(first_problem);
  return done{};
}

/// The own certificate first, then its issuers one after the other, as TLS sends them.
status take_chain(credential& out, std::vector<found> all, const credential_rules& rules) {
  const auto count = all.size();
  if (count > limits::chain_certificates_max)
    return invalid("a chain of " + std::to_string(count) + " certificates; " +
                   std::to_string(limits::chain_certificates_max) + " are the most");
  for (std::size_t i = 0; i < count; ++i) {
    const auto& c = all[i].what;
    auto problem = date_problem(out, c, rules);
    if (problem.empty()) problem = strength_problem(c, rules);
    if (problem.empty() && i > 0 && c.subject != all[i - 1].what.issuer)
      problem = "did not issue the one before it, whose issuer is " + all[i - 1].what.issuer +
                ": the own certificate comes first, then each one's issuer";
    if (!problem.empty()) return invalid(which(i, count, all[i].line, c.subject) + " " + problem);
    out.certificates.push_back(c);
  }
  return done{};
}

status take_certificates(credential& out, std::span<const std::byte> bytes,
                         const credential_rules& rules) {
  auto all = read_all(bytes);
  if (!all) return all.error();
  if (all->empty()) return invalid("no certificate in it");
  return out.type == credential_type::ca_certificate ? take_authorities(out, std::move(*all), rules)
                                                     : take_chain(out, std::move(*all), rules);
}

// ---- keys ----

/// The DER of the one private key in it.
result<secret> key_bytes(std::span<const std::byte> bytes) {
  if (!looks_like_pem(bytes)) return secret(bytes);
  auto blocks = read_pem(text(bytes));
  if (!blocks) return blocks.error();
  secret found;
  for (auto& block : *blocks) {
    const auto at = "line " + std::to_string(block.line) + ": ";
    if (block.label == "EC PARAMETERS") continue;
    if (block.encrypted) return invalid(at + "the key is encrypted; store it without a passphrase");
    if (!block.label.ends_with("PRIVATE KEY"))
      return invalid(at + "a " + block.label + " where a private key was expected");
    if (!found.empty()) return invalid(at + "a second private key");
    found = std::move(block.der);
  }
  if (found.empty()) return invalid("no private key in it");
  return found;
}

status take_key(credential& out, std::span<const std::byte> bytes, const credential_rules& rules) {
  auto der = key_bytes(bytes);
  if (!der) return der.error();
  parsed_key key;
  if (const int problem = key.parse(der->view()); problem != 0)
    return invalid("not a private key (PKCS #8, PKCS #1 or SEC 1): " + mbed::text_of(problem));
  const auto bits = mbedtls_pk_get_bitlen(&*key);
  if (mbedtls_pk_get_type(&*key) == MBEDTLS_PK_RSA && bits < rules.rsa_bits_min)
    return invalid("an RSA key of " + std::to_string(bits) + " bits; " +
                   std::to_string(rules.rsa_bits_min) + " are required");
  if (mbedtls_pk_get_type(&*key) != MBEDTLS_PK_RSA && bits < 255)
    return invalid("an elliptic curve key of " + std::to_string(bits) + " bits; 256 are required");
  out.kind = mbedtls_pk_get_type(&*key) == MBEDTLS_PK_RSA ? key_kind::rsa : key_kind::ec;
  out.key_bits = static_cast<unsigned>(bits);
  out.key = std::move(*der);
  return done{};
}

status take_psk(credential& out, std::span<const std::byte> bytes) {
  constexpr std::size_t good = 16;
  if (bytes.size() < good)
    out.remarks.push_back("a pre-shared key of " + std::to_string(bytes.size()) +
                          " bytes is easy to guess; 16 are usual");
  out.key = secret(bytes);
  out.key_bits = static_cast<unsigned>(8 * bytes.size());
  return done{};
}

status take_identity(credential& out, std::span<const std::byte> bytes) {
  out.identity = std::string(text(bytes));
  while (!out.identity.empty() && out.identity.back() == '\0') out.identity.pop_back();
  if (out.identity.empty()) return invalid("an empty PSK identity");
  if (out.identity.find('\0') != std::string::npos)
    return invalid("a PSK identity with a NUL inside");
  return done{};
}

/// A PSK is short, and might be guessed by its sum.
credential_origin origin_of(credential_type type, std::span<const std::byte> bytes,
                            const credential_rules& rules) {
  credential_origin made{rules.now, {}, rules.rsa_bits_min, rules.sha1_allowed};
  if (type != credential_type::psk)
    (void)mbed::sha256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       reinterpret_cast<unsigned char*>(made.sha256.data()));
  return made;
}

/// The certificates in it, good or not; empty if it cannot be read.
std::vector<std::vector<std::byte>> ders_of(std::span<const std::byte> bytes) {
  std::vector<std::vector<std::byte>> ders;
  if (const auto all = read_all(bytes))
    for (const auto& one : *all) ders.push_back(one.what.der);
  return ders;
}

}  // namespace

std::string_view name(credential_type type) noexcept {
  return row_of(type).name;
}
std::optional<credential_type> credential_type_of(std::int64_t number) noexcept {
  if (number < 1 || number > static_cast<std::int64_t>(credential_types)) return std::nullopt;
  return static_cast<credential_type>(number);
}
std::optional<credential_type> credential_type_of(std::string_view name) noexcept {
  for (const auto& row : types)
    if (row.name == name) return row.type;
  return std::nullopt;
}

result<credential_ptr> read_credential(credential_type type, std::span<const std::byte> bytes,
                                       const credential_rules& rules,
                                       const credential_origin* origin) {
  const auto& row = row_of(type);
  const auto named = [&row](const failure& why) {
    return fail(why.code, std::string(row.what) + ": " + why.detail);
  };
  if (bytes.empty()) return named(invalid("empty"));
  if (bytes.size() > row.bytes_max)
    return named(invalid(std::to_string(bytes.size()) + " bytes; " + std::to_string(row.bytes_max) +
                         " are the most"));
  auto made = std::make_shared<credential>();
  made->type = type;
  const auto taken = [&]() -> status {
    switch (type) {
      case credential_type::ca_certificate:
      case credential_type::own_certificate: return take_certificates(*made, bytes, rules);
      case credential_type::private_key: return take_key(*made, bytes, rules);
      case credential_type::psk: return take_psk(*made, bytes);
      case credential_type::psk_identity: return take_identity(*made, bytes);
    }
    return fail(errc::internal, "a credential of no type");
  }();
  if (!taken) return named(taken.error());
  if (!is_secret(type)) made->as_given.assign(bytes.begin(), bytes.end());
  made->origin = origin != nullptr ? *origin : origin_of(type, bytes, rules);
  return credential_ptr(std::move(made));
}

status check_pair(const credential& own_certificate, const credential& private_key) {
  if (own_certificate.certificates.empty() || private_key.key.empty())
    return fail(errc::internal, "not a certificate and a private key");
  const auto& leaf = own_certificate.certificates.front();
  mbedtls_x509_crt crt;
  mbedtls_x509_crt_init(&crt);
  parsed_key key;
  int problem = mbedtls_x509_crt_parse_der(
      &crt, reinterpret_cast<const unsigned char*>(leaf.der.data()), leaf.der.size());
  if (problem == 0) problem = key.parse(private_key.key.view());
  if (problem == 0) problem = mbed::check_pair(crt.pk, *key);
  mbedtls_x509_crt_free(&crt);
  if (problem == 0) return done{};
  return invalid("the private key does not belong to the certificate (" + leaf.subject + ")");
}

bool matches(const credential& known, std::span<const std::byte> bytes) {
  // Some programs count the NUL of their text, some do not.
  const auto without_nul = [](std::span<const std::byte> text) {
    return !text.empty() && text.back() == std::byte{} ? text.first(text.size() - 1) : text;
  };
  switch (known.type) {
    case credential_type::psk: return known.key.same_as(bytes);
    case credential_type::private_key: {
      const auto der = key_bytes(bytes);
      return der && known.key.same_as(der->view());
    }
    default: {
      const auto given = without_nul(bytes);
      const auto kept = without_nul(known.as_given);
      if (std::equal(given.begin(), given.end(), kept.begin(), kept.end())) return true;
      if (known.type == credential_type::psk_identity) return false;
      const auto ders = ders_of(known.as_given);
      return !ders.empty() && ders == ders_of(bytes);
    }
  }
}

}  // namespace cellsock
