// SPDX-License-Identifier: Apache-2.0
#include <cellsock/modem_key_mgmt.h>
#include <doctest/doctest.h>
#include <modem/modem_key_mgmt.h>
#include <net/tls_credentials.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zephyr/net/tls_credentials.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "client_lib/hex.hpp"
#include "client_lib/limits.hpp"
#include "tests/unit/client_lib/connected_socket.hpp"

static_assert(std::is_same_v<decltype(tls_credential_add),
                             int(sec_tag_t, tls_credential_type, const void*, size_t)>);
static_assert(std::is_same_v<decltype(tls_credential_get),
                             int(sec_tag_t, tls_credential_type, void*, size_t*)>);
static_assert(std::is_same_v<decltype(tls_credential_delete), int(sec_tag_t, tls_credential_type)>);
static_assert(std::is_same_v<sec_tag_t, int>);
static_assert(TLS_CREDENTIAL_NONE == 0 && TLS_CREDENTIAL_SERVER_CERTIFICATE == 2 &&
              TLS_CREDENTIAL_PRIVATE_KEY == 3 && TLS_CREDENTIAL_PSK_ID == 5);
using key_type = modem_key_mgmt_cred_type;
static_assert(std::is_same_v<decltype(modem_key_mgmt_write),
                             int(nrf_sec_tag_t, key_type, const void*, size_t)>);
static_assert(
    std::is_same_v<decltype(modem_key_mgmt_read), int(nrf_sec_tag_t, key_type, void*, size_t*)>);
static_assert(std::is_same_v<decltype(modem_key_mgmt_cmp),
                             int(nrf_sec_tag_t, key_type, const void*, size_t)>);
static_assert(
    std::is_same_v<decltype(modem_key_mgmt_digest), int(nrf_sec_tag_t, key_type, void*, size_t)>);
static_assert(std::is_same_v<decltype(modem_key_mgmt_delete), int(nrf_sec_tag_t, key_type)>);
static_assert(std::is_same_v<decltype(modem_key_mgmt_exists), int(nrf_sec_tag_t, key_type, bool*)>);
static_assert(MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN == 0 && MODEM_KEY_MGMT_CRED_TYPE_IDENTITY == 4);

namespace cellsock::testing {
namespace {

int add(int tag, tls_credential_type type, const std::string& content) {
  return tls_credential_add(tag, type, content.data(), content.size());
}
int write(std::uint32_t tag, key_type type, const std::string& content) {
  return modem_key_mgmt_write(tag, type, content.data(), content.size());
}
/// What is read back, or the error as text.
std::string got(int tag, tls_credential_type type, std::size_t room = 1000) {
  std::string content(room, '\0');
  const int error = tls_credential_get(tag, type, content.data(), &room);
  if (error != 0) return "error " + std::to_string(error) + ", " + std::to_string(room);
  return content.substr(0, room);
}
int in_child(int (*body)()) {
  const auto pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("tls_credential: added once, read back, deleted; errors by value") {
  fake_daemon daemon;
  errno = 77;
  CHECK(add(42, TLS_CREDENTIAL_CA_CERTIFICATE, "the CA") == 0);
  CHECK(add(42, TLS_CREDENTIAL_CA_CERTIFICATE, "another") == -EEXIST);
  CHECK(add(42, TLS_CREDENTIAL_PRIVATE_KEY, "the key") == 0);
  CHECK(add(43, TLS_CREDENTIAL_CA_CERTIFICATE, "another") == 0);
  CHECK(got(42, TLS_CREDENTIAL_CA_CERTIFICATE) == "the CA");
  CHECK(got(42, TLS_CREDENTIAL_CA_CERTIFICATE, 5) == "error -27, 6");  // EFBIG
  CHECK(got(42, TLS_CREDENTIAL_PRIVATE_KEY) == "error -13, 1000");     // EACCES
  CHECK(got(44, TLS_CREDENTIAL_CA_CERTIFICATE) == "error -2, 1000");   // ENOENT
  CHECK(tls_credential_delete(42, TLS_CREDENTIAL_CA_CERTIFICATE) == 0);
  CHECK(tls_credential_delete(42, TLS_CREDENTIAL_CA_CERTIFICATE) == -ENOENT);
  CHECK(add(42, TLS_CREDENTIAL_CA_CERTIFICATE, "a new one") == 0);
  CHECK(add(42, TLS_CREDENTIAL_PUBLIC_CERTIFICATE, "bad") == -EINVAL);
  CHECK(errno == 77);
}

TEST_CASE("tls_credential: arguments that are none") {
  fake_daemon daemon;
  std::size_t room = 4;
  std::array<char, 4> buffer{};
  for (const int type : {0, 6, 7}) {
    const auto wrong = static_cast<tls_credential_type>(type);
    CHECK(add(1, wrong, "x") == -EINVAL);
    CHECK(tls_credential_get(1, wrong, buffer.data(), &room) == -EINVAL);
    CHECK(tls_credential_delete(1, wrong) == -EINVAL);
  }
  CHECK(add(-1, TLS_CREDENTIAL_PSK, "x") == -EINVAL);
  CHECK(add(1, TLS_CREDENTIAL_PSK, "") == -EINVAL);
  CHECK(tls_credential_add(1, TLS_CREDENTIAL_PSK, nullptr, 4) == -EINVAL);
  CHECK(tls_credential_get(1, TLS_CREDENTIAL_PSK, nullptr, &room) == -EINVAL);
  CHECK(tls_credential_get(1, TLS_CREDENTIAL_PSK, buffer.data(), nullptr) == -EINVAL);
  CHECK(daemon.connections_ever() == 0);
}

TEST_CASE("tls_credential: a full daemon, none at all") {
  {
    fake_daemon daemon;
    daemon.answer(v1::Request::kAddCredential, [](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_error()->set_code(v1::ERROR_CODE_LIMIT_REACHED);
      return reply;
    });
    CHECK(add(1, TLS_CREDENTIAL_PSK, "x") == -ENOMEM);
    CHECK(write(1, MODEM_KEY_MGMT_CRED_TYPE_PSK, "00ff") == -ENOMEM);
  }
  CHECK(add(1, TLS_CREDENTIAL_PSK, "x") == -ENETDOWN);
}

TEST_CASE("credentials larger than a frame go and come in parts") {
  fake_daemon daemon;
  std::string bundle;
  for (int i = 0; bundle.size() < 200000; ++i) bundle += std::to_string(i);
  CHECK(add(1, TLS_CREDENTIAL_CA_CERTIFICATE, bundle) == 0);
  CHECK(daemon.requests(v1::Request::kAddCredential) == 4);
  CHECK(got(1, TLS_CREDENTIAL_CA_CERTIFICATE, 300000) == bundle);
  CHECK(modem_key_mgmt_cmp(1, MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN, bundle.data(), bundle.size()) ==
        0);
  const std::string endless(client::limits::credential_bytes_max + 1, 'x');
  CHECK(add(2, TLS_CREDENTIAL_CA_CERTIFICATE, endless) == -ENOMEM);
}

TEST_CASE("a program's credentials end with it: the next one starts afresh") {
  fake_daemon daemon;
  const auto run = [] { return add(42, TLS_CREDENTIAL_PSK, "secret") == 0 ? 0 : 1; };
  CHECK(in_child(run) == 0);
  CHECK(in_child(run) == 0);
  CHECK(eventually([&] { return daemon.credentials_of_programs() == 0; }));
  CHECK(eventually([&] { return daemon.sessions() == 0; }));
}

TEST_CASE("a forked child shares its parent's credentials, which stay when either goes") {
  fake_daemon daemon;
  CHECK(add(42, TLS_CREDENTIAL_PSK_ID, "parent") == 0);
  CHECK(in_child([] {
          if (got(42, TLS_CREDENTIAL_PSK_ID) != "parent") return 1;
          if (add(42, TLS_CREDENTIAL_PSK_ID, "again") != -EEXIST) return 2;
          return add(43, TLS_CREDENTIAL_PSK_ID, "child") == 0 ? 0 : 3;
        }) == 0);
  CHECK(daemon.sessions() == 1);
  CHECK(got(43, TLS_CREDENTIAL_PSK_ID) == "child");
  CHECK(got(42, TLS_CREDENTIAL_PSK_ID) == "parent");
}

TEST_CASE("connections from before the first credential are in its session too") {
  fake_daemon daemon;
  const auto fd = stream_socket();
  REQUIRE(daemon.connections() == 1);
  CHECK(add(42, TLS_CREDENTIAL_PSK_ID, "later") == 0);
  CHECK(got(42, TLS_CREDENTIAL_PSK_ID) == "later");
  // The socket goes on, over a connection that shows its descriptor.
  CHECK(connect_somewhere(fd) == 0);
}

TEST_CASE("a daemon that was restarted has forgotten; what is added then is in a new session") {
  const auto path = "/tmp/cellsock_credentials_" + std::to_string(::getpid()) + ".sock";
  auto first = std::make_unique<fake_daemon>(1, path);
  CHECK(add(42, TLS_CREDENTIAL_PSK_ID, "one") == 0);
  first.reset();
  fake_daemon second(2, path);
  CHECK(got(42, TLS_CREDENTIAL_PSK_ID) == "error -2, 1000");
  CHECK(add(42, TLS_CREDENTIAL_PSK_ID, "two") == 0);
  CHECK(got(42, TLS_CREDENTIAL_PSK_ID) == "two");
}

TEST_CASE("what the operator keeps is used, not changed") {
  fake_daemon daemon;
  daemon.keep_credential(7, v1::CREDENTIAL_TYPE_CA_CERTIFICATE, "the machine's");
  CHECK(got(7, TLS_CREDENTIAL_CA_CERTIFICATE) == "the machine's");
  CHECK(tls_credential_delete(7, TLS_CREDENTIAL_CA_CERTIFICATE) == -EACCES);
  CHECK(modem_key_mgmt_delete(7, MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN) == -EPERM);
  // A program's own goes first, and uncovers the other when it goes.
  CHECK(add(7, TLS_CREDENTIAL_CA_CERTIFICATE, "mine") == 0);
  CHECK(got(7, TLS_CREDENTIAL_CA_CERTIFICATE) == "mine");
  CHECK(modem_key_mgmt_clear(7) == 0);
  CHECK(got(7, TLS_CREDENTIAL_CA_CERTIFICATE) == "the machine's");
}

TEST_CASE("modem_key_mgmt: writes over, compares, finds, lists") {
  fake_daemon daemon;
  const auto ca = MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN;
  const auto psk = MODEM_KEY_MGMT_CRED_TYPE_PSK;
  errno = 77;
  CHECK(write(1, ca, "one") == 0);
  CHECK(write(1, ca, "second") == 0);
  std::array<char, 6> buffer{};
  std::size_t room = buffer.size();
  CHECK(modem_key_mgmt_read(1, ca, buffer.data(), &room) == 0);
  CHECK(std::string(buffer.data(), room) == "second");
  room = 3;
  CHECK(modem_key_mgmt_read(1, ca, buffer.data(), &room) == -ENOBUFS);
  CHECK(room == 6);
  CHECK(modem_key_mgmt_read(2, ca, buffer.data(), &room) == -ENOENT);
  CHECK(modem_key_mgmt_cmp(1, ca, "second", 6) == 0);
  CHECK(modem_key_mgmt_cmp(1, ca, "other", 5) == 1);
  CHECK(modem_key_mgmt_cmp(2, ca, "other", 5) == -ENOENT);
  bool exists = false;
  CHECK(modem_key_mgmt_exists(1, ca, &exists) == 0);
  CHECK(exists);
  CHECK(modem_key_mgmt_exists(1, psk, &exists) == 0);
  CHECK_FALSE(exists);
  // PSKs are hexadecimal text here and bytes there.
  CHECK(write(1, psk, "0aFf\n") == 0);
  CHECK(modem_key_mgmt_cmp(1, psk, "0AFF", 4) == 0);
  CHECK(modem_key_mgmt_read(1, psk, buffer.data(), &room) == -EPERM);
  CHECK(write(2, psk, "abc") == -EINVAL);
  CHECK(write(2, psk, "gg") == -EINVAL);
  CHECK(write(2, psk, "\n") == -EINVAL);
  std::array<char, 32> sum{};
  CHECK(modem_key_mgmt_digest(1, ca, sum.data(), sum.size()) == 0);
  CHECK(sum[31] == 6);
  CHECK(modem_key_mgmt_digest(1, ca, sum.data(), 31) == -ENOMEM);
  CHECK(modem_key_mgmt_digest(2, ca, sum.data(), 32) == -ENOENT);
  CHECK(modem_key_mgmt_digest(1, psk, sum.data(), 32) == -EPERM);
  CHECK(write(3, MODEM_KEY_MGMT_CRED_TYPE_IDENTITY, "me") == 0);
  static std::set<std::pair<std::uint32_t, int>> listed;
  CHECK(modem_key_mgmt_list([](nrf_sec_tag_t tag, key_type type) { listed.emplace(tag, type); }) ==
        0);
  CHECK(listed == std::set<std::pair<std::uint32_t, int>>{{1, 0}, {1, 3}, {3, 4}});
  CHECK(modem_key_mgmt_delete(1, ca) == 0);
  CHECK(modem_key_mgmt_delete(1, ca) == -ENOENT);
  CHECK(modem_key_mgmt_clear(1) == 0);
  CHECK(modem_key_mgmt_clear(1) == 0);
  CHECK(write(1, key_type(5), "x") == -EINVAL);
  CHECK(modem_key_mgmt_write(1, ca, nullptr, 3) == -EINVAL);
  CHECK(modem_key_mgmt_exists(1, ca, nullptr) == -EINVAL);
  CHECK(modem_key_mgmt_list(nullptr) == -EINVAL);
  CHECK(errno == 77);
}

TEST_CASE("hexadecimal text") {
  CHECK(client::from_hex("") == "");
  CHECK(client::from_hex("00fF10") == std::string("\x00\xff\x10", 3));
  CHECK_FALSE(client::from_hex("0").has_value());
  CHECK_FALSE(client::from_hex("0x").has_value());
  CHECK(client::to_hex("\x01\xfe") == "01fe");
}

}  // namespace
}  // namespace cellsock::testing
