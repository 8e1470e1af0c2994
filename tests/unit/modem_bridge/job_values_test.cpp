// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include "modem_bridge/bind_job.hpp"
#include "modem_bridge/connect_job.hpp"
#include "modem_bridge/resolve_job.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE("a connect's limit is whole seconds, rounded up, within bounds") {
  CHECK(connect_limit(0ms) == 1s);
  CHECK(connect_limit(1ms) == 1s);
  CHECK(connect_limit(1000ms) == 1s);
  CHECK(connect_limit(1001ms) == 2s);
  CHECK(connect_limit(10s) == 10s);
  CHECK(connect_limit(10min) == 120s);
}

TEST_CASE("an ERROR before the limit is a refusal, at it a timeout") {
  CHECK(connect_failure(0s, 10s) == errc::connection_refused);
  CHECK(connect_failure(8999ms, 10s) == errc::connection_refused);
  CHECK(connect_failure(9000ms, 10s) == errc::timed_out);
  CHECK(connect_failure(10500ms, 10s) == errc::timed_out);
  CHECK(connect_failure(100ms, 1s) == errc::connection_refused);
  CHECK(connect_failure(900ms, 1s) == errc::timed_out);
}

TEST_CASE("ports of our choice are repeatable, in range and spread") {
  std::set<std::uint16_t> seen;
  for (std::uint64_t t = 1; t <= 100; ++t)
    for (unsigned nth = 0; nth < 4; ++nth) {
      const auto port = ephemeral_port(ticket{t}, nth);
      CHECK(port >= 49152);
      CHECK(port == ephemeral_port(ticket{t}, nth));
      seen.insert(port);
    }
  CHECK(seen.size() > 380);
}

TEST_CASE("host names that could leave their quotes are not sent") {
  CHECK(check_host("server.example"));
  CHECK(check_host(std::string(127, 'a')));
  for (const std::string& bad : {std::string(), std::string("a\"b"), std::string("a b"),
                                 std::string("a,b"), std::string("a\r\nAT"), std::string("a\x7f"),
                                 std::string("a\0b", 3), std::string(128, 'a')})
    CHECK_FALSE(check_host(bad));
}

TEST_CASE("a failed lookup in our words") {
  CHECK(name_failure("not found") == errc::name_not_found);
  CHECK(name_failure("DNS_EAI_NONAME") == errc::name_not_found);
  CHECK(name_failure("Temporary failure in name resolution") == errc::name_try_again);
  CHECK(name_failure("EAI_AGAIN") == errc::name_try_again);
  CHECK(name_failure("Non-recoverable failure") == errc::name_failed);
  CHECK(name_failure("") == errc::name_failed);
}

TEST_CASE("of two failed lookups the one that leaves hope is told") {
  CHECK(outweighs(errc::name_try_again, errc::name_not_found));
  CHECK(outweighs(errc::name_failed, errc::name_not_found));
  CHECK(outweighs(errc::name_try_again, errc::name_failed));
  CHECK_FALSE(outweighs(errc::name_not_found, errc::name_try_again));
  CHECK_FALSE(outweighs(errc::name_not_found, errc::name_not_found));
}

TEST_CASE("addresses come once each, of the family asked for") {
  CHECK(addresses_in("192.0.2.1 192.0.2.1", {}).size() == 1);
  CHECK(addresses_in("192.0.2.1 2001:db8::1", {}).size() == 2);
  CHECK(addresses_in("192.0.2.1 2001:db8::1", ip_family::v6).size() == 1);
  CHECK(addresses_in("  192.0.2.1  junk ", {}).size() == 1);
  CHECK(addresses_in("", {}).empty());
}
