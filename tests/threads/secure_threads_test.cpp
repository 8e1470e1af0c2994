// SPDX-License-Identifier: Apache-2.0
// Handshakes on several threads at once, as the daemon's workers take them: what sessions share
// (credentials, ticket keys, randomness) must bear it. Meant for ThreadSanitizer.
#include <doctest/doctest.h>

#include <atomic>
#include <future>

#include "actors/worker_pool.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;

namespace {

bool move(tls::session& from, tls::session& to) {
  const auto waiting = from.wire();
  if (waiting.empty()) return false;
  const auto taken = to.feed(waiting);
  from.wire_taken(taken);
  return taken > 0;
}

/// A connection from its first byte to its last; whether it was resumed where it should have been.
bool connection(const tls::tag_contents& client_tag, const tls::tag_contents& server_tag,
                const std::shared_ptr<const tls::ticket_keys>& tickets,
                const std::shared_ptr<tls::random_source>& random) {
  secret ticket;
  for (int round = 0; round < 2; ++round) {
    auto c = test::client_settings();
    c.tags = {client_tag};
    c.resume = true;
    c.resumption = ticket.copy();
    auto s = test::server_settings();
    s.tags = {server_tag};
    s.resume = true;
    s.tickets = tickets;
    tls::session client(std::move(c), random);
    tls::session server(std::move(s), random);
    const tls::moment now{std::chrono::steady_clock::time_point(std::chrono::hours(1)),
                          test::today};
    bool moved = true;
    while (moved) {
      client.step(now);
      server.step(now);
      moved = move(client, server);
      moved = move(server, client) || moved;
    }
    if (client.state() != tls::phase::open || server.state() != tls::phase::open) return false;
    if (client.facts().resumed != (round == 1)) return false;
    ticket = client.take_resumption();
  }
  return true;
}

}  // namespace

TEST_CASE("connections on four threads share credentials, tickets and randomness") {
  const auto random = *tls::system_random();
  const auto tickets = *tls::ticket_keys::make(*random);
  const auto roots = test::trusting();
  const auto own = test::identity("server_ec.chain.pem", "server_ec.key.pem");
  constexpr int connections = 24;
  std::atomic<int> good = 0, left = connections;
  std::promise<void> all;
  worker_pool pool(4);
  for (int i = 0; i < connections; ++i)
    pool.run([&] {
      if (connection(roots, own, tickets, random)) ++good;
      if (--left == 0) all.set_value();
    });
  REQUIRE(all.get_future().wait_for(std::chrono::seconds(120)) == std::future_status::ready);
  CHECK(good == connections);
}
