// SPDX-License-Identifier: Apache-2.0
#include "actors/translate_credentials.hpp"

#include <doctest/doctest.h>

#include "tests/support/pki.hpp"

using namespace cellsock;
using type = credential_type;

namespace {

constexpr credential_owner of_group{{}, {credential_scope::kind::group, 50}};

v1::CredentialInfo info_of(const credential_ptr& what, const credential_owner& owner = of_group,
                           calendar_time now = test::today, std::size_t first = 0) {
  v1::CredentialInfo info;
  wire::set_credential(info, {sec_tag{42}, owner, what}, now, first);
  return info;
}

}  // namespace

TEST_CASE("whose it is") {
  const auto psk = test::given(type::psk, "0123456789abcdef");
  CHECK(info_of(psk).scope().gid() == 50);
  CHECK(info_of(psk).lifetime() == v1::CREDENTIAL_LIFETIME_DURABLE);
  CHECK(info_of(psk, {{}, {credential_scope::kind::user, 1000}}).scope().uid() == 1000);
  const auto own = info_of(psk, session_of({program_id{3}, 1000, {}}));
  CHECK_FALSE(own.has_scope());
  CHECK(own.lifetime() == v1::CREDENTIAL_LIFETIME_PROCESS);
  v1::CredentialScope asked;
  CHECK(wire::scope_of(asked, 1000) == credential_scope{credential_scope::kind::user, 1000});
  asked.set_uid(0);
  CHECK(wire::scope_of(asked, 1000).id == 0);
  asked.set_gid(7);
  CHECK(wire::scope_of(asked, 1000) == credential_scope{credential_scope::kind::group, 7});
}

TEST_CASE("nothing of a secret, and no sum by which a PSK might be guessed") {
  const auto psk = info_of(test::given(type::psk, "0123456789abcdef"));
  CHECK(psk.content_sha256().empty());
  CHECK(psk.key_bits() == 128);
  CHECK(psk.SerializeAsString().find("01234567") == std::string::npos);
  const auto key = info_of(test::pki(type::private_key, "client_rsa.key.pem"));
  CHECK(key.key_kind() == v1::KEY_KIND_RSA);
  CHECK(key.key_bits() == 2048);
  CHECK(key.content_sha256().size() == 32);
  CHECK(key.certificates_size() == 0);
}

TEST_CASE("a long one comes in pages, a remark for each that expires") {
  auto many = std::make_shared<credential>();
  many->type = type::ca_certificate;
  const auto one = test::pki(type::ca_certificate, "root_ec.cert.pem")->certificates.front();
  for (int i = 0; i < 40; ++i) many->certificates.push_back(one);
  CHECK(info_of(many).certificates_size() == 16);
  CHECK(info_of(many).certificates_total() == 40);
  CHECK(info_of(many).remarks_size() == 0);
  CHECK(info_of(many, of_group, test::today, 32).certificates_size() == 8);
  CHECK(info_of(many, of_group, test::today, 41).certificates_size() == 0);
  const auto soon = info_of(many, of_group, one.not_after - std::chrono::hours(25));
  REQUIRE(soon.remarks_size() == 17);
  CHECK(soon.remarks(0).ends_with("expires in 1 day"));
  CHECK(soon.remarks(16) == "and 24 more");
  CHECK(info_of(many, of_group, one.not_after + std::chrono::seconds(1))
            .remarks(0)
            .find("expired on") != std::string::npos);
  CHECK(info_of(many, of_group, one.not_before - std::chrono::seconds(1))
            .remarks(0)
            .find("is not valid before") != std::string::npos);
}

TEST_CASE("the largest fits a page: names as long as anybody writes them") {
  auto huge = std::make_shared<credential>();
  huge->type = type::ca_certificate;
  huge->identity.assign(1000, 'i');
  certificate one;
  one.subject.assign(5000, '\xff');
  one.issuer.assign(5000, '\xff');
  for (int i = 0; i < 256; ++i) huge->certificates.push_back(one);
  for (int i = 0; i < 256; ++i) huge->remarks.emplace_back(5000, 'r');
  CHECK(info_of(huge).ByteSizeLong() < 20000);
}
