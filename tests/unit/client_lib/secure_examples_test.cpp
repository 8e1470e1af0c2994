// SPDX-License-Identifier: Apache-2.0
// What the secure examples ask of the daemon; the handshakes themselves are elsewhere.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

extern "C" {
#include "client_lib/examples/http_url.h"
#include "client_lib/examples/read_file.h"
}
#include "tests/support/fake_daemon.hpp"
#include "tests/unit/client_lib/example_process.hpp"

namespace cellsock::testing {
namespace {

using kind = fake_daemon::socket_kind;

struct three_files {
  std::string ca = made("ca"), certificate = made("cert"), key = made("key");
  three_files() = default;
  three_files(const three_files&) = delete;
  three_files& operator=(const three_files&) = delete;
  ~three_files() {
    for (const auto& path : {ca, certificate, key}) ::unlink(path.c_str());
  }

private:
  static std::string made(const std::string& what) {
    auto path = "/tmp/cellsock_example_" + std::to_string(::getpid()) + "." + what;
    std::ofstream(path) << what;
    return path;
  }
};

/// What the one secure socket of an example was told.
class told_options {
public:
  explicit told_options(fake_daemon& daemon) {
    daemon.answer(v1::Request::kSetSecureOption, [this](const v1::Request& request) {
      const std::lock_guard lock(mutex_);
      told_[request.set_secure_option().option()] = request.set_secure_option().value();
      return v1::Reply{};
    });
  }
  v1::SecureValue operator[](v1::SecureOption which) {
    const std::lock_guard lock(mutex_);
    return told_[which];
  }
  std::vector<std::int64_t> tags() {
    const auto list = (*this)[v1::SECURE_OPTION_TAGS].numbers().value();
    return {list.begin(), list.end()};
  }
  std::string hostname() { return (*this)[v1::SECURE_OPTION_HOSTNAME].text(); }

private:
  std::mutex mutex_;
  std::map<int, v1::SecureValue> told_;
};
using tag_list = std::vector<std::int64_t>;

constexpr auto page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

TEST_CASE("examples: HTTPS with credentials that the program brings") {
  fake_daemon daemon;
  told_options told(daemon);
  const three_files files;
  std::vector<std::string> arguments{"https://192.0.2.1/index", files.ca};
  std::size_t credentials = 1;
  SUBCASE("the CA alone") {}
  SUBCASE("mutual") {
    arguments.insert(arguments.end(), {files.certificate, files.key});
    credentials = 3;
  }
  example_process running("zsock_https_get", arguments);
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 18).starts_with("GET /index HTTP/1.1"));
  CHECK(told.tags() == tag_list{42});
  CHECK(told.hostname() == "192.0.2.1");
  CHECK(told[v1::SECURE_OPTION_PEER_VERIFY].number() == 2);
  CHECK(daemon.credentials_of_programs() == credentials);
  daemon.peer_sends_to(server, page);
  CHECK(running.ended() == "hello");
  CHECK(eventually([&] { return daemon.credentials_of_programs() == 0; }));
}

TEST_CASE("examples: HTTPS by a tag that the machine keeps") {
  fake_daemon daemon;
  told_options told(daemon);
  example_process running("nrf_https_get", {"https://192.0.2.1:4433/", "99", "example.org"});
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 5).starts_with("GET /"));
  CHECK(told.tags() == tag_list{99});
  CHECK(told.hostname() == "example.org");
  CHECK(daemon.requests(v1::Request::kOpenSession) == 0);
  daemon.peer_sends_to(server, page);
  CHECK(running.ended() == "hello");
}

TEST_CASE("examples: mutual TLS, the modem's way") {
  fake_daemon daemon;
  told_options told(daemon);
  const three_files files;
  example_process running("nrf_tls_ask", {"192.0.2.1", "4433", "example.org", files.ca,
                                          files.certificate, files.key, "who am I"});
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 8) == "who am I");
  CHECK(told.tags() == tag_list{24});
  CHECK(daemon.credentials_of_programs() == 3);
  daemon.peer_sends_to(server, "you");
  CHECK(running.ended() == "you\n");
}

TEST_CASE("examples: TLS servers") {
  fake_daemon daemon;
  told_options told(daemon);
  const three_files files;
  v1::Endpoint peer;
  peer.set_address(std::string("\xC0\x00\x02\x07", 4));
  peer.set_port(4242);
  const auto serves = [&](const std::string& name, std::vector<std::string> arguments, int verify) {
    example_process running(name, std::move(arguments));
    const auto listener = daemon.await_socket(kind::listener);
    CHECK(told[v1::SECURE_OPTION_PEER_VERIFY].number() == verify);
    CHECK(told.tags() == tag_list{7});
    daemon.peer_connects_to(listener, peer, v1::ERROR_CODE_HANDSHAKE_FAILED);
    const auto client = daemon.peer_connects_to(listener, peer);
    daemon.peer_sends_to(client, "echo");
    CHECK(daemon.received_from(client, 4) == "echo");
  };
  SUBCASE("for everybody") {
    serves("zsock_tls_echo_server", {"4433", files.certificate, files.key}, 0);
  }
  SUBCASE("for those with a certificate") {
    serves("zsock_tls_echo_server", {"4433", files.certificate, files.key, files.ca}, 2);
  }
  SUBCASE("by a tag") {
    serves("nrf_tls_echo_server", {"4433", "7"}, 0);
  }
}

TEST_CASE("examples: DTLS with a pre-shared key, both roles in both styles") {
  for (const std::string name : {"zsock_dtls_psk", "nrf_dtls_psk"}) {
    CAPTURE(name);
    v1::Datagram datagram;
    datagram.set_version(1);
    datagram.set_payload("hi");
    {
      fake_daemon daemon;
      told_options told(daemon);
      example_process running(name, {"client", "192.0.2.1", "5684", "me", "00ff", "hi"});
      const auto server = daemon.await_socket(kind::connected);
      v1::Datagram sent;
      CHECK(sent.ParseFromString(daemon.received_from(server, 1)));
      CHECK(sent.payload() == "hi");
      CHECK(told.tags() == tag_list{11});
      CHECK(daemon.credentials_of_programs() == 2);
      daemon.peer_sends_to(server, datagram.SerializeAsString());
      CHECK(running.ended() == "hi\n");
    }
    fake_daemon daemon;
    told_options told(daemon);
    example_process running(name, {"server", "5684", "me", "00ff"});
    CHECK(daemon.await_requests(v1::Request::kBind, 1));
    CHECK(told[v1::SECURE_OPTION_ROLE].number() == 1);
    CHECK(told.tags() == tag_list{11});
  }
}

TEST_CASE("examples: their URLs and keys") {
  http_url url{};
  const char* why = nullptr;
  CHECK(https_url_parse("https://example.org/x", &url, &why) == 0);
  CHECK(std::string(url.port) == "443");
  CHECK(https_url_parse("http://example.org/x", &url, &why) == -1);
  CHECK(http_url_parse("https://example.org/x", &url, &why) == -1);
  unsigned char key[3]{};
  CHECK(read_hex("0aF1", key, sizeof key) == 2);
  CHECK(key[1] == 0xF1);
  for (const char* none : {"", "0", "0g", "g0", "00112233"})
    CHECK(read_hex(none, key, sizeof key) == 0);
}

}  // namespace
}  // namespace cellsock::testing
