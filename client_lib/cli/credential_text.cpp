// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/credential_text.hpp"

#include <ctime>

#include "client_lib/cli/plain_text.hpp"
#include "client_lib/hex.hpp"

namespace cellsock::cli {
namespace {

std::string_view kind_text(v1::KeyKind kind) {
  switch (kind) {
    case v1::KEY_KIND_RSA: return "RSA";
    case v1::KEY_KIND_EC: return "EC";
    case v1::KEY_KIND_SYMMETRIC: return "symmetric";
    default: return "other";
  }
}

std::string key_text(v1::KeyKind kind, std::uint32_t bits) {
  if (kind == v1::KEY_KIND_UNSPECIFIED) return "-";
  return std::string(kind_text(kind)) + " " + std::to_string(bits);
}

/// Pairs, as openssl shows them.
std::string fingerprint(const std::string& sha256) {
  const auto hex = client::to_hex(sha256);
  std::string shown;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    shown += (at == 0 ? "" : ":") + hex.substr(at, 2);
  return shown;
}

/// What tells this one from the others of its type.
std::string gist(const v1::CredentialInfo& one) {
  if (one.type() == v1::CREDENTIAL_TYPE_PSK_IDENTITY) return printable(one.identity());
  if (one.certificates_size() == 0) return key_text(one.key_kind(), one.key_bits());
  const auto others = one.certificates_total() - 1;
  const auto shown = printable(one.certificates(0).subject());
  return others == 0 ? shown : shown + " and " + std::to_string(others) + " more";
}

std::string until_text(const v1::CredentialInfo& one) {
  if (one.certificates_size() == 0) return "-";
  return date_text(one.certificates(0).not_after_unix_s());
}

std::string certificate_text(const v1::CertificateInfo& one) {
  std::string text = "  subject   " + printable(one.subject()) + '\n';
  text += "  issuer    " + (one.self_issued() ? "itself" : printable(one.issuer())) + '\n';
  text += "  valid     " + date_text(one.not_before_unix_s()) + " to " +
          date_text(one.not_after_unix_s()) + '\n';
  text += "  key       " + key_text(one.key_kind(), one.key_bits()) +
          (one.authority() ? ", may issue others" : "") + '\n';
  return text + "  SHA-256   " + fingerprint(one.sha256()) + '\n';
}

}  // namespace

std::string_view name_of(v1::CredentialType type) {
  for (const auto& row : credential_types)
    if (row.type == type) return row.name;
  return "unknown";
}

std::optional<v1::CredentialType> credential_type_of(std::string_view name) {
  for (const auto& row : credential_types)
    if (row.name == name || row.brief == name) return row.type;
  return std::nullopt;
}

std::string date_text(std::int64_t unix_s) {
  const std::time_t when = unix_s;
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&when, &parts) == nullptr) return "?";
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string owner_text(const v1::CredentialInfo& one) {
  switch (one.scope().who_case()) {
    case v1::CredentialScope::kUid: return "user " + std::to_string(one.scope().uid());
    case v1::CredentialScope::kGid: return "group " + std::to_string(one.scope().gid());
    case v1::CredentialScope::WHO_NOT_SET: break;
  }
  return "a program";
}

std::string credentials_table(const v1::ListCredentialsReply& all) {
  std::vector<std::vector<std::string>> rows{{"TAG", "TYPE", "OWNER", "VALID UNTIL", "WHAT"}};
  for (const auto& one : all.credentials())
    rows.push_back({std::to_string(one.tag()), std::string(name_of(one.type())), owner_text(one),
                    until_text(one), gist(one)});
  return rows.size() == 1 ? "no credentials\n" : table_text(rows);
}

std::string credential_text(const v1::CredentialInfo& one) {
  std::string text = "tag " + std::to_string(one.tag()) + ", " + std::string(name_of(one.type())) +
                     ", " + owner_text(one) + "'s, added " +
                     date_text(static_cast<std::int64_t>(one.added_unix_s())) + '\n';
  if (!one.identity().empty()) text += "  identity  " + printable(one.identity()) + '\n';
  if (one.key_kind() != v1::KEY_KIND_UNSPECIFIED)
    text += "  key       " + key_text(one.key_kind(), one.key_bits()) + '\n';
  for (const auto& certificate : one.certificates()) text += certificate_text(certificate);
  const auto shown = static_cast<std::uint32_t>(one.certificates_size());
  if (one.certificates_total() > shown)
    text += "  and " + std::to_string(one.certificates_total() - shown) + " more certificates\n";
  for (const auto& remark : one.remarks()) text += "  note      " + printable(remark) + '\n';
  return text;
}

}  // namespace cellsock::cli
