// SPDX-License-Identifier: Apache-2.0
// Secure sockets through the whole daemon and the emulated modem, in virtual time.
#include "tests/support/secure_daemon_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::secure_daemon_world;

namespace {

emulator::modem_config at_115200() {
  emulator::modem_config config;
  config.baud = 115200;
  return config;
}

struct fixture : secure_daemon_world {
  test::control_client client;

  fixture() : secure_daemon_world(at_115200()), client(connect_control()) { wait_ready(client); }

  made_socket trusting() {
    auto socket = open_secure(client);
    CHECK(choose(client, socket, [](v1::SetSecureOptionRequest& m) {
            m.set_option(v1::SECURE_OPTION_CREDENTIAL);
            m.mutable_value()->mutable_credential()->set_type(v1::CREDENTIAL_TYPE_CA_CERTIFICATE);
            m.mutable_value()->mutable_credential()->set_content(test::pki_file("roots.pem"));
          }) == v1::ERROR_CODE_UNSPECIFIED);
    CHECK(choose(client, socket, [](v1::SetSecureOptionRequest& m) {
            m.set_option(v1::SECURE_OPTION_HOSTNAME);
            m.mutable_value()->set_text("server.test");
          }) == v1::ERROR_CODE_UNSPECIFIED);
    return socket;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a verified TLS stream over a 115200 baud line echoes every byte") {
  echoes = true;
  const auto socket = trusting();
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(chosen(client, socket, v1::SECURE_OPTION_SUITE_USED) == 0xC02B);
  std::string data;
  for (int i = 0; data.size() < 40000; ++i) data += std::to_string(i) + "+++\r\nOK\r\n";
  std::string back;
  std::size_t sent = 0;
  until(
      [&] {
        sent += put(socket, std::string_view(data).substr(sent));
        back += get(socket);
        return back.size() >= data.size();
      },
      300s);
  CHECK(back == data);
  CHECK(up < data.size() + data.size() / 10 + 2000);  // records of a whole chunk, not of a write
  const auto report = status(client);
  REQUIRE(report.sockets_size() == 1);
  CHECK(report.sockets(0).secure().phase() == "open");
  CHECK(report.sockets(0).secure().verified() == "yes");
  CHECK(report.sockets(0).bytes_sent() == data.size());
}

TEST_CASE_FIXTURE(fixture, "a plain socket goes on while another's handshake is computed") {
  const auto plain_server = *parse_endpoint("192.0.2.11:7");
  network.serve(plain_server, emulator::memory_network::behaviour::echo);
  const auto plain = open(client);
  REQUIRE(dial(client, plain, plain_server) == v1::ERROR_CODE_UNSPECIFIED);
  const auto secure = trusting();
  secrets.aside->hold = true;
  v1::Request request;
  request.mutable_connect()->set_cookie(secure.cookie);
  request.mutable_connect()->set_nonblocking(true);
  request.mutable_connect()->mutable_peer()->set_address(server.address.bytes.data(), 4);
  request.mutable_connect()->mutable_peer()->set_port(server.port);
  CHECK(ask_of(client, request).error().code() == v1::ERROR_CODE_CONNECT_IN_PROGRESS);
  until([&] { return secrets.aside->waiting() > 0; });
  REQUIRE(put(plain, "tick") == 4);
  std::string back;
  until([&] { return (back += get(plain)) == "tick"; });
  CHECK(readiness(secure) == 0);
  secrets.aside->let_go();
  until([&] { return readiness(secure) == POLLOUT; });
}

TEST_CASE_FIXTURE(fixture,
                  "coming back costs less of the line, and of the air, than the first time") {
  test::seeded_random luck(5);
  served.resume = true;
  served.tickets = *tls::ticket_keys::make(luck);
  std::uint64_t bytes[2] = {};
  std::chrono::nanoseconds took[2] = {};
  for (int round = 0; round < 2; ++round) {
    const auto socket = open_secure(client);
    CHECK(choose(client, socket, v1::SECURE_OPTION_PEER_VERIFY, 0) == v1::ERROR_CODE_UNSPECIFIED);
    CHECK(choose(client, socket, v1::SECURE_OPTION_SESSION_CACHE, 1) == v1::ERROR_CODE_UNSPECIFIED);
    const auto before = up + down;
    const auto begun = now();
    REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
    took[round] = now() - begun;
    bytes[round] = up + down - before;
    CHECK(chosen(client, socket, v1::SECURE_OPTION_RESUMED) == round);
  }
  CHECK(bytes[1] < bytes[0] / 2);
  CHECK(took[1] < took[0]);
}
