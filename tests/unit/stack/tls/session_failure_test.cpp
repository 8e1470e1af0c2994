// SPDX-License-Identifier: Apache-2.0
// What must fail, with which error and which words.
#include <doctest/doctest.h>

#include "stack/tls/session.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using namespace std::chrono_literals;
using test::client_settings;
using test::server_settings;
using test::session_pair;

namespace {

peer_name named(std::string host) {
  return {peer_name::rule::checked, std::move(host)};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what a client does not trust, over streams and over datagrams") {
  struct row {
    const char* certificate;
    const char* key;
    const char* roots;
    peer_name name;
    std::string says;  // empty: it is fine
    const char* alert;
  };
  const row rows[]{
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("server.test"), "", ""},
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("Server.Test."), "", ""},
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("127.0.0.1"), "", ""},
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("::1"), "", ""},
      {"server_ec.chain.pem",
       "server_ec.key.pem",
       "roots.pem",
       {peer_name::rule::ignored, ""},
       "",
       ""},
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("127.0.0.2"),
       "the certificate O=cellsock tests, CN=server.test is not for 127.0.0.2", "42"},
      {"server_ec.chain.pem", "server_ec.key.pem", "roots.pem", named("other.test"),
       "the certificate O=cellsock tests, CN=server.test is not for other.test", "42"},
      {"server_ec.chain.pem",
       "server_ec.key.pem",
       "roots.pem",
       {},
       "no hostname is set to compare with certificate O=cellsock tests, CN=server.test",
       "42"},
      {"expired.cert.pem", "expired.key.pem", "roots.pem", named("server.test"),
       "the certificate O=cellsock tests, CN=server.test expired on 2002-01-01T00:00:00Z", "45"},
      {"future.cert.pem", "future.key.pem", "roots.pem", named("server.test"),
       "the certificate O=cellsock tests, CN=server.test is not valid before 2100-01-01T00:00:00Z",
       ""},
      {"self_signed.cert.pem", "self_signed.key.pem", "roots.pem", named("server.test"),
       "is signed by itself and is not among the tags' CAs", "48"},
      {"server_ec.chain.pem", "server_ec.key.pem", "other_root_ec.cert.pem", named("server.test"),
       "leads to no CA of the tags; its issuer is O=cellsock tests, CN=test root EC", "48"},
      {"server_ec.cert.pem", "server_ec.key.pem", "roots.pem", named("server.test"),
       "its issuer is O=cellsock tests, CN=lower intermediate", "48"},
      {"sha1_signed.cert.pem", "sha1_signed.key.pem", "roots.pem", named("server.test"),
       "is signed with a hash that is not accepted", ""},
      {"small_rsa.cert.pem", "small_rsa.key.pem", "roots.pem", named("server.test"),
       "has a key that is too weak", ""},
  };
  for (const auto kind : {transport::stream, transport::datagram})
    for (const auto& r : rows) {
      CAPTURE(std::string(r.certificate));
      CAPTURE(r.says);
      auto c = client_settings(kind);
      c.tags = {test::trusting(r.roots)};
      c.name = r.name;
      auto s = server_settings(kind);
      s.tags = {test::identity(r.certificate, r.key)};
      session_pair pair(std::move(c), std::move(s));
      const bool open = pair.shake_hands();
      INFO(pair.client.why().detail);
      CHECK(open == r.says.empty());
      if (r.says.empty()) continue;
      CHECK(pair.client.why().code == errc::peer_not_trusted);
      CHECK(holds(pair.client.why().detail, r.says));
      CHECK_FALSE(pair.client.next_timer());
      // The alert goes out, and tells the peer.
      pair.run([&] { return pair.server.state() == phase::handshaking; });
      CHECK(pair.server.state() == phase::failed);
      CHECK(pair.server.why().code == errc::handshake_failed);
      CHECK(holds(pair.server.why().detail, "the peer sent the alert"));
      CHECK(holds(pair.server.why().detail, r.alert));
    }
}

TEST_CASE("a chain in the wrong order is not put right for the peer") {
  // Such a chain is refused when it is added; a peer may have one all the same.
  auto s = server_settings();
  auto chain = std::make_shared<credential>();
  chain->type = credential_type::own_certificate;
  const auto right = test::pki(credential_type::own_certificate, "server_ec.chain.pem");
  chain->certificates = {right->certificates[0], right->certificates[2], right->certificates[1]};
  s.tags[0].own_certificate = chain;
  session_pair pair(client_settings(), std::move(s));
  CHECK_FALSE(pair.shake_hands());
  CHECK(pair.client.why().code == errc::peer_not_trusted);
  CHECK(holds(pair.client.why().detail, "leads to no CA of the tags"));
}

TEST_CASE("optional verification goes on, and tells") {
  auto c = client_settings();
  c.verify = peer_verify::optional;
  auto s = server_settings();
  s.tags = {test::identity("expired.cert.pem", "expired.key.pem")};
  session_pair pair(std::move(c), std::move(s));
  REQUIRE(pair.shake_hands());
  CHECK(pair.client.facts().verify_flags == 1);  // MBEDTLS_X509_BADCERT_EXPIRED
  CHECK(holds(pair.client.facts().verify_reason, "expired on 2002"));

  auto n = client_settings();
  n.verify = peer_verify::none;
  n.tags.clear();
  session_pair none(std::move(n), server_settings());
  CHECK(none.shake_hands());
}

TEST_CASE("SHA-1 and shorter keys when a program allows them") {
  auto c = client_settings();
  c.sha1_allowed = true;
  auto s = server_settings();
  s.tags = {test::identity("sha1_signed.cert.pem", "sha1_signed.key.pem")};
  session_pair old(std::move(c), std::move(s));
  CHECK(old.shake_hands());
  c = client_settings();
  c.rsa_bits_min = 1024;
  s = server_settings();
  s.tags = {test::identity("small_rsa.cert.pem", "small_rsa.key.pem")};
  session_pair small(std::move(c), std::move(s));
  CHECK(small.shake_hands());
}

TEST_CASE("a server that requires a certificate") {
  struct row {
    const char* what;
    std::vector<tag_contents> tags;
    peer_verify verify;
    const char* says;
  };
  const row rows[]{
      {"none given", {test::trusting()}, peer_verify::required, "the client gave no certificate"},
      {"none given, optional", {test::trusting()}, peer_verify::optional, nullptr},
      {"of another root",
       {test::trusting(), test::identity("self_signed.cert.pem", "self_signed.key.pem")},
       peer_verify::required,
       "is signed by itself"},
  };
  for (const auto& r : rows) {
    CAPTURE(std::string(r.what));
    auto c = client_settings();
    c.tags = r.tags;
    auto s = server_settings();
    s.tags.push_back(test::trusting());
    s.verify = r.verify;
    session_pair pair(std::move(c), std::move(s));
    pair.shake_hands();
    CHECK((pair.server.state() == phase::open) == (r.says == nullptr));
    if (r.says == nullptr) continue;
    CHECK(pair.server.why().code == errc::peer_not_trusted);
    INFO(pair.server.why().detail);
    CHECK(holds(pair.server.why().detail, r.says));
  }
}

TEST_CASE("keys that do not fit or are not there") {
  session_pair wrong_key(
      [] {
        auto c = client_settings();
        c.tags = {test::psk("another key of 16")};
        return c;
      }(),
      [] {
        auto s = server_settings();
        s.tags = {test::psk()};
        return s;
      }());
  CHECK_FALSE(wrong_key.shake_hands());
  CHECK(wrong_key.client.state() == phase::failed);
  CHECK(wrong_key.server.why().code == errc::handshake_failed);

  session_pair wrong_name(
      [] {
        auto c = client_settings();
        c.tags = {test::psk("0123456789abcdef", "who")};
        return c;
      }(),
      [] {
        auto s = server_settings();
        s.tags = {test::psk()};
        return s;
      }());
  CHECK_FALSE(wrong_name.shake_hands());
  CHECK(holds(wrong_name.client.why().detail, "unknown_psk_identity"));

  struct row {
    const char* says;
    void (*spoil)(settings&);
    errc code;
  };
  const row rows[]{
      {"verification is required, and no tag has a CA", [](settings& s) { s.tags.clear(); },
       errc::credential_missing},
      {"tag 2 has a certificate and no private key",
       [](settings& s) {
         s.tags.push_back(test::identity("client_ec.cert.pem", "client_ec.key.pem"));
         s.tags.back().private_key = nullptr;
       },
       errc::credential_missing},
      {"tag 3 has a pre-shared key and no PSK identity",
       [](settings& s) {
         s.tags = {test::psk()};
         s.tags[0].psk_identity = nullptr;
       },
       errc::credential_missing},
      {"none of the cipher suites asked for", [](settings& s) { s.suites = {0x00A8}; },
       errc::credential_missing},
      {"cipher suite 0x0005 is not carried",
       [](settings& s) {
         s.suites = {0xC02B, 0x0005};
       },
       errc::invalid_argument},
      {"a fragment length of 100", [](settings& s) { s.fragment_bytes_max = 100; },
       errc::invalid_argument},
      {"17 tags", [](settings& s) { s.tags.resize(17); }, errc::invalid_argument},
      {"a hostname of more than 255", [](settings& s) { s.name.host = std::string(256, 'a'); },
       errc::invalid_argument},
      {"a hostname with a blank",
       [](settings& s) { s.name.host = std::string("server.test\0.evil.test", 22); },
       errc::invalid_argument},
      {"an ALPN protocol", [](settings& s) { s.alpn = {""}; }, errc::invalid_argument},
      {"no tag has a certificate", [](settings& s) { s.as = role::server; },
       errc::credential_missing},
  };
  for (const auto& r : rows) {
    CAPTURE(std::string(r.says));
    auto c = client_settings();
    r.spoil(c);
    session_pair pair(std::move(c), server_settings());
    pair.client.step(pair.now);
    CHECK(pair.client.state() == phase::failed);
    CHECK(pair.client.why().code == r.code);
    INFO(pair.client.why().detail);
    CHECK(holds(pair.client.why().detail, r.says));
    CHECK(pair.client.wire().empty());
  }
}

TEST_CASE("nothing in common") {
  auto c = client_settings();
  c.suites = {0xC02B};
  auto s = server_settings();
  s.suites = {0xC02C};
  session_pair pair(std::move(c), std::move(s));
  CHECK_FALSE(pair.shake_hands());
  CHECK(pair.client.why().code == errc::handshake_failed);
  CHECK(pair.client.why().detail == "the peer sent the alert handshake_failure (40)");
  CHECK(pair.server.why().code == errc::handshake_failed);
}

TEST_CASE("a peer that says nothing, one that babbles, one that goes away") {
  for (const auto kind : {transport::stream, transport::datagram}) {
    CAPTURE(kind == transport::stream);
    auto c = client_settings(kind);
    c.handshake_max = 5s;
    session_pair silent(std::move(c), server_settings(kind));
    const auto start = silent.now.at;
    while (silent.client.state() == phase::handshaking) {
      silent.client.step(silent.now);
      silent.client.wire_taken(silent.client.wire().size());
      if (const auto next = silent.client.next_timer()) silent.now.at = *next;
    }
    CHECK(silent.client.why().code == errc::timed_out);
    CHECK(silent.now.at - start == 5s);

    session_pair babble(client_settings(kind), server_settings(kind));
    babble.client.step(babble.now);
    babble.client.feed(test::bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n"));
    babble.client.step(babble.now);
    if (kind == transport::stream) {
      CHECK(babble.client.why().code == errc::handshake_failed);
    } else {
      CHECK(babble.shake_hands());  // anybody can send a datagram: it is dropped
    }
  }
  session_pair gone(client_settings(), server_settings());
  gone.client.step(gone.now);
  gone.client.feed_end();
  gone.client.step(gone.now);
  CHECK(gone.client.why().code == errc::handshake_failed);
  CHECK(gone.client.why().detail == "the peer ended the connection during the handshake");
}

TEST_CASE("a stream that is cut without close_notify is no end of file") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  CHECK(pair.server.write(test::bytes_of("half of it")) == 10);
  pair.run();
  pair.client.feed_end();
  pair.run();
  CHECK(session_pair::take(pair.client) == "half of it");
  CHECK(pair.client.state() == phase::failed);
  CHECK(pair.client.why().code == errc::secure_stream_broken);
  CHECK(pair.client.why().detail == "the stream ended without close_notify");
  CHECK_FALSE(pair.client.peer_finished());

  session_pair orderly(client_settings(), server_settings());
  REQUIRE(orderly.shake_hands());
  orderly.server.finish();
  orderly.run();
  orderly.client.feed_end();
  orderly.run();
  CHECK(orderly.client.state() == phase::open);
  CHECK(orderly.client.peer_finished());
}

TEST_CASE("one altered byte of a stream ends it") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  pair.client.write(test::bytes_of("transfer 1 euro"));
  pair.client.step(pair.now);
  const auto wire = pair.client.wire();
  std::vector<std::byte> altered(wire.begin(), wire.end());
  altered[altered.size() - 3] ^= std::byte{4};
  pair.client.wire_taken(altered.size());
  pair.server.feed(altered);
  pair.server.step(pair.now);
  CHECK(pair.server.plain().empty());
  CHECK(pair.server.why().code == errc::secure_stream_broken);
  pair.run();
  CHECK(pair.client.why().code == errc::secure_stream_broken);
  CHECK(pair.client.why().detail == "the peer sent the alert bad_record_mac (20)");
}
