// SPDX-License-Identifier: Apache-2.0
// Credentials as a control connection asks for them.
#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/support/gateway_world.hpp"
#include "tests/support/scratch.hpp"

using namespace cellsock;
using namespace cellsock::test;

namespace {

constexpr auto ok = v1::ERROR_CODE_UNSPECIFIED;

struct credential_world : gateway_world {
  scratch dir;
  noted_link link;

  credential_world() {
    credentials = dir.at("creds");
    start([this] {
      return std::vector<supervisor_seed>{{"modem0", "memory:", link.factory(), {}}};
    });
  }
  ~credential_world() { stop({&link}); }

  v1::SessionReply open_session(control_client& client) {
    v1::Request r;
    r.mutable_open_session();
    const auto answer = answer_to(client, r);
    REQUIRE(answer.error().code() == ok);
    REQUIRE(client.received.size() == 1);
    return answer.session();
  }
  control_client joined(const std::string& session) {
    auto client = connect(false);
    v1::Request hello;
    hello.mutable_hello()->set_version_min(1);
    hello.mutable_hello()->set_version_max(1);
    hello.mutable_hello()->set_session(session);
    REQUIRE(answer_to(client, hello).error().code() == ok);
    return client;
  }
  static v1::Request adding(std::uint32_t tag, v1::CredentialType type, const std::string& content,
                            v1::CredentialLifetime lifetime = v1::CREDENTIAL_LIFETIME_PROCESS) {
    v1::Request r;
    auto& call = *r.mutable_add_credential();
    call.set_tag(tag);
    call.set_type(type);
    call.set_content(content);
    call.set_lifetime(lifetime);
    return r;
  }
  static v1::Request getting(std::uint32_t tag, v1::CredentialType type, std::uint32_t offset = 0) {
    v1::Request r;
    r.mutable_get_credential()->set_tag(tag);
    r.mutable_get_credential()->set_type(type);
    r.mutable_get_credential()->set_offset(offset);
    return r;
  }
  v1::ListCredentialsReply list(control_client& client, std::uint32_t skip = 0) {
    v1::Request r;
    r.mutable_list_credentials()->set_skip(skip);
    return answer_to(client, r).credentials();
  }
  v1::ErrorCode code(control_client& client, v1::Request r) {
    return answer_to(client, std::move(r)).error().code();
  }
};

const std::string key(16, 'k');

}  // namespace

TEST_CASE("a session is joined by its name, and ends with its anchor") {
  credential_world w;
  auto first = w.connect();
  CHECK(w.code(first, w.adding(1, v1::CREDENTIAL_TYPE_PSK, key)) == v1::ERROR_CODE_NOT_PERMITTED);
  const auto session = w.open_session(first);
  CHECK(session.session().size() == 16);
  CHECK(w.code(first, w.adding(1, v1::CREDENTIAL_TYPE_PSK, key)) == ok);
  CHECK(w.code(first, w.adding(1, v1::CREDENTIAL_TYPE_PSK, key)) ==
        v1::ERROR_CODE_CREDENTIAL_EXISTS);
  auto second = w.joined(session.session());
  CHECK(w.list(second).credentials_size() == 1);
  auto stranger = w.joined("0123456789abcdef");  // greeted, and in no session
  CHECK(w.list(stranger).credentials_size() == 0);
  first.close();
  w.settle();
  CHECK(w.list(second).credentials_size() == 1);  // no session's life depends on a connection
  first.received.clear();
  w.settle();
  CHECK(w.list(second).credentials_size() == 0);
}

TEST_CASE("what is added comes back as it is understood; keys do not") {
  credential_world w;
  auto client = w.connect();
  (void)w.open_session(client);
  const auto pem = pki_file("server_ec.chain.pem");
  const auto answer = w.answer_to(client, w.adding(7, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, pem));
  REQUIRE(answer.error().code() == ok);
  const auto& added = answer.added_credential().added();
  CHECK(added.tag() == 7);
  CHECK(added.lifetime() == v1::CREDENTIAL_LIFETIME_PROCESS);
  CHECK_FALSE(added.has_scope());
  REQUIRE(added.certificates_size() >= 2);
  CHECK(added.certificates_total() == static_cast<std::uint32_t>(added.certificates_size()));
  CHECK(added.certificates(0).issuer() == added.certificates(1).subject());
  CHECK(added.certificates(0).sha256().size() == 32);
  CHECK(added.certificates(0).key_kind() == v1::KEY_KIND_EC);
  CHECK(added.content_sha256().size() == 32);
  const auto read =
      w.answer_to(client, w.getting(7, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE)).credential();
  CHECK(read.content() == pem);
  CHECK(read.size() == pem.size());
  CHECK(w.answer_to(client, w.getting(7, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, 100))
            .credential()
            .content() == pem.substr(100));
  CHECK(w.code(client, w.getting(7, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, 1 << 20)) ==
        v1::ERROR_CODE_INVALID_ARGUMENT);

  CHECK(w.code(client,
               w.adding(7, v1::CREDENTIAL_TYPE_PRIVATE_KEY, pki_file("server_ec.key.pem"))) == ok);
  CHECK(w.code(client, w.getting(7, v1::CREDENTIAL_TYPE_PRIVATE_KEY)) ==
        v1::ERROR_CODE_CREDENTIAL_PROTECTED);
  const auto of_psk = w.answer_to(client, w.adding(7, v1::CREDENTIAL_TYPE_PSK, key));
  CHECK(of_psk.added_credential().added().content_sha256().empty());
  CHECK(of_psk.added_credential().added().key_kind() == v1::KEY_KIND_SYMMETRIC);
  CHECK(of_psk.added_credential().added().key_bits() == 128);
  const auto all = w.list(client);
  REQUIRE(all.credentials_size() == 3);
  CHECK(all.credentials(1).key_kind() == v1::KEY_KIND_EC);
  CHECK(all.credentials(1).key_bits() == 256);
  for (const auto& one : all.credentials())
    CHECK(one.SerializeAsString().find(key) == std::string::npos);
}

TEST_CASE("what is wrong with it is the error's detail") {
  credential_world w;
  auto client = w.connect();
  (void)w.open_session(client);
  const auto detail = [&](v1::CredentialType type, const std::string& content) {
    const auto answer = w.answer_to(client, w.adding(1, type, content));
    CHECK(answer.error().code() == v1::ERROR_CODE_CREDENTIAL_INVALID);
    return answer.error().detail();
  };
  using std::string;
  CHECK(detail(v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, pki_file("expired.cert.pem"))
            .find("expired on") != string::npos);
  CHECK(detail(v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, pki_file("sha1_signed.cert.pem"))
            .find("is signed with SHA-1") != string::npos);
  CHECK(detail(v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, pki_file("small_rsa.cert.pem"))
            .find("2048 are required") != string::npos);
  CHECK(detail(v1::CREDENTIAL_TYPE_PRIVATE_KEY, "garbage").starts_with("private key: "));
  CHECK(w.list(client).credentials_size() == 0);
  auto kinder = w.adding(1, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, pki_file("small_rsa.cert.pem"));
  kinder.mutable_add_credential()->set_rsa_bits_min(1024);
  CHECK(w.code(client, kinder) == ok);
  kinder.mutable_add_credential()->set_rsa_bits_min(512);
  CHECK(w.code(client, kinder) == v1::ERROR_CODE_INVALID_ARGUMENT);
}

TEST_CASE("content in parts; another request in between forgets them") {
  credential_world w;
  auto client = w.connect();
  (void)w.open_session(client);
  const auto pem = pki_file("roots.pem");
  const auto half = pem.size() / 2;
  auto part = w.adding(9, v1::CREDENTIAL_TYPE_CA_CERTIFICATE, pem.substr(0, half));
  part.mutable_add_credential()->set_more(true);
  const auto rest = w.adding(9, v1::CREDENTIAL_TYPE_CA_CERTIFICATE, pem.substr(half));
  const auto answer = w.answer_to(client, part);
  CHECK(answer.error().code() == ok);
  CHECK(answer.result_case() == v1::Reply::RESULT_NOT_SET);
  (void)w.list(client);
  CHECK(w.code(client, rest) == v1::ERROR_CODE_CREDENTIAL_INVALID);  // a half
  CHECK(w.code(client, part) == ok);
  CHECK(w.answer_to(client, rest).added_credential().added().certificates_total() == 2);
  v1::Request compare;
  compare.mutable_compare_credential()->set_tag(9);
  compare.mutable_compare_credential()->set_type(v1::CREDENTIAL_TYPE_CA_CERTIFICATE);
  compare.mutable_compare_credential()->set_content(pem);
  CHECK(w.answer_to(client, compare).compared_credential().same());
  // Without end: refused, and what came is forgotten.
  auto endless = w.adding(9, v1::CREDENTIAL_TYPE_CA_CERTIFICATE, std::string(60000, 'x'));
  endless.mutable_add_credential()->set_more(true);
  int taken = 0;
  while (taken < 10 && w.code(client, endless) == ok) ++taken;
  CHECK(taken == 6);
}

TEST_CASE("durable ones: of the asking user unless another is named, in pages") {
  credential_world w;
  auto client = w.connect();
  auto durable = [](std::uint32_t tag) {
    return credential_world::adding(tag, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE,
                                    pki_file("server_ec.chain.pem"),
                                    v1::CREDENTIAL_LIFETIME_DURABLE);
  };
  const auto first = w.answer_to(client, durable(1));
  CHECK(first.added_credential().added().scope().uid() == ::getuid());
  for (std::uint32_t tag = 2; tag <= 60; ++tag) REQUIRE(w.code(client, durable(tag)) == ok);
  std::uint32_t seen = 0;
  for (;;) {
    const auto page = w.list(client, seen);
    REQUIRE(page.credentials_size() > 0);
    for (const auto& one : page.credentials()) CHECK(one.tag() == ++seen);
    if (!page.more()) break;
  }
  CHECK(seen == 60);
  auto of_group = durable(1);
  of_group.mutable_add_credential()->mutable_scope()->set_gid(4000);
  CHECK(w.answer_to(client, of_group).added_credential().added().scope().gid() == 4000);
  auto scoped = w.adding(1, v1::CREDENTIAL_TYPE_PSK, key);
  scoped.mutable_add_credential()->mutable_scope()->set_uid(1);
  CHECK(w.code(client, scoped) == v1::ERROR_CODE_INVALID_ARGUMENT);
  scoped.mutable_add_credential()->set_lifetime(v1::CREDENTIAL_LIFETIME_UNSPECIFIED);
  CHECK(w.code(client, scoped) == v1::ERROR_CODE_INVALID_ARGUMENT);
  v1::Request everybody;
  everybody.mutable_list_credentials()->set_everybody(true);
  everybody.mutable_list_credentials()->set_tag(1);
  CHECK(w.answer_to(client, everybody).credentials().credentials_size() == 2);

  v1::Request gone;
  auto& call = *gone.mutable_delete_credential();
  call.set_tag(1);
  call.set_type(v1::CREDENTIAL_TYPE_OWN_CERTIFICATE);
  CHECK(w.code(client, gone) == v1::ERROR_CODE_CREDENTIAL_PROTECTED);
  call.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  CHECK(w.code(client, gone) == ok);
  CHECK(w.code(client, gone) == v1::ERROR_CODE_CREDENTIAL_MISSING);
  call.set_type(static_cast<v1::CredentialType>(9));
  CHECK(w.code(client, gone) == v1::ERROR_CODE_INVALID_ARGUMENT);
}

TEST_CASE("generated: the key stays, the text goes out") {
  credential_world w;
  auto client = w.connect();
  v1::Request r;
  auto& call = *r.mutable_generate_credential();
  call.set_tag(5);
  call.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  call.set_subject("CN=gateway.test,O=Example");
  call.add_hosts("gateway.test");
  call.set_days(30);
  const auto made = w.answer_to(client, r);
  REQUIRE(made.error().code() == ok);
  CHECK(made.generated_credential().added_size() == 2);
  CHECK(made.generated_credential().pem().find("PRIVATE") == std::string::npos);
  bool remarked = false;
  for (const auto& one : made.generated_credential().added())
    for (const auto& remark : one.remarks()) remarked |= remark.ends_with("expires in 30 days");
  CHECK(remarked);
  call.set_days(36501);
  CHECK(w.code(client, r) == v1::ERROR_CODE_INVALID_ARGUMENT);
  call.set_days(0);
  call.set_subject("nonsense");
  call.set_tag(6);
  CHECK(w.code(client, r) == v1::ERROR_CODE_INVALID_ARGUMENT);
}
