// SPDX-License-Identifier: Apache-2.0
// Secure sockets at the control connection: how one is asked for, chosen for, and goes on after a
// failed connect. The bridge only takes notes.
#include <doctest/doctest.h>

#include "stack/tls/mbedtls_version.hpp"
#include "tests/support/gateway_world.hpp"

using namespace cellsock;

namespace {

struct fixture : test::gateway_world, test::noted_link {
  test::control_client client;

  fixture() : client(begin()) {}
  test::control_client begin() {
    start([this] { return std::vector{supervisor_seed{"modem0", "memory:", factory()}}; });
    return connect();
  }
  ~fixture() { stop({this}); }

  v1::Reply ask(const std::function<void(v1::Request&)>& fill) {
    v1::Request r;
    fill(r);
    return *ask_of(client, r);
  }
  v1::Reply socket(v1::SocketType type, v1::SecureProtocol secure) {
    return ask([&](auto& r) {
      r.mutable_socket()->set_family(v1::FAMILY_INET);
      r.mutable_socket()->set_type(type);
      r.mutable_socket()->set_secure(secure);
    });
  }
  std::uint64_t stream() {
    return socket(v1::SOCKET_TYPE_STREAM, v1::SECURE_PROTOCOL_TLS_1_2).socket().cookie();
  }
  v1::ErrorCode set(std::uint64_t cookie, v1::SecureOption option, std::int64_t number) {
    return ask([&](auto& r) {
             auto& wanted = *r.mutable_set_secure_option();
             wanted.set_cookie(cookie);
             wanted.set_option(option);
             wanted.mutable_value()->set_number(number);
           })
        .error()
        .code();
  }
  v1::Reply get(std::uint64_t cookie, v1::SecureOption option) {
    return ask([&](auto& r) {
      r.mutable_get_secure_option()->set_cookie(cookie);
      r.mutable_get_secure_option()->set_option(option);
    });
  }
  void dial(std::uint64_t cookie) {
    v1::Request r;
    r.mutable_connect()->set_cookie(cookie);
    r.mutable_connect()->mutable_peer()->set_address("\xC0\x00\x02\x0A", 4);
    r.mutable_connect()->mutable_peer()->set_port(443);
    client.send(r);
    settle();
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a secure socket is asked for: never a plain one in its place") {
  CHECK(stream() != 0);
  CHECK(socket(v1::SOCKET_TYPE_DATAGRAM, v1::SECURE_PROTOCOL_TLS_1_2).error().code() ==
        v1::ERROR_CODE_UNSUPPORTED_TYPE);
  const auto newest = socket(v1::SOCKET_TYPE_STREAM, v1::SECURE_PROTOCOL_TLS_1_3);
  CHECK((newest.socket().cookie() != 0) == mbed::has_tls_1_3());
  if (mbed::has_tls_1_3()) return;
  CHECK(newest.error().code() == v1::ERROR_CODE_UNSUPPORTED_PROTOCOL);
  CHECK(newest.error().detail().find("3.6") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "options of a secure socket, and none of a plain one") {
  const auto cookie = stream();
  CHECK(get(cookie, v1::SECURE_OPTION_PEER_VERIFY).secure_option().value().number() == 2);
  CHECK(set(cookie, v1::SECURE_OPTION_PEER_VERIFY, 1) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(get(cookie, v1::SECURE_OPTION_PEER_VERIFY).secure_option().value().number() == 1);
  CHECK(set(cookie, v1::SECURE_OPTION_PEER_VERIFY, 9) == v1::ERROR_CODE_INVALID_ARGUMENT);
  CHECK(set(cookie, v1::SECURE_OPTION_RETRY_FIRST_MS, 500) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(set(cookie, static_cast<v1::SecureOption>(39), 1) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(get(cookie, v1::SECURE_OPTION_SUITE_USED).error().code() == v1::ERROR_CODE_NOT_CONNECTED);
  CHECK(get(999, v1::SECURE_OPTION_SUITE_USED).error().code() == v1::ERROR_CODE_NOT_GRANTED);
  const auto plain =
      socket(v1::SOCKET_TYPE_STREAM, v1::SECURE_PROTOCOL_UNSPECIFIED).socket().cookie();
  CHECK(set(plain, v1::SECURE_OPTION_PEER_VERIFY, 1) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(get(plain, v1::SECURE_OPTION_PEER_VERIFY).error().code() == v1::ERROR_CODE_UNKNOWN_OPTION);
}

TEST_CASE_FIXTURE(fixture,
                  "after a failed connect it is chosen anew, and the next connect has it") {
  const auto cookie = stream();
  CHECK(set(cookie, v1::SECURE_OPTION_SESSION_CACHE, 1) == v1::ERROR_CODE_UNSPECIFIED);
  dial(cookie);
  connect_ends(*this, to_error(fail(errc::connection_refused)));
  CHECK(client.take()->error().code() == v1::ERROR_CODE_CONNECTION_REFUSED);
  CHECK(set(cookie, v1::SECURE_OPTION_PEER_VERIFY, 0) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(set(cookie, v1::SECURE_OPTION_PEER_VERIFY, 9) == v1::ERROR_CODE_INVALID_ARGUMENT);
  CHECK(get(cookie, v1::SECURE_OPTION_PEER_VERIFY).secure_option().value().number() == 0);
  CHECK(get(cookie, v1::SECURE_OPTION_SUITE_USED).error().code() == v1::ERROR_CODE_NOT_CONNECTED);
  CHECK(ask([&](auto& r) {
          r.mutable_set_option()->set_cookie(cookie);
          r.mutable_set_option()->set_option(v1::OPTION_SEND_TIMEOUT_MS);
          r.mutable_set_option()->set_value(4000);
        })
            .error()
            .code() == v1::ERROR_CODE_UNSPECIFIED);
  dial(cookie);
  connect_ends(*this, to_error(fail(errc::connection_refused)));
  const auto fresh = client.take()->connect().fresh_cookie();
  REQUIRE(fresh != 0);
  CHECK(get(fresh, v1::SECURE_OPTION_PEER_VERIFY).secure_option().value().number() == 0);
  CHECK(get(fresh, v1::SECURE_OPTION_SESSION_CACHE).secure_option().value().number() == 1);
  CHECK(ask([&](auto& r) {
          r.mutable_get_option()->set_cookie(fresh);
          r.mutable_get_option()->set_option(v1::OPTION_SEND_TIMEOUT_MS);
        })
            .option()
            .value() == 4000);
}
