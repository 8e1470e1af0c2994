// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/message.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "stack/dns/name.hpp"
#include "tests/support/dns_bytes.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using namespace std::string_literals;
using dns::verdict;
using test::dns_bytes;
using test::dns_cut;
using test::dns_ok;
namespace type = test::dns_type;

namespace {

const dns::question four{0x1234, *dns::wire_name("a.example"), ip_family::v4};
const dns::question six{0x1234, *dns::wire_name("a.example"), ip_family::v6};
const std::string v4_data{"\xc0\x00\x02\x07", 4};
const std::string v6_data{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16};
const ip_address v4 = *parse_address("192.0.2.7");
const ip_address v6 = *parse_address("2001:db8::7");

dns_bytes answer(unsigned flags, unsigned answers, unsigned authorities = 0,
                 unsigned kind = type::a) {
  dns_bytes to;
  to.header(0x1234, flags, answers, authorities).question("a.example", kind);
  return to;
}

std::string wire(std::string_view dotted) {
  dns_bytes to;
  to.name(dotted);
  return to.bytes;
}

}  // namespace

TEST_CASE("a query to the byte") {
  const auto bytes = dns::write_query(six);
  const auto wanted =
      "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"
      "a\x07"
      "example\x00\x00\x1c\x00\x01"s;
  REQUIRE(bytes.size() == wanted.size());
  CHECK(std::equal(bytes.begin(), bytes.end(), wanted.begin(),
                   [](std::byte b, char c) { return b == static_cast<std::byte>(c); }));
}

TEST_CASE("addresses with their names compressed") {
  const auto said = dns::read_response(answer(dns_ok, 2)
                                           .same_name()
                                           .record(type::a, 300, v4_data)
                                           .same_name()
                                           .record(type::a, 60, "\x0a\0\0\1"s)
                                           .take(),
                                       four);
  CHECK(said.what == verdict::addresses);
  CHECK(said.addresses == std::vector{v4, *parse_address("10.0.0.1")});
  CHECK(said.good_for == 60s);
  const auto other = dns::read_response(
      answer(dns_ok, 1, 0, type::aaaa).same_name().record(type::aaaa, 5, v6_data).take(), six);
  CHECK(other.addresses == std::vector{v6});
}

TEST_CASE("aliases are followed, in any order, and the shortest life counts") {
  const auto said = dns::read_response(answer(dns_ok, 3)
                                           .name("c.example")
                                           .record(type::a, 300, v4_data)
                                           .same_name()
                                           .record(type::cname, 400, wire("B.Example"))
                                           .name("b.EXAMPLE")
                                           .record(type::cname, 20, wire("C.example"))
                                           .take(),
                                       four);
  CHECK(said.what == verdict::addresses);
  CHECK(said.addresses == std::vector{v4});
  CHECK(said.good_for == 20s);
}

TEST_CASE("addresses of another name, and other records, are none of ours") {
  const auto said = dns::read_response(answer(dns_ok, 4)
                                           .name("b.example")
                                           .record(type::a, 300, v4_data)
                                           .same_name()
                                           .record(16, 300, "\4text")
                                           .same_name()
                                           .record(type::aaaa, 300, v6_data)
                                           .same_name()
                                           .record(type::a, 300, "\1\2\3")
                                           .take(),
                                       four);
  CHECK(said.what == verdict::no_data);
  CHECK(said.good_for == 0s);
}

TEST_CASE("a circle of aliases ends") {
  const auto said = dns::read_response(answer(dns_ok, 2)
                                           .same_name()
                                           .record(type::cname, 400, wire("b.example"))
                                           .name("b.example")
                                           .record(type::cname, 400, wire("a.example"))
                                           .take(),
                                       four);
  CHECK(said.what == verdict::server_trouble);
}

TEST_CASE("that there is none, and how long it holds") {
  struct row {
    const char* what;
    unsigned flags;
    unsigned ttl, minimum;
    verdict wanted;
    std::chrono::seconds good_for;
  };
  const row rows[]{
      {"NXDOMAIN, SOA's minimum", dns_ok | 3, 900, 120, verdict::no_such_name, 120s},
      {"NXDOMAIN, SOA's own life", dns_ok | 3, 30, 120, verdict::no_such_name, 30s},
      {"no data", dns_ok, 60, 60, verdict::no_data, 60s},
      {"a life that overflows", dns_ok, 0xffffffff, 60, verdict::no_data, 0s},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    const auto said = dns::read_response(answer(r.flags, 0, 1)
                                             .name("example")
                                             .record(type::soa, r.ttl, dns_bytes::soa(r.minimum))
                                             .take(),
                                         four);
    CHECK(said.what == r.wanted);
    CHECK(said.good_for == r.good_for);
  }
  CHECK(dns::read_response(answer(dns_ok | 3, 0).take(), four).what == verdict::no_such_name);
}

TEST_CASE("a server that refers to others does not look up") {
  CHECK(dns::read_response(
            answer(0x8100, 0, 1).name("example").record(type::ns, 60, wire("ns.example")).take(),
            four)
            .what == verdict::server_trouble);
}

TEST_CASE("what each code means") {
  struct row {
    unsigned code;
    verdict what;
    errc means;
  };
  const row rows[]{
      {1, verdict::server_trouble, errc::name_failed},
      {2, verdict::server_trouble, errc::name_try_again},
      {3, verdict::no_such_name, errc::name_not_found},
      {4, verdict::server_trouble, errc::name_failed},
      {5, verdict::server_trouble, errc::name_try_again},
      {15, verdict::server_trouble, errc::name_failed},
  };
  for (const auto& r : rows) {
    CAPTURE(r.code);
    const auto said = dns::read_response(answer(dns_ok | r.code, 0).take(), four);
    CHECK(said.what == r.what);
    CHECK(said.rcode == r.code);
    CHECK(dns::rcode_meaning(said.rcode).means == r.means);
  }
}

TEST_CASE("cut off: what is whole counts") {
  auto some = answer(dns_cut, 2).same_name().record(type::a, 60, v4_data).same_name().u8(0);
  CHECK(dns::read_response(some.take(), four).addresses == std::vector{v4});
  CHECK(dns::read_response(answer(dns_cut, 0).take(), four).what == verdict::truncated);
  CHECK(dns::read_response(answer(dns_cut, 1).same_name().u8(0).take(), four).what ==
        verdict::truncated);
}

TEST_CASE("not our question: not our answer") {
  struct row {
    const char* what;
    dns_bytes message;
  };
  const auto whole = [](unsigned id, unsigned flags, std::string_view name, unsigned kind) {
    return dns_bytes()
        .header(id, flags, 1)
        .question(name, kind)
        .same_name()
        .record(type::a, 60, v4_data);
  };
  const row rows[]{
      {"another id", whole(0x1235, dns_ok, "a.example", type::a)},
      {"a query", whole(0x1234, 0x0100, "a.example", type::a)},
      {"another operation", whole(0x1234, 0xa980, "a.example", type::a)},
      {"another name", whole(0x1234, dns_ok, "b.example", type::a)},
      {"another case", whole(0x1234, dns_ok, "A.example", type::a)},
      {"another type", whole(0x1234, dns_ok, "a.example", type::aaaa)},
      {"no question", dns_bytes().u16(0x1234).u16(dns_ok).u16(0).u16(0).u16(0).u16(0)},
      {"two questions", dns_bytes().u16(0x1234).u16(dns_ok).u16(2).u16(0).u16(0).u16(0)},
      {"half a header", dns_bytes().u16(0x1234).u16(dns_ok)},
      {"nothing", dns_bytes()},
      {"text", dns_bytes().text("HTTP/1.1 400 Bad Request\r\n\r\n")},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    CHECK(dns::read_response(r.message.take(), four).what == verdict::not_ours);
  }
}

TEST_CASE("hostile bytes") {
  struct row {
    const char* what;
    dns_bytes message;
  };
  const auto data = [](std::string_view bytes) {
    return answer(dns_ok, 1).same_name().record(type::cname, 60, bytes);
  };
  const auto owner = [](std::string_view bytes) { return answer(dns_ok, 1).text(bytes); };
  const row rows[]{
      {"an owner that points at itself", owner("\xc0\x1b")},
      {"an owner that points ahead", owner("\xc0\x40")},
      {"two that point at each other", data("\1x\xc0\x27"s)},
      {"a pointer cut in half", owner("\xc0")},
      {"a label of an unknown kind", owner("\x80\x01")},
      {"a label beyond the end", owner("\x3f"
                                       "abc")},
      {"an address beyond the end",
       answer(dns_ok, 1).same_name().u16(type::a).u16(1).u32(60).u16(4).u8(1)},
      {"more answers than bytes", answer(dns_ok, 65535).same_name().record(type::a, 60, v4_data)},
      {"an alias shorter than said", data("\1b\0\0\0"s)},
      {"an alias longer than said",
       answer(dns_ok, 1).same_name().u16(type::cname).u16(1).u32(60).u16(2).name("b.example")},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    CHECK(dns::read_response(r.message.take(), four).what == verdict::malformed);
  }
}

TEST_CASE("a name that grows with every pointer ends at 255 bytes") {
  auto message = answer(dns_ok, 9);
  auto last = 0x0cU;
  for (int i = 0; i < 9; ++i) {
    const auto here = static_cast<unsigned>(message.bytes.size());
    message.u8(40).text(std::string(40, 'x')).u16(0xc000 | last);
    message.record(16, 60, "");
    last = here;
  }
  CHECK(dns::read_response(message.take(), four).what == verdict::malformed);
}

TEST_CASE("cut at every length it is never read past its end") {
  const auto whole = answer(dns_ok, 2, 1)
                         .same_name()
                         .record(type::cname, 400, wire("b.example"))
                         .name("b.example")
                         .record(type::a, 60, v4_data)
                         .name("example")
                         .record(type::soa, 60, dns_bytes::soa(60))
                         .take();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of its own size: the sanitizer sees one byte more.
    const std::vector<std::byte> part(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(length));
    CAPTURE(length);
    CHECK(dns::read_response(part, four).addresses.size() <= 1);
  }
}
