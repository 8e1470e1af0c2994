// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/tickets.hpp"

#include <doctest/doctest.h>

#include "stack/limits.hpp"
#include "tests/support/pki.hpp"
#include "tests/support/seeded_random.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using test::bytes_of;
using test::today;

TEST_CASE("a ticket opens for its maker, whole, in time, and for nobody else") {
  test::seeded_random random(1);
  const auto keys = ticket_keys::make(random);
  REQUIRE(keys);
  std::vector<std::byte> ticket(200);
  const auto size = (*keys)->seal(bytes_of("the session"), today, random, ticket);
  REQUIRE(size);
  ticket.resize(*size);
  CHECK(*size == 11 + ticket_keys::overhead);
  const auto opened = (*keys)->open(ticket, today);
  REQUIRE(opened);
  CHECK(opened->same_as(bytes_of("the session")));

  CHECK((*keys)->open(ticket, today + limits::tls_ticket_age_max));
  CHECK_FALSE((*keys)->open(ticket, today + limits::tls_ticket_age_max + std::chrono::seconds(1)));
  CHECK_FALSE((*keys)->open(ticket, today - std::chrono::seconds(1)));
  for (std::size_t i = 0; i < ticket.size(); ++i) {
    auto altered = ticket;
    altered[i] ^= std::byte{1};
    CHECK_FALSE((*keys)->open(altered, today));
    CHECK_FALSE((*keys)->open(std::span(ticket).first(i), today));
  }
  const auto next = ticket_keys::make(random, keys->get());
  CHECK((*next)->open(ticket, today));
  const auto after = ticket_keys::make(random, next->get());
  CHECK_FALSE((*after)->open(ticket, today));
}

TEST_CASE("no room, no randomness: no ticket") {
  test::seeded_random random(1);
  const auto keys = ticket_keys::make(random);
  std::vector<std::byte> room(ticket_keys::overhead + 3);
  CHECK_FALSE((*keys)->seal(bytes_of("four"), today, random, room));
  random.dry_up();
  CHECK_FALSE((*keys)->seal(bytes_of("few"), today, random, room));
  const auto none = ticket_keys::make(random);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::no_entropy);
}
