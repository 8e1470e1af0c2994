// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "client_lib/cli/credential_text.hpp"
#include "tests/support/fake_daemon.hpp"

namespace cellsock::testing {
namespace {

struct run {
  int status;
  std::string output;  // both streams
};

/// The real program, through a shell.
run creds(const std::string& arguments) {
  const std::string command =
      CELLSOCK_BINARY_DIR "/client_lib/cli/cellsock 2>&1 creds " + arguments;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  run made{0, {}};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    made.output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  made.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return made;
}

/// A shell without <<< has this.
std::string piped(const std::string& text) {
  return "<<END\n" + text + "\nEND\n";
}

bool says(const run& made, const std::string& part) {
  if (made.output.find(part) != std::string::npos) return true;
  MESSAGE(made.output);
  return false;
}

v1::CredentialInfo known_certificate() {
  v1::CredentialInfo one;
  one.set_tag(42);
  one.set_type(v1::CREDENTIAL_TYPE_CA_CERTIFICATE);
  one.set_lifetime(v1::CREDENTIAL_LIFETIME_DURABLE);
  one.mutable_scope()->set_gid(20);
  one.set_added_unix_s(1767225600);
  one.set_certificates_total(3);
  auto& certificate = *one.add_certificates();
  certificate.set_subject("CN=A root\x1b[2J");
  certificate.set_issuer("CN=A root");
  certificate.set_not_before_unix_s(1767225600);
  certificate.set_not_after_unix_s(1893456000);
  certificate.set_sha256("\x01\xab");
  certificate.set_key_kind(v1::KEY_KIND_EC);
  certificate.set_key_bits(256);
  certificate.set_authority(true);
  certificate.set_self_issued(true);
  one.add_remarks("expires in 9 days");
  return one;
}

/// What the daemon was asked last.
struct last_request {
  explicit last_request(fake_daemon& daemon, v1::Request::CallCase call, const v1::Reply& reply) {
    daemon.answer(call, [this, reply](const v1::Request& asked) {
      const std::lock_guard lock(mutex);
      request = asked;
      return reply;
    });
  }
  v1::Request get() {
    const std::lock_guard lock(mutex);
    return request;
  }
  std::mutex mutex;
  v1::Request request;
};

TEST_CASE("creds: help teaches, wrong words are exit 2") {
  CHECK(says(creds("--help"), "generate"));
  for (const char* one : {"add", "list", "show", "delete", "generate"}) {
    const auto help = creds(std::string(one) + " --help");
    CHECK(help.status == 0);
    CHECK(says(help, std::string("cellsock creds ") + one));
  }
  for (const char* wrong :
       {"", "add", "add 1", "add x ca", "add 1 nonsense", "add 4294967296 ca", "add -1 ca",
        "add 1 ca f --user a --group b", "add 1 ca f --min-rsa 5", "show", "delete 1", "generate 1",
        "generate 1 --subject CN=x --days 0", "list extra"})
    CHECK_MESSAGE(creds(wrong).status == 2, wrong);
}

TEST_CASE("creds add: a file or standard input, kept for good; what was understood is shown") {
  fake_daemon daemon;
  v1::Reply reply;
  *reply.mutable_added_credential()->mutable_added() = known_certificate();
  last_request last(daemon, v1::Request::kAddCredential, reply);
  const auto path = "/tmp/cellsock_creds_" + std::to_string(::getpid());
  std::ofstream(path) << "the bundle";
  const auto made = creds("add 42 ca " + path + " --group 20 --replace --min-rsa 3072");
  CHECK(made.status == 0);
  auto asked = last.get().add_credential();
  CHECK(asked.tag() == 42);
  CHECK(asked.type() == v1::CREDENTIAL_TYPE_CA_CERTIFICATE);
  CHECK(asked.content() == "the bundle");
  CHECK(asked.lifetime() == v1::CREDENTIAL_LIFETIME_DURABLE);
  CHECK(asked.scope().gid() == 20);
  CHECK(asked.replace());
  CHECK(asked.rsa_bits_min() == 3072);
  CHECK_FALSE(asked.sha1_allowed());
  CHECK(says(made, "tag 42, ca-certificate, group 20's, added 2026-01-01T00:00:00Z"));
  CHECK(says(made, "CN=A root?[2J"));
  CHECK(says(made, "issuer    itself"));
  CHECK(says(made, "EC 256, may issue others"));
  CHECK(says(made, "SHA-256   01:ab"));
  CHECK(says(made, "and 2 more certificates"));
  CHECK(says(made, "note      expires in 9 days"));
  const auto json =
      nlohmann::json::parse(creds("add 42 private-key - --allow-sha1 --json < " + path).output);
  asked = last.get().add_credential();
  CHECK(asked.type() == v1::CREDENTIAL_TYPE_PRIVATE_KEY);
  CHECK(asked.content() == "the bundle");
  CHECK(asked.sha1_allowed());
  CHECK(asked.scope().who_case() == v1::CredentialScope::WHO_NOT_SET);
  CHECK(json["credential"]["certificates"][0]["sha256"] == "01ab");
  CHECK(json["credential"]["gid"] == 20);
  CHECK(json["credential"]["uid"].is_null());
  // Text without its line end, bytes from hexadecimal text.
  std::ofstream(path) << "0aFF\n";
  CHECK(creds("add 42 psk-id " + path).status == 0);
  CHECK(last.get().add_credential().content() == "0aFF");
  CHECK(creds("add 42 psk --hex " + path).status == 0);
  CHECK(last.get().add_credential().content() == "\x0a\xff");
  CHECK(creds("add 42 psk --user root " + path).status == 0);
  CHECK(last.get().add_credential().scope().has_uid());
  CHECK(last.get().add_credential().scope().uid() == 0);
  std::ofstream(path) << "no hex";
  const int before = daemon.requests(v1::Request::kAddCredential);
  CHECK(says(creds("add 42 psk --hex " + path), "no hexadecimal text"));
  CHECK(says(creds("add 42 psk < /dev/null"), "nothing in it"));
  CHECK(says(creds("add 42 psk /nonexistent"), "/nonexistent: No such file"));
  CHECK(says(creds("add 42 psk --user nobody_of_this_name " + path), "no user"));
  CHECK(says(creds("add 42 psk --group nobody_of_this_name " + path), "no group"));
  CHECK(creds("add 42 psk /nonexistent").status == 1);
  CHECK(daemon.requests(v1::Request::kAddCredential) == before);
  ::unlink(path.c_str());
}

TEST_CASE("creds add: the daemon's reason and what to do about it") {
  fake_daemon daemon;
  const auto bad = creds("add 1 ca - " + piped("bad"));
  CHECK(bad.status == 1);
  CHECK(says(bad, "line 3: not base64"));
  CHECK(creds("add 1 ca - " + piped("good")).status == 0);
  const auto twice = creds("add 1 ca - " + piped("good"));
  CHECK(twice.status == 1);
  CHECK(says(twice, "has a credential of this type already"));
  CHECK(
      nlohmann::json::parse(creds("add 1 ca - --json " + piped("good")).output)["error"]["name"] ==
      "credential-exists");
}

TEST_CASE("creds list, show: every page") {
  fake_daemon daemon;
  CHECK(says(creds("list"), "no credentials"));
  CHECK(creds("show 5").status == 1);
  CHECK(says(creds("show 5"), "no such credential under tag 5"));
  for (std::uint32_t tag = 1; tag <= 5; ++tag)
    daemon.keep_credential(tag, v1::CREDENTIAL_TYPE_PSK_IDENTITY, "me");
  daemon.keep_credential(5, v1::CREDENTIAL_TYPE_PSK, "secret");
  const auto json = nlohmann::json::parse(creds("list --json").output);
  CHECK(json["credentials"].size() == 6);
  CHECK(json["credentials"][4]["type"] == "psk");
  const auto table = creds("list");
  CHECK(says(table, "TAG  TYPE          OWNER"));
  CHECK(table.output.find("secret") == std::string::npos);
  CHECK(nlohmann::json::parse(creds("show 5 --json").output)["credentials"].size() == 2);
  CHECK(says(creds("show 5 psk-id"), "tag 5, psk-identity"));
  CHECK(creds("show 4 psk").status == 1);
}

TEST_CASE("creds delete, generate") {
  fake_daemon daemon;
  daemon.keep_credential(7, v1::CREDENTIAL_TYPE_PSK, "secret");
  CHECK(creds("delete 7 psk").status == 0);
  CHECK(creds("delete 7 psk").status == 1);
  v1::Reply reply;
  auto& made = *reply.mutable_generated_credential();
  *made.add_added() = known_certificate();
  made.set_pem("-----BEGIN CERTIFICATE REQUEST-----\n");
  last_request last(daemon, v1::Request::kGenerateCredential, reply);
  // The text alone goes to standard output.
  CHECK(creds("generate 7 --subject CN=x --host a --host 192.0.2.1 2>/dev/null").output ==
        made.pem());
  const auto asked = last.get().generate_credential();
  CHECK(asked.subject() == "CN=x");
  CHECK(asked.hosts_size() == 2);
  CHECK(asked.days() == 0);
  const auto json =
      nlohmann::json::parse(creds("generate 7 --subject CN=x --days 3 --json").output);
  CHECK(last.get().generate_credential().days() == 3);
  CHECK(json["pem"] == made.pem());
}

TEST_CASE("every credential type has one name and one brief one") {
  for (const auto& row : cli::credential_types) {
    CHECK(cli::credential_type_of(row.name) == row.type);
    CHECK(cli::credential_type_of(row.brief) == row.type);
    CHECK(cli::name_of(row.type) == row.name);
  }
  CHECK(cli::credential_types.size() == v1::CredentialType_MAX);
}

}  // namespace
}  // namespace cellsock::testing
