// SPDX-License-Identifier: Apache-2.0
// What only datagrams have: loss, other orders, forged records, cookies, saved connections.
#include <doctest/doctest.h>

#include "stack/tls/cookies.hpp"
#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/suites.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using namespace std::chrono_literals;
using test::session_pair;

namespace {

settings client_settings() {
  return test::client_settings(transport::datagram);
}
settings server_settings() {
  return test::server_settings(transport::datagram);
}

std::vector<std::byte> copy(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("handshakes through loss and reordering of 10 %") {
  unsigned without_trouble = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto c = client_settings();
    c.handshake_max = 123s;
    auto s = server_settings();
    s.handshake_max = 123s;
    if (seed % 2 == 0) {  // with the longest flights
      c.tags.push_back(test::identity("client_ec.cert.pem", "client_ec.key.pem"));
      s.tags.push_back(test::trusting());
      s.verify = peer_verify::required;
      s.datagram_bytes_max = c.datagram_bytes_max = 512;
    }
    session_pair pair(std::move(c), std::move(s),
                      {.lost_percent = 10, .late_percent = 10, .seed = seed});
    const auto start = pair.now.at;
    REQUIRE(pair.shake_hands());
    without_trouble += pair.now.at == start;
    // Whatever arrives is whole and was sent.
    int arrived = 0;
    for (int i = 0; i < 50; ++i) {
      pair.client.write(test::bytes_of("reading " + std::to_string(i)));
      pair.run();
      while (!pair.server.plain().empty()) {
        const auto got = copy(pair.server.plain());
        const std::string text(reinterpret_cast<const char*>(got.data()), got.size());
        CHECK(text.starts_with("reading "));
        pair.server.plain_taken(got.size());
        ++arrived;
      }
    }
    CHECK(arrived > 30);
    CHECK(arrived <= 50);
  }
  CHECK(without_trouble < 20);  // most of them did need the timers
}

TEST_CASE("retransmission times double from the first to the last, and then it is over") {
  struct row {
    int seconds;
    std::vector<int> sends_at;
  };
  const row rows[]{{1, {0}},
                   {3, {0, 1}},
                   {7, {0, 1, 3}},
                   {15, {0, 1, 3, 7}},
                   {31, {0, 1, 3, 7, 15}},
                   {63, {0, 1, 3, 7, 15, 31}},
                   {123, {0, 1, 3, 7, 15, 31, 63}}};
  for (const auto& r : rows) {
    CAPTURE(r.seconds);
    auto c = client_settings();
    c.handshake_max = 600s;
    c.dtls_timeouts = *retransmission_of(r.seconds);
    session_pair pair(std::move(c), server_settings());
    const auto start = pair.now.at;
    std::vector<int> sends;
    while (pair.client.state() == phase::handshaking) {
      pair.client.step(pair.now);
      if (!pair.client.wire().empty())
        sends.push_back(static_cast<int>((pair.now.at - start) / 1s));
      while (!pair.client.wire().empty()) pair.client.wire_taken(pair.client.wire().size());
      if (const auto next = pair.client.next_timer()) pair.now.at = *next;
    }
    CHECK(sends == r.sends_at);
    CHECK(pair.client.why().code == errc::timed_out);
    CHECK((pair.now.at - start) / 1s == r.seconds);
  }
  CHECK_FALSE(retransmission_of(2));
  CHECK(retransmission_of(0));
}

TEST_CASE("a server computes nothing for a client that has not shown its address") {
  session_pair pair(client_settings(), server_settings());
  pair.client.step(pair.now);
  const auto hello = copy(pair.client.wire());
  pair.client.wire_taken(hello.size());
  pair.server.feed(hello);
  pair.server.step(pair.now);
  const auto answer = copy(pair.server.wire());
  REQUIRE(answer.size() > 25);
  CHECK(answer[13] == std::byte{3});  // HelloVerifyRequest
  CHECK(answer.size() < 100);
  pair.server.wire_taken(answer.size());
  CHECK(pair.server.wire().empty());
  // The same again for the same hello: no state was kept.
  pair.server.feed(hello);
  pair.server.step(pair.now);
  CHECK(copy(pair.server.wire()).size() == answer.size());
  pair.server.wire_taken(answer.size());
  pair.client.feed(answer);
  CHECK(pair.shake_hands());
}

TEST_CASE("a cookie of long ago is no cookie") {
  test::seeded_random random(1);
  cookies maker;
  REQUIRE(maker.prepare(random));
  const auto client = test::bytes_of("192.0.2.7:5684");
  std::array<std::byte, cookies::size> cookie{};
  REQUIRE(maker.write(client, test::today, cookie));
  CHECK(maker.check(cookie, client, test::today));
  CHECK(maker.check(cookie, client, test::today + 60s));
  CHECK_FALSE(maker.check(cookie, client, test::today + 61s));
  CHECK_FALSE(maker.check(cookie, client, test::today - 1s));
  CHECK_FALSE(maker.check(cookie, test::bytes_of("192.0.2.8:5684"), test::today));
  for (auto& b : cookie) {
    b ^= std::byte{1};
    CHECK_FALSE(maker.check(cookie, client, test::today));
    b ^= std::byte{1};
  }
  CHECK_FALSE(maker.check(std::span(cookie).first(10), client, test::today));
}

TEST_CASE("forged, repeated and foreign datagrams are dropped and the connection lives") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  pair.client.write(test::bytes_of("one"));
  pair.client.step(pair.now);
  const auto record = copy(pair.client.wire());
  pair.client.wire_taken(record.size());
  for (std::size_t i = 13; i < record.size(); ++i) {
    auto forged = record;
    forged[i] ^= std::byte{1};
    pair.server.feed(forged);
    pair.server.step(pair.now);
  }
  pair.server.feed(test::bytes_of("not DTLS at all"));
  pair.server.feed({});
  pair.server.step(pair.now);
  CHECK(pair.server.plain().empty());
  CHECK(pair.server.state() == phase::open);
  CHECK(pair.server.counters().forged == record.size() - 13);
  pair.server.feed(record);
  pair.server.feed(record);  // a replay
  pair.server.step(pair.now);
  CHECK(session_pair::take(pair.server) == "one");
}

TEST_CASE("a datagram stays a datagram, up to what a record holds") {
  auto c = client_settings();
  c.datagram_bytes_max = 600;
  session_pair pair(std::move(c), server_settings());
  CHECK(pair.client.datagram_bytes_max() == 0);
  REQUIRE(pair.shake_hands());
  const auto longest = pair.client.datagram_bytes_max();
  CHECK(longest > 500);
  CHECK(longest < 600);
  pair.client.write(test::bytes_of(std::string(longest + 1, 'x')));
  pair.client.write(test::bytes_of(std::string(longest, 'y')));
  pair.client.write(test::bytes_of("z"));
  pair.client.step(pair.now);
  CHECK(pair.client.counters().too_big == 1);
  CHECK(pair.client.wire().size() <= 600);
  pair.run();
  CHECK(pair.server.plain().size() == longest);
  pair.server.plain_taken(longest);
  CHECK(pair.server.plain().size() == 1);
}

TEST_CASE("handshake messages are cut to the link's datagrams") {
  auto c = client_settings();
  auto s = server_settings();
  c.datagram_bytes_max = s.datagram_bytes_max = 400;
  session_pair pair(std::move(c), std::move(s));
  std::size_t longest = 0;
  while (pair.client.state() == phase::handshaking) {
    pair.client.step(pair.now);
    pair.server.step(pair.now);
    for (auto [from, to] :
         {std::pair{&pair.client, &pair.server}, std::pair{&pair.server, &pair.client}})
      while (!from->wire().empty()) {
        longest = std::max(longest, from->wire().size());
        to->feed(from->wire());
        from->wire_taken(from->wire().size());
      }
  }
  CHECK(pair.client.state() == phase::open);
  CHECK(longest <= 400);
  CHECK(longest > 300);
}

TEST_CASE("a program that reads no datagrams loses the newest, counted") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  for (int i = 0; i < 100; ++i) {
    pair.client.write(test::bytes_of(std::to_string(i)));
    pair.run();
  }
  CHECK(pair.server.counters().wire_in_refused == 100 - 2 * limits::dtls_queue_datagrams_max);
  CHECK(session_pair::take(pair.server).starts_with("0123456789101112131415"));
}

TEST_CASE("a connection is saved and goes on where it was") {
  auto c = client_settings();
  session_pair pair(std::move(c), server_settings());
  CHECK(pair.client.save().error().code == errc::not_connected);
  REQUIRE(pair.shake_hands());
  CHECK(pair.carry(pair.client, pair.server, "before") == "before");
  pair.client.write(test::bytes_of("x"));
  CHECK(pair.client.save().error().code == errc::would_block);
  pair.run();
  (void)session_pair::take(pair.server);

  const auto subject = pair.client.facts().peer_subject;
  auto saved = pair.client.save();
  REQUIRE(saved);
  CHECK(saved->size() > 100);
  CHECK(pair.client.state() == phase::saved);
  CHECK(pair.client.save().error().code == errc::not_connected);
  pair.client.write(test::bytes_of("kept until then"));
  pair.run();
  CHECK(session_pair::take(pair.server).empty());

  SUBCASE("in the same session") {
    CHECK(pair.client.load(*saved));
  }
  SUBCASE("in another one") {
    pair.client = session(client_settings(), pair.random);
    CHECK(pair.client.load(*saved));
    pair.client.write(test::bytes_of("kept until then"));
  }
  CHECK(pair.client.state() == phase::open);
  CHECK(pair.client.facts().peer_subject == subject);
  CHECK(suite_of(pair.client.facts().suite) != nullptr);
  pair.run();
  CHECK(session_pair::take(pair.server) == "kept until then");
  CHECK(pair.carry(pair.server, pair.client, "welcome back") == "welcome back");
  CHECK(pair.client.load(*saved).error().code == errc::invalid_argument);
}

TEST_CASE("what cannot be saved, what cannot be loaded") {
  session_pair stream(test::client_settings(), test::server_settings());
  REQUIRE(stream.shake_hands());
  CHECK(stream.client.save().error().code == errc::invalid_argument);

  auto c = client_settings();
  c.suites = {0xC023};  // CBC
  auto s = server_settings();
  s.suites = {0xC023};
  session_pair cbc(std::move(c), std::move(s));
  REQUIRE(cbc.shake_hands());
  CHECK(cbc.client.save().error().code == errc::invalid_argument);
  CHECK(cbc.client.state() == phase::open);

  session fresh(client_settings(), cbc.random);
  CHECK(fresh.load(secret(test::bytes_of("no connection at all"))).error().code ==
        errc::invalid_argument);
}

TEST_CASE("a client that begins anew from the same port gets a new session") {
  session_pair pair(client_settings(), server_settings());
  REQUIRE(pair.shake_hands());
  CHECK(pair.carry(pair.client, pair.server, "first") == "first");
  pair.client = session(client_settings(), pair.random);  // it lost power
  CHECK(pair.shake_hands());
  CHECK(pair.server.counters().reconnects == 1);
  CHECK(pair.carry(pair.client, pair.server, "second") == "second");

  // Its hello is not left lying until it is sent again.
  pair.client = session(client_settings(), pair.random);
  for (int i = 0; i < 10 && pair.server.counters().reconnects < 2; ++i) {
    for (auto [from, to] :
         {std::pair{&pair.client, &pair.server}, std::pair{&pair.server, &pair.client}}) {
      from->step(pair.now);
      if (!from->wire().empty()) to->feed(from->wire());
      from->wire_taken(from->wire().size());
    }
  }
  CHECK(pair.server.counters().reconnects == 2);
  CHECK(pair.server.state() == phase::handshaking);
  CHECK(pair.server.heavy());
  CHECK(pair.server.wire().empty());
  CHECK_FALSE(pair.server.step(pair.now));
  CHECK_FALSE(pair.server.wire().empty());
}

TEST_CASE("connection ids, where the library has them") {
  auto c = client_settings();
  c.cid = connection_id::supported;
  auto s = server_settings();
  if (!mbed::has_connection_id()) {
    session_pair pair(std::move(c), std::move(s));
    pair.client.step(pair.now);
    CHECK(pair.client.why().code == errc::unsupported_protocol);
    CHECK(pair.client.why().detail.find("connection ids are not in mbedTLS") != std::string::npos);
    return;
  }
  s.cid = connection_id::enabled;
  s.own_cid = {std::byte{7}, std::byte{8}};
  session_pair pair(std::move(c), std::move(s));
  REQUIRE(pair.shake_hands());
  CHECK(pair.client.facts().cid_up);
  CHECK_FALSE(pair.client.facts().cid_down);
  CHECK(pair.client.facts().peer_cid == std::vector{std::byte{7}, std::byte{8}});
  CHECK(pair.server.facts().cid_down);
  CHECK(pair.carry(pair.client, pair.server, "by id") == "by id");

  auto both = client_settings();
  both.cid = connection_id::enabled;
  s = server_settings();
  s.cid = connection_id::enabled;
  session_pair ours(std::move(both), std::move(s));
  REQUIRE(ours.shake_hands());
  CHECK(ours.client.facts().cid_down);
  CHECK(ours.client.facts().own_cid.size() == 8);
  CHECK(ours.server.facts().peer_cid == ours.client.facts().own_cid);
  CHECK(ours.carry(ours.server, ours.client, "and back") == "and back");
}
