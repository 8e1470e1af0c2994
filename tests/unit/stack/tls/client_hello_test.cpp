// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/client_hello.hpp"

#include <doctest/doctest.h>

#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE("a client's first datagram is told from everything else") {
  test::session_pair pair(test::client_settings(transport::datagram),
                          test::server_settings(transport::datagram));
  pair.client.step(pair.now);
  const auto hello = pair.client.wire();
  REQUIRE(tls::is_client_hello(hello));
  CHECK_FALSE(tls::is_client_hello(hello.first(13)));
  for (const std::size_t place : {0, 1, 13}) {
    std::vector<std::byte> other(hello.begin(), hello.end());
    other[place] ^= std::byte{2};
    CHECK_FALSE(tls::is_client_hello(other));
  }
  CHECK_FALSE(tls::is_client_hello({}));
}

TEST_CASE("a server may listen to another client until the first has shown that it is there") {
  auto s = test::server_settings(transport::datagram);
  test::session_pair pair(test::client_settings(transport::datagram), std::move(s));
  tls::session stray(test::client_settings(transport::datagram), pair.random);
  stray.step(pair.now);
  pair.server.feed(stray.wire());
  pair.server.step(pair.now);
  CHECK_FALSE(pair.server.address_shown());
  CHECK_FALSE(pair.server.wire().empty());
  pair.now.at += 2h;  // nobody is waited for, so there is no deadline
  pair.server.step(pair.now);
  CHECK(pair.server.state() == tls::phase::handshaking);
  pair.server.expect({std::byte{1}, std::byte{2}});
  CHECK(pair.server.wire().empty());  // what was for the first
  REQUIRE(pair.shake_hands());
  CHECK(pair.server.address_shown());
  pair.server.expect({std::byte{3}});
  CHECK(pair.carry(pair.client, pair.server, "still there") == "still there");
}

TEST_CASE("the deadline of a client that vanishes begins with its cookie") {
  auto s = test::server_settings(transport::datagram);
  s.handshake_max = 5s;
  test::session_pair pair(test::client_settings(transport::datagram), std::move(s));
  const auto pass = [](tls::session& from, tls::session& to) {
    for (; !from.wire().empty(); from.wire_taken(from.wire().size())) to.feed(from.wire());
  };
  pair.client.step(pair.now);
  pass(pair.client, pair.server);
  pair.server.step(pair.now);
  pass(pair.server, pair.client);
  pair.client.step(pair.now);
  pair.now.at += 20s;
  pass(pair.client, pair.server);
  pair.server.step(pair.now);
  CHECK(pair.server.address_shown());
  pair.now.at += 4s;
  pair.server.step(pair.now);
  CHECK(pair.server.state() == tls::phase::handshaking);
  pair.now.at += 2s;
  pair.server.step(pair.now);
  CHECK(pair.server.why().code == errc::timed_out);
}

TEST_CASE("a hello that comes late ends nothing") {
  test::session_pair pair(test::client_settings(transport::datagram),
                          test::server_settings(transport::datagram));
  const auto pass = [](tls::session& from, tls::session& to) {
    for (; !from.wire().empty(); from.wire_taken(from.wire().size())) to.feed(from.wire());
  };
  pair.client.step(pair.now);
  pass(pair.client, pair.server);
  pair.server.step(pair.now);
  pass(pair.server, pair.client);
  pair.client.step(pair.now);
  const std::vector<std::byte> hello(pair.client.wire().begin(), pair.client.wire().end());
  REQUIRE(tls::is_client_hello(hello));
  REQUIRE(pair.shake_hands());
  pair.server.feed(hello);
  pair.run();
  CHECK(pair.server.state() == tls::phase::open);
  CHECK(pair.server.counters().reconnects == 0);
  CHECK(pair.carry(pair.client, pair.server, "still there") == "still there");
}
