// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/lookup.hpp"

#include <doctest/doctest.h>

#include "stack/dns/name.hpp"
#include "tests/support/dns_bytes.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using dns::lookup;
using hearing = dns::lookup::hearing;
using test::dns_bytes;
using test::dns_ok;
namespace type = test::dns_type;

namespace {

const ip_address first = *parse_address("192.0.2.53");
const ip_address second = *parse_address("2001:db8::53");
const lookup::time_point start{1000s};
const std::string v4_data{"\xc0\x00\x02\x07", 4};
const std::string v6_data{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16};
const ip_address v4 = *parse_address("192.0.2.7");
const ip_address v6 = *parse_address("2001:db8::7");

/// A lookup and a server of the test's own.
struct bench {
  unsigned last_id = 0x100;
  std::vector<lookup::query> sent;
  lookup machine;

  explicit bench(std::vector<ip_family> families = {ip_family::v4},
                 std::vector<ip_address> servers = {first, second})
      : machine(
            {*dns::wire_name("a.example"), std::move(families), std::move(servers)},
            [this] { return ++last_id; }, start) {
    collect();
  }
  /// Every query leaves at once.
  void collect(lookup::time_point now = start) {
    for (auto& q : machine.take_queries()) {
      machine.sent(q.server, q.family, now);
      sent.push_back(std::move(q));
    }
  }
  [[nodiscard]] unsigned id_of(std::size_t nth) const {
    return std::to_integer<unsigned>(sent[nth].bytes[0]) << 8 |
           std::to_integer<unsigned>(sent[nth].bytes[1]);
  }
  [[nodiscard]] unsigned kind_of(std::size_t nth) const {
    return std::to_integer<unsigned>(sent[nth].bytes[sent[nth].bytes.size() - 3]);
  }
  dns_bytes reply_to(std::size_t nth, unsigned flags, unsigned answers) {
    return dns_bytes().header(id_of(nth), flags, answers).question("a.example", kind_of(nth));
  }
  dns_bytes address_for(std::size_t nth, unsigned ttl = 60) {
    const bool four = kind_of(nth) == type::a;
    return reply_to(nth, dns_ok, 1).same_name().record(kind_of(nth), ttl, four ? v4_data : v6_data);
  }
  hearing say(const dns_bytes& message, const endpoint& from, lookup::time_point now = start) {
    const auto heard = machine.received(from, message.take(), now);
    collect(now);
    return heard;
  }
  void wait(lookup::time_point now) {
    machine.expire(now);
    collect(now);
  }
};

const endpoint from_first{first, 53};
const endpoint from_second{second, 53};

}  // namespace

TEST_CASE("one question, one answer") {
  bench b;
  REQUIRE(b.sent.size() == 1);
  CHECK(b.sent[0].server == first);
  CHECK(b.machine.deadline() == start + 2s);
  CHECK(b.say(b.address_for(0, 300), from_first) == hearing::taken);
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->addresses == std::vector{v4});
  CHECK(b.machine.ended()->good_for == 300s);
  CHECK(b.machine.ended()->why.code == errc::none);
  CHECK_FALSE(b.machine.deadline());
}

TEST_CASE("both families are asked for at once, with ids of their own; IPv4 comes first") {
  bench b({ip_family::v6, ip_family::v4});
  REQUIRE(b.sent.size() == 2);
  CHECK(b.id_of(0) != b.id_of(1));
  b.say(b.address_for(0), from_first);
  CHECK_FALSE(b.machine.ended());
  b.say(b.address_for(1, 40), from_first);
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->addresses == std::vector{v4, v6});
  CHECK(b.machine.ended()->good_for == 40s);
}

TEST_CASE("every server has its turn in each of three rounds, with the same question") {
  bench b;
  auto now = start;
  for (const auto wait : {2s, 2s, 3s, 3s, 5s, 5s}) {
    CHECK_FALSE(b.machine.ended());
    CHECK(b.machine.deadline() == now + wait);
    now += wait;
    b.wait(now - 1ms);
    b.wait(now);
  }
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->why.code == errc::name_try_again);
  REQUIRE(b.sent.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(b.sent[i].server == (i % 2 == 0 ? first : second));
    CHECK(b.sent[i].bytes == b.sent[i % 2].bytes);
  }
  CHECK(b.machine.silent_servers() == std::vector{first, second});
}

TEST_CASE("an answer that is late counts while the name is still asked for") {
  bench b;
  b.wait(start + 2s);
  CHECK(b.say(b.address_for(0), from_first, start + 3s) == hearing::taken);
  CHECK(b.machine.ended()->addresses == std::vector{v4});
  CHECK(b.machine.silent_servers().empty());
}

TEST_CASE("only whom we asked, and only what we asked") {
  bench b;
  const auto good = b.address_for(0);
  CHECK(b.say(good, {*parse_address("192.0.2.66"), 53}) == hearing::not_ours);
  CHECK(b.say(good, {first, 54}) == hearing::not_ours);
  CHECK(b.say(good, from_second) == hearing::not_ours);
  auto other_id = good;
  other_id.bytes[1] ^= 1;
  CHECK(b.say(other_id, from_first) == hearing::not_ours);
  auto broken = good;
  broken.bytes.pop_back();
  CHECK(b.say(broken, from_first) == hearing::refused);
  CHECK_FALSE(b.machine.ended());
  CHECK(b.sent.size() == 1);  // nobody gets us to ask again
  // NCS 2.4 tells no port.
  CHECK(b.say(good, {first, 0}) == hearing::taken);
  CHECK(b.machine.ended());
}

TEST_CASE("an answer of a server that was not asked yet is forged") {
  bench b;
  auto early = b.address_for(0);
  early.bytes[1] = 0x02;  // the id that the second server will get
  CHECK(b.say(early, from_second) == hearing::not_ours);
}

TEST_CASE("a server in trouble is followed by the next at once") {
  struct row {
    const char* what;
    unsigned flags;
    errc means;
  };
  const row rows[]{
      {"SERVFAIL", dns_ok | 2, errc::name_try_again},
      {"REFUSED", dns_ok | 5, errc::name_try_again},
      {"NOTIMP", dns_ok | 4, errc::name_failed},
      {"cut off", test::dns_cut, errc::name_failed},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    bench b;
    CHECK(b.say(b.reply_to(0, r.flags, 0), from_first) == hearing::taken);
    REQUIRE(b.sent.size() == 2);
    CHECK(b.sent[1].server == second);
    bench other;
    other.say(other.reply_to(0, r.flags, 0), from_first);
    other.say(other.address_for(1), from_second);
    REQUIRE(other.machine.ended());
    CHECK(other.machine.ended()->addresses == std::vector{v4});
    // The second has the same trouble, and so on through every round.
    for (std::size_t i = 1; i < 6; ++i)
      b.say(b.reply_to(i, r.flags, 0), i % 2 == 0 ? from_first : from_second);
    REQUIRE(b.machine.ended());
    CHECK(b.machine.ended()->why.code == r.means);
    CHECK(b.sent.size() == 6);
  }
}

TEST_CASE("no such name, for as long as its zone says") {
  struct row {
    unsigned minimum;
    std::chrono::seconds good_for;
  };
  for (const auto& r : {row{120, 120s}, row{1, 5s}, row{86400, 300s}}) {
    CAPTURE(r.minimum);
    bench b;
    b.say(dns_bytes()
              .header(b.id_of(0), dns_ok | 3, 0, 1)
              .question("a.example", type::a)
              .name("example")
              .record(type::soa, 86400, dns_bytes::soa(r.minimum)),
          from_first);
    REQUIRE(b.machine.ended());
    CHECK(b.machine.ended()->why.code == errc::name_not_found);
    CHECK(b.machine.ended()->good_for == r.good_for);
    CHECK(b.sent.size() == 1);
  }
}

TEST_CASE("a life is kept within bounds") {
  for (const auto& [ttl, good_for] : {std::pair{0U, 5s}, {30U, 30s}, {604800U, 3600s}}) {
    bench b;
    b.say(b.address_for(0, ttl), from_first);
    CHECK(b.machine.ended()->good_for == good_for);
  }
}

TEST_CASE("one family answers, the other does not: nobody waits for another round") {
  bench b({ip_family::v4, ip_family::v6});
  b.say(b.address_for(0, 300), from_first);
  CHECK_FALSE(b.machine.ended());
  b.wait(start + 2s);
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->addresses == std::vector{v4});
  CHECK(b.machine.ended()->good_for == 5s);  // the other is asked for again soon
  CHECK(b.sent.size() == 2);
}

TEST_CASE("neither family: trouble outweighs that there is none") {
  bench b({ip_family::v4, ip_family::v6}, {first});
  b.say(b.reply_to(0, dns_ok, 0), from_first);
  b.wait(start + 2s);
  b.wait(start + 5s);
  b.wait(start + 10s);
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->why.code == errc::name_try_again);
}

TEST_CASE("a server that nothing can be sent to is passed over") {
  bench b;
  b.machine.unreachable(first, start);
  b.collect();
  REQUIRE(b.sent.size() == 2);
  CHECK(b.sent[1].server == second);
  b.machine.unreachable(first, start);  // one that is not waited for
  b.collect();
  CHECK(b.sent.size() == 2);
  b.say(b.address_for(1), from_second);
  CHECK(b.machine.ended()->addresses == std::vector{v4});
}

TEST_CASE("without a server there is no answer") {
  bench b({ip_family::v4, ip_family::v6}, {});
  REQUIRE(b.machine.ended());
  CHECK(b.machine.ended()->why.code == errc::name_try_again);
  CHECK(b.sent.empty());
}

TEST_CASE("three servers are asked and no more") {
  bench b({ip_family::v4}, std::vector<ip_address>(5, first));
  for (auto now = start; !b.machine.ended(); now += 5s) b.wait(now);
  CHECK(b.sent.size() == 9);
}

TEST_CASE("a question that waits for its turn at the modem is not asked again meanwhile") {
  lookup machine(
      {*dns::wire_name("a.example"), {ip_family::v4}, {first}}, [] { return 1U; }, start);
  REQUIRE(machine.take_queries().size() == 1);
  CHECK(machine.deadline() == start + 20s);
  machine.sent(first, ip_family::v4, start + 15s);
  CHECK(machine.deadline() == start + 17s);
  machine.expire(start + 17s);
  CHECK(machine.take_queries().size() == 1);
}
