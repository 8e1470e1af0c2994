// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/verifier.hpp"

#include <algorithm>
#include <array>

#include "stack/endpoint.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock::tls {
namespace {

struct fault_row {
  std::uint32_t flag;
  std::string_view words;
};
// The first that fits is told.
constexpr std::array faults{
    fault_row{MBEDTLS_X509_BADCERT_MISSING, "is missing"},
    fault_row{MBEDTLS_X509_BADCERT_BAD_KEY, "has a key that is too weak"},
    fault_row{MBEDTLS_X509_BADCERT_BAD_MD, "is signed with a hash that is not accepted"},
    fault_row{MBEDTLS_X509_BADCERT_BAD_PK, "is signed with a kind of key that is not accepted"},
    fault_row{MBEDTLS_X509_BADCERT_REVOKED, "is revoked"},
    fault_row{MBEDTLS_X509_BADCERT_KEY_USAGE, "may not be used for this (key usage)"},
    fault_row{MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, "may not be used for this (extended key usage)"},
    fault_row{MBEDTLS_X509_BADCERT_NS_CERT_TYPE, "may not be used for this (certificate type)"},
};

constexpr std::uint32_t date_flags = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;

std::string_view without_dot(std::string_view host) {
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return host;
}

/// RFC 5280's iPAddress, which is the address's own bytes.
bool has_address(const mbedtls_x509_crt& crt, const ip_address& address) {
  constexpr int ip_address_tag = 7;
  const std::size_t size = address.family == ip_family::v4 ? 4 : 16;
  for (const auto* name = &crt.subject_alt_names; name != nullptr; name = name->next) {
    if ((name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) != ip_address_tag) continue;
    if (name->buf.len == size && std::equal(name->buf.p, name->buf.p + size, address.bytes.begin()))
      return true;
  }
  return false;
}

}  // namespace

std::string server_name(const peer_name& name) {
  if (name.how != peer_name::rule::checked || parse_address(name.host)) return {};
  return std::string(without_dot(name.host));
}

void verifier::judge(const mbedtls_x509_crt& crt, int depth, std::uint32_t& flags) {
  flags &= ~date_flags;
  if (now_ > mbed::time_of(crt.valid_to)) flags |= MBEDTLS_X509_BADCERT_EXPIRED;
  if (now_ < mbed::time_of(crt.valid_from)) flags |= MBEDTLS_X509_BADCERT_FUTURE;
  if (depth == 0) judge_name(crt, flags);
  flags_ |= flags;
  if (flags != 0 && reason_.empty()) reason_ = words(crt, flags);
}

void verifier::judge_name(const mbedtls_x509_crt& crt, std::uint32_t& flags) const {
  if (settings_.as == role::server) return;
  switch (settings_.name.how) {
    case peer_name::rule::ignored: return;
    case peer_name::rule::unset: flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH; return;
    case peer_name::rule::checked: break;
  }
  const auto address = parse_address(settings_.name.host);
  if (address && !has_address(crt, *address)) flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
}

std::string verifier::words(const mbedtls_x509_crt& crt, std::uint32_t flags) const {
  std::string text = "the certificate " + mbed::name_text(crt.subject) + " ";
  if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0)
    return text + "expired on " + text_of(mbed::time_of(crt.valid_to));
  if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0)
    return text + "is not valid before " + text_of(mbed::time_of(crt.valid_from));
  for (const auto& row : faults)
    if ((flags & row.flag) != 0) return text.append(row.words);
  if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
    const auto issuer = mbed::name_text(crt.issuer);
    if (issuer == mbed::name_text(crt.subject))
      return text + "is signed by itself and is not among the tags' CAs";
    return text + "leads to no CA of the tags; its issuer is " + issuer;
  }
  if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0)
    return settings_.name.how == peer_name::rule::unset
               ? "no hostname is set to compare with " + text.substr(4)
               : text + "is not for " + settings_.name.host;
  return text + "did not pass verification (flags " + std::to_string(flags) + ")";
}

}  // namespace cellsock::tls
