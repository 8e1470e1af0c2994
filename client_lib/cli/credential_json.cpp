// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "client_lib/cli/credential_text.hpp"
#include "client_lib/hex.hpp"

namespace cellsock::cli {
namespace {

using json = nlohmann::ordered_json;

json or_null(bool known, json value) {
  return known ? std::move(value) : json(nullptr);
}

json key_of(v1::KeyKind kind, std::uint32_t bits) {
  switch (kind) {
    case v1::KEY_KIND_RSA: return {{"kind", "rsa"}, {"bits", bits}};
    case v1::KEY_KIND_EC: return {{"kind", "ec"}, {"bits", bits}};
    case v1::KEY_KIND_SYMMETRIC: return {{"kind", "symmetric"}, {"bits", bits}};
    case v1::KEY_KIND_UNSPECIFIED: return nullptr;
    default: return {{"kind", "other"}, {"bits", bits}};
  }
}

json certificate_of(const v1::CertificateInfo& one) {
  return {{"subject", one.subject()},
          {"issuer", one.issuer()},
          {"not_before", date_text(one.not_before_unix_s())},
          {"not_after", date_text(one.not_after_unix_s())},
          {"sha256", client::to_hex(one.sha256())},
          {"key", key_of(one.key_kind(), one.key_bits())},
          {"authority", one.authority()},
          {"self_issued", one.self_issued()}};
}

json object_of(const v1::CredentialInfo& one) {
  auto certificates = json::array();
  for (const auto& certificate : one.certificates())
    certificates.push_back(certificate_of(certificate));
  const auto& scope = one.scope();
  return {{"tag", one.tag()},
          {"type", name_of(one.type())},
          {"uid", or_null(scope.has_uid(), scope.uid())},
          {"gid", or_null(scope.has_gid(), scope.gid())},
          {"added", date_text(static_cast<std::int64_t>(one.added_unix_s()))},
          {"identity", or_null(!one.identity().empty(), one.identity())},
          {"key", key_of(one.key_kind(), one.key_bits())},
          {"certificates", certificates},
          {"certificates_total", one.certificates_total()},
          {"content_sha256",
           or_null(!one.content_sha256().empty(), client::to_hex(one.content_sha256()))},
          {"remarks", json(std::vector<std::string>(one.remarks().begin(), one.remarks().end()))}};
}

/// A subject is whatever its issuer wrote.
std::string text_of(const json& made) {
  return made.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string credentials_json(const v1::ListCredentialsReply& all) {
  auto list = json::array();
  for (const auto& one : all.credentials()) list.push_back(object_of(one));
  return text_of({{"credentials", list}});
}

std::string credential_json(const v1::CredentialInfo& one) {
  return text_of({{"credential", object_of(one)}});
}

std::string generated_json(const v1::GenerateCredentialReply& made) {
  auto list = json::array();
  for (const auto& one : made.added()) list.push_back(object_of(one));
  return text_of({{"credentials", list}, {"pem", made.pem()}});
}

}  // namespace cellsock::cli
