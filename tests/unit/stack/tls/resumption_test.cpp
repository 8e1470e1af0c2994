// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/session_cache.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using namespace std::chrono_literals;
using test::session_pair;

namespace {

struct made {
  secret session;
  std::uint64_t bytes = 0;
  bool resumed = false;
};

made connect(transport kind, const std::shared_ptr<const ticket_keys>& tickets, secret last,
             std::chrono::seconds later = 0s, version highest = version::tls_1_2) {
  auto c = test::client_settings(kind);
  auto s = test::server_settings(kind);
  if (kind == transport::stream) {
    c.lowest = s.lowest = c.highest = s.highest = highest;
  }
  c.resume = s.resume = true;
  c.resumption = std::move(last);
  s.tickets = tickets;
  session_pair pair(std::move(c), std::move(s));
  pair.now.date += later;
  pair.server.write(test::bytes_of("at once"));
  REQUIRE(pair.shake_hands());
  pair.run();
  CHECK(session_pair::take(pair.client) == "at once");
  CHECK(pair.client.facts().resumed == pair.server.facts().resumed);
  // mbedTLS 3.6 keeps no certificate in TLS 1.3's sessions.
  if (highest == version::tls_1_2 || !pair.client.facts().resumed)
    CHECK(pair.client.facts().peer_subject == "O=cellsock tests, CN=server.test");
  CHECK(pair.carry(pair.client, pair.server, "hello") == "hello");
  CHECK(pair.carry(pair.server, pair.client, "hello") == "hello");
  auto session = pair.client.take_resumption();
  CHECK(pair.client.take_resumption().empty());
  return {std::move(session), pair.bytes_moved, pair.client.facts().resumed};
}

}  // namespace

TEST_CASE("a client comes back by its ticket, with less on the wire") {
  test::seeded_random random(3);
  const auto tickets = ticket_keys::make(random);
  for (const auto kind : {transport::stream, transport::datagram}) {
    CAPTURE(kind == transport::stream);
    auto first = connect(kind, *tickets, {});
    CHECK_FALSE(first.resumed);
    REQUIRE_FALSE(first.session.empty());
    const auto second = connect(kind, *tickets, first.session.copy());
    CHECK(second.resumed);
    CHECK(second.bytes < first.bytes * 2 / 3);
    CHECK_FALSE(second.session.empty());
    // Too late, with the server's keys forgotten, or altered: the whole handshake again.
    CHECK_FALSE(
        connect(kind, *tickets, first.session.copy(),
                std::chrono::duration_cast<std::chrono::seconds>(limits::tls_ticket_age_max) + 1s)
            .resumed);
    const auto others = ticket_keys::make(random);
    CHECK_FALSE(connect(kind, *others, first.session.copy()).resumed);
    CHECK_FALSE(connect(kind, *tickets, secret(test::bytes_of("no session"))).resumed);
  }
}

TEST_CASE("TLS 1.3's tickets come after the handshake, in front of the data") {
  if (!mbed::has_tls_1_3()) return;
  test::seeded_random random(3);
  const auto tickets = ticket_keys::make(random);
  auto first = connect(transport::stream, *tickets, {}, 0s, version::tls_1_3);
  CHECK_FALSE(first.resumed);
  REQUIRE_FALSE(first.session.empty());
  const auto second =
      connect(transport::stream, *tickets, std::move(first.session), 0s, version::tls_1_3);
  CHECK(second.resumed);
  CHECK(second.bytes < first.bytes);
}

TEST_CASE("nothing is kept, and nothing resumed, unless asked") {
  session_pair pair(test::client_settings(), test::server_settings());
  REQUIRE(pair.shake_hands());
  CHECK(pair.client.take_resumption().empty());
}

TEST_CASE("a cache keeps sessions by all that verified them, bounded in number and age") {
  using clock = session_cache::time_point;
  const clock start{1000s};
  const auto session = [](std::string_view text) { return secret(test::bytes_of(text)); };
  const session_key key{"192.0.2.1:443", {sec_tag{1}}, "server.test", 2, 1000};
  session_cache cache(3, 1h);
  cache.store(key, session("a"), start);
  CHECK(cache.find(key, start)->same_as(test::bytes_of("a")));
  CHECK(cache.find(key, start + 1h));

  for (const auto& other :
       {session_key{"192.0.2.2:443", {sec_tag{1}}, "server.test", 2, 1000},
        session_key{"192.0.2.1:443", {sec_tag{2}}, "server.test", 2, 1000},
        session_key{"192.0.2.1:443", {sec_tag{1}}, "other.test", 2, 1000},
        session_key{"192.0.2.1:443", {sec_tag{1}}, "server.test", 0, 1000},
        session_key{"192.0.2.1:443", {sec_tag{1}}, "server.test", 2, 1001},
        session_key{"192.0.2.1:443", {sec_tag{1}}, "server.test", 2, 1000, program_id{1}}})
    CHECK_FALSE(cache.find(other, start));

  CHECK_FALSE(cache.find(key, start + 1h + 1ms));
  CHECK(cache.size() == 0);
  auto numbered = key;
  for (unsigned i = 0; i < 5; ++i) {
    numbered.user = i;
    cache.store(numbered, session("s"), start + std::chrono::seconds(i));
  }
  CHECK(cache.size() == 3);
  CHECK(cache.evicted() == 2);
  CHECK(cache.find(numbered, start + 5s));
  cache.forget(numbered);
  CHECK_FALSE(cache.find(numbered, start + 5s));
  cache.store(key, secret(), start);
  CHECK_FALSE(cache.find(key, start));
  cache.purge(2);
  CHECK(cache.size() == 1);
  cache.purge(3);
  CHECK(cache.size() == 0);
  auto of_run = numbered;
  of_run.tags = {sec_tag{1}, sec_tag{2}};
  cache.store(of_run, session("s"), start);
  of_run.program = program_id{7};
  cache.store(of_run, session("s"), start);
  cache.purge(program_id{7});
  CHECK(cache.size() == 1);
  cache.purge(sec_tag{3});
  CHECK(cache.size() == 1);
  cache.purge(sec_tag{2});
  CHECK(cache.size() == 0);
}
