// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/session.hpp"

#include <doctest/doctest.h>

#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/suites.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using test::client_settings;
using test::server_settings;
using test::session_pair;

namespace {

std::string long_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ",";
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("each kind of key, over streams and over datagrams, alone and mutual") {
  struct row {
    const char* what;
    const char* certificate;
    const char* key;
    bool psk;
    bool mutual;
  };
  const row rows[]{
      {"RSA", "server_rsa.cert.pem", "server_rsa.key.pem", false, false},
      {"ECDSA", "server_ec.chain.pem", "server_ec.key.pem", false, false},
      {"PSK", nullptr, nullptr, true, false},
      {"mutual RSA", "server_rsa.cert.pem", "server_rsa.key.pem", false, true},
      {"mutual ECDSA", "server_ec.chain.pem", "server_ec.key.pem", false, true},
  };
  for (const auto kind : {transport::stream, transport::datagram})
    for (const auto& r : rows) {
      CAPTURE(std::string(r.what));
      CAPTURE(kind == transport::stream);
      auto c = client_settings(kind);
      auto s = server_settings(kind);
      if (r.psk) {
        c.tags = {test::psk()};
        s.tags = {test::psk("not this one", "meter-1"), test::psk()};
      } else {
        s.tags = {test::identity(r.certificate, r.key)};
      }
      if (r.mutual) {
        const bool rsa = std::string_view(r.what).ends_with("RSA");
        c.tags.push_back(rsa ? test::identity("client_rsa.cert.pem", "client_rsa.key.pem")
                             : test::identity("client_ec.cert.pem", "client_ec.key.pem"));
        s.tags.push_back(test::trusting());
        s.verify = peer_verify::required;
      }
      session_pair pair(std::move(c), std::move(s));
      CHECK(pair.client.heavy());
      REQUIRE(pair.shake_hands());
      CHECK_FALSE(pair.client.heavy());
      CHECK_FALSE(pair.client.next_timer());

      const auto& facts = pair.client.facts();
      CHECK(facts.version == (kind == transport::stream ? version::tls_1_2 : version::dtls_1_2));
      REQUIRE(suite_of(facts.suite) != nullptr);
      CHECK((suite_of(facts.suite)->key == suite_key::psk) == r.psk);
      CHECK(facts.suite == pair.server.facts().suite);
      CHECK_FALSE(facts.resumed);
      CHECK(facts.verify_flags == 0);
      CHECK(facts.peer_subject == (r.psk ? "" : "O=cellsock tests, CN=server.test"));
      if (!r.psk) CHECK(text_of(facts.peer_until) == "2119-12-31T23:59:59Z");
      CHECK(pair.server.facts().peer_subject.empty() != r.mutual);

      CHECK(pair.carry(pair.client, pair.server, "hello") == "hello");
      CHECK(pair.carry(pair.server, pair.client, "and to you") == "and to you");

      pair.client.finish();
      pair.run();
      CHECK(pair.client.finished());
      CHECK(pair.server.peer_finished());
      CHECK(pair.server.state() == phase::open);
      CHECK(pair.server.write(test::bytes_of("last words")) == 10);
      pair.server.finish();
      pair.run();
      CHECK(session_pair::take(pair.client) == "last words");
      CHECK(pair.client.state() == phase::closed);
      CHECK(pair.server.state() == phase::closed);
      CHECK(pair.client.write(test::bytes_of("more")) == 0);
    }
}

TEST_CASE("much data both ways, and records that arrive byte by byte") {
  const auto text = long_text(300000);
  session_pair pair(client_settings(), server_settings(), {.piece_bytes_max = 1});
  REQUIRE(pair.shake_hands());
  CHECK(pair.carry(pair.client, pair.server, text.substr(0, 20000)) == text.substr(0, 20000));
  session_pair fast(client_settings(), server_settings());
  REQUIRE(fast.shake_hands());
  CHECK(fast.carry(fast.client, fast.server, text) == text);
  CHECK(fast.carry(fast.server, fast.client, text) == text);
  CHECK(fast.client.counters().write_refused > 0);  // the bound was met, and nothing lost
}

TEST_CASE("queues are bounded: a reader that does not read stops the wire") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  const auto text = long_text(200000);
  std::size_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    sent += pair.client.write(test::bytes_of(text).subspan(sent));
    pair.run();
  }
  CHECK(sent < 100000);
  CHECK(pair.server.plain().size() <= limits::tls_queue_bytes_max);
  CHECK(pair.server.counters().wire_in_refused > 0);
  std::string got;
  for (int i = 0; i < 50; ++i) {
    got += session_pair::take(pair.server);
    pair.run();
  }
  CHECK(got == text.substr(0, sent));
}

TEST_CASE("a handshake goes in steps, and the object may move between them") {
  session_pair pair(client_settings(), server_settings());
  int steps = 0;
  while (pair.client.state() == phase::handshaking || pair.server.state() == phase::handshaking) {
    REQUIRE(++steps < 200);
    const bool more = pair.client.step(pair.now, 1);
    session moved(std::move(pair.client));
    pair.client = std::move(moved);
    pair.server.step(pair.now, 1);
    if (more) continue;
    pair.server.feed(pair.client.wire());
    pair.client.wire_taken(pair.client.wire().size());
    pair.client.feed(pair.server.wire());
    pair.server.wire_taken(pair.server.wire().size());
  }
  CHECK(steps > 5);
  CHECK(pair.carry(pair.client, pair.server, "moved") == "moved");
}

TEST_CASE("written before the handshake is over goes out after it") {
  session_pair pair(client_settings(), server_settings());
  CHECK(pair.client.write(test::bytes_of("GET /")) == 5);
  REQUIRE(pair.shake_hands());
  pair.run();
  CHECK(session_pair::take(pair.server) == "GET /");
}

TEST_CASE("ALPN: one in common, none in common") {
  auto c = client_settings();
  c.alpn = {"h2", "http/1.1"};
  auto s = server_settings();
  s.alpn = {"http/1.1"};
  session_pair pair(std::move(c), std::move(s));
  REQUIRE(pair.shake_hands());
  CHECK(pair.client.facts().alpn == "http/1.1");
  CHECK(pair.server.facts().alpn == "http/1.1");

  c = client_settings();
  c.alpn = {"coap"};
  s = server_settings();
  s.alpn = {"http/1.1"};
  session_pair none(std::move(c), std::move(s));
  CHECK_FALSE(none.shake_hands());
  CHECK(none.client.why().code == errc::handshake_failed);
  CHECK(none.client.why().detail == "the peer sent the alert no_application_protocol (120)");
}

TEST_CASE("of several identities the one that fits the suite is used") {
  for (const auto& [suite, key] : {std::pair{0xC02F, "RSA"}, std::pair{0xC02B, "EC"}}) {
    CAPTURE(suite);
    auto c = client_settings();
    c.suites = {suite};
    auto s = server_settings();
    s.tags.push_back(test::identity("server_rsa.cert.pem", "server_rsa.key.pem"));
    session_pair pair(std::move(c), std::move(s));
    REQUIRE(pair.shake_hands());
    CHECK(pair.client.facts().suite == suite);
  }
}

TEST_CASE("the fragment length is kept") {
  auto c = client_settings();
  c.fragment_bytes_max = 512;
  session_pair pair(std::move(c), server_settings());
  REQUIRE(pair.shake_hands());
  const auto text = long_text(3000);
  const auto before = pair.bytes_moved;
  CHECK(pair.carry(pair.server, pair.client, text) == text);
  CHECK(pair.bytes_moved - before > 3000 + 6 * 20);  // six records' overhead
}

TEST_CASE("what this library cannot do is said by name") {
  auto c = client_settings();
  c.lowest = c.highest = version::tls_1_3;
  auto s = server_settings();
  s.lowest = s.highest = version::tls_1_3;
  session_pair pair(std::move(c), std::move(s));
  if (!mbed::has_tls_1_3()) {
    CHECK_FALSE(pair.shake_hands());
    CHECK(pair.client.why().code == errc::unsupported_protocol);
    CHECK(pair.client.why().detail.find("TLS 1.3 is not in mbedTLS") == 0);
    return;
  }
  REQUIRE(pair.shake_hands());
  CHECK(pair.client.facts().version == version::tls_1_3);
  CHECK(pair.carry(pair.client, pair.server, "one round trip less") == "one round trip less");
  CHECK(pair.carry(pair.server, pair.client, "indeed") == "indeed");
  pair.client.finish();
  pair.server.finish();
  pair.run();
  CHECK(pair.client.state() == phase::closed);
}

TEST_CASE("without randomness there is no handshake") {
  session_pair pair(client_settings(), server_settings());
  pair.random->dry_up();
  CHECK_FALSE(pair.shake_hands());
  CHECK(pair.client.why().code == errc::no_entropy);
  auto real = system_random();
  REQUIRE(real);
  std::array<std::byte, 3000> some{};
  CHECK((*real)->fill(some));
  CHECK(some != std::array<std::byte, 3000>{});
}

TEST_CASE("finish during the handshake ends it") {
  session_pair pair(client_settings(), server_settings());
  pair.client.step(pair.now);
  pair.client.finish();
  CHECK(pair.client.state() == phase::closed);
  CHECK_FALSE(pair.client.next_timer());
  pair.run();
  CHECK(pair.client.state() == phase::closed);
}
