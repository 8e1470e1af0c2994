// SPDX-License-Identifier: Apache-2.0
#include "actors/translate_credentials.hpp"

#include "actors/translate.hpp"

namespace cellsock::wire {
namespace {

constexpr std::size_t certificates_shown_max = 16;
constexpr std::size_t remarks_shown_max = 16;
constexpr std::size_t text_max = 256;  // of a name or a remark: a page must fit a frame
constexpr auto expires_soon = std::chrono::days(30);

static_assert(static_cast<int>(v1::CREDENTIAL_TYPE_CA_CERTIFICATE) ==
              static_cast<int>(credential_type::ca_certificate));
static_assert(static_cast<int>(v1::CREDENTIAL_TYPE_PSK_IDENTITY) ==
              static_cast<int>(credential_type::psk_identity));

std::string shown(std::string_view text) {
  return printable(text).substr(0, text_max);
}

v1::KeyKind kind_of(key_kind kind) {
  switch (kind) {
    case key_kind::rsa: return v1::KEY_KIND_RSA;
    case key_kind::ec: return v1::KEY_KIND_EC;
    case key_kind::other: break;
  }
  return v1::KEY_KIND_OTHER;
}

template <class Bytes>
std::string bytes_in(const Bytes& from) {
  return {reinterpret_cast<const char*>(from.data()), from.size()};
}

void set_certificate(v1::CertificateInfo& to, const certificate& from) {
  to.set_subject(shown(from.subject));
  to.set_issuer(shown(from.issuer));
  to.set_not_before_unix_s(from.not_before.time_since_epoch().count());
  to.set_not_after_unix_s(from.not_after.time_since_epoch().count());
  to.set_sha256(bytes_in(from.sha256));
  to.set_key_kind(kind_of(from.key));
  to.set_key_bits(from.key_bits);
  to.set_authority(from.authority);
  to.set_self_issued(from.issued_itself);
}

/// What was not so when it was added.
std::string date_remark(const certificate& of, calendar_time now) {
  if (now < of.not_before) return of.subject + " is not valid before " + text_of(of.not_before);
  if (now > of.not_after) return of.subject + " expired on " + text_of(of.not_after);
  if (of.not_after - now > expires_soon) return {};
  const auto days = std::chrono::floor<std::chrono::days>(of.not_after - now).count();
  return of.subject + " expires in " + std::to_string(days) + (days == 1 ? " day" : " days");
}

}  // namespace

credential_scope scope_of(const v1::CredentialScope& from, std::uint32_t asking) {
  using who = credential_scope::kind;
  if (from.has_gid()) return {who::group, from.gid()};
  return {who::user, from.has_uid() ? from.uid() : asking};
}

void set_credential(v1::CredentialInfo& to, const credential_listing& from, calendar_time now,
                    std::size_t first_certificate) {
  const auto& what = *from.what;
  to.set_tag(static_cast<std::uint32_t>(from.tag));
  to.set_type(static_cast<v1::CredentialType>(what.type));
  to.set_lifetime(from.owner.durable() ? v1::CREDENTIAL_LIFETIME_DURABLE
                                       : v1::CREDENTIAL_LIFETIME_PROCESS);
  const auto& scope = from.owner.scope;
  if (from.owner.durable() && scope.of == credential_scope::kind::group)
    to.mutable_scope()->set_gid(scope.id);
  else if (from.owner.durable())
    to.mutable_scope()->set_uid(scope.id);
  const auto added = what.origin.added.time_since_epoch().count();
  to.set_added_unix_s(added > 0 ? static_cast<std::uint64_t>(added) : 0);
  to.set_certificates_total(static_cast<std::uint32_t>(what.certificates.size()));
  for (std::size_t i = first_certificate; i < what.certificates.size(); ++i) {
    if (to.certificates_size() == static_cast<int>(certificates_shown_max)) break;
    set_certificate(*to.add_certificates(), what.certificates[i]);
  }
  if (what.type == credential_type::psk) to.set_key_kind(v1::KEY_KIND_SYMMETRIC);
  if (what.type == credential_type::private_key) to.set_key_kind(kind_of(what.kind));
  to.set_key_bits(what.key_bits);
  to.set_identity(shown(what.identity));
  if (what.type != credential_type::psk) to.set_content_sha256(bytes_in(what.origin.sha256));
  auto remarks = what.remarks;
  for (const auto& one : what.certificates)
    if (auto remark = date_remark(one, now); !remark.empty()) remarks.push_back(std::move(remark));
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    if (i == remarks_shown_max) {
      to.add_remarks("and " + std::to_string(remarks.size() - i) + " more");
      break;
    }
    to.add_remarks(shown(remarks[i]));
  }
}

}  // namespace cellsock::wire
