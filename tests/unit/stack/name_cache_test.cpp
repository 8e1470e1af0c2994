// SPDX-License-Identifier: Apache-2.0
#include "stack/name_cache.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

const ip_address four = *parse_address("192.0.2.7");
const name_cache::time_point start{1000s};

}  // namespace

TEST_CASE("how long an answer is good for, by what it is") {
  struct row {
    const char* what;
    name_cache::answer said;
    std::chrono::milliseconds good_for;
  };
  const row rows[]{
      {"addresses", std::vector{four}, 60s},
      {"none of that family", std::vector<ip_address>{}, 60s},
      {"no such name", fail(errc::name_not_found), 5s},
      {"the name server has trouble", fail(errc::name_try_again), 0s},
      {"it fails", fail(errc::name_failed), 0s},
      {"no modem", fail(errc::link_down), 0s},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    name_cache cache(4, 60s, 5s);
    cache.store({"a.example"}, r.said, start);
    const bool kept = r.good_for.count() > 0;
    CHECK((cache.find({"a.example"}, start) != nullptr) == kept);
    if (!kept) continue;
    const auto* said = cache.find({"a.example"}, start + r.good_for - 1ms);
    REQUIRE(said != nullptr);
    CHECK(static_cast<bool>(*said) == static_cast<bool>(r.said));
    CHECK(cache.find({"a.example"}, start + r.good_for) == nullptr);
    CHECK(cache.size() == 0);
  }
}

TEST_CASE("one question is one question however it is spelt, and no other") {
  name_cache cache(4, 60s, 5s);
  cache.store({"A.Example.", ip_family::v4}, std::vector{four}, start);
  CHECK(cache.find({"a.example", ip_family::v4}, start) != nullptr);
  CHECK(cache.find({"a.example"}, start) == nullptr);
  CHECK(cache.find({"a.example", ip_family::v6}, start) == nullptr);
  CHECK(cache.find({"a.example", ip_family::v4, pdn_id{1}}, start) == nullptr);
  CHECK(cache.find({"b.example", ip_family::v4}, start) == nullptr);
  cache.store({"a.example", ip_family::v4}, fail(errc::name_not_found), start + 1s);
  CHECK_FALSE(static_cast<bool>(*cache.find({"a.example", ip_family::v4}, start + 2s)));
  CHECK(cache.size() == 1);
  cache.forget();
  CHECK(cache.size() == 0);
}

TEST_CASE("it is bounded: what is over goes first, then what is oldest") {
  name_cache cache(3, 60s, 5s);
  cache.store({"gone"}, fail(errc::name_not_found), start);
  cache.store({"old"}, std::vector{four}, start + 1s);
  cache.store({"new"}, std::vector{four}, start + 2s);
  cache.store({"newer"}, std::vector{four}, start + 10s);
  CHECK(cache.size() == 3);
  CHECK(cache.find({"old"}, start + 10s) != nullptr);
  cache.store({"newest"}, std::vector{four}, start + 11s);
  CHECK(cache.find({"old"}, start + 11s) == nullptr);
  CHECK(cache.find({"new"}, start + 11s) != nullptr);
  CHECK(cache.size() == 3);
  name_cache none(0, 60s, 5s);
  none.store({"a"}, std::vector{four}, start);
  CHECK(none.size() == 0);
}

TEST_CASE("a resolver that knows how long says so") {
  name_cache cache(4, 60s, 5s);
  cache.store({"a.example"}, std::vector{four}, start, 300s);
  cache.store({"b.example"}, fail(errc::name_not_found), start, 120s);
  for (const auto& [host, good_for] : {std::pair{"a.example", 300s}, {"b.example", 120s}}) {
    CHECK(cache.find({host}, start + good_for - 1ms) != nullptr);
    CHECK(cache.find({host}, start + good_for) == nullptr);
  }
  cache.store({"c.example"}, fail(errc::name_try_again), start, 120s);  // says nothing of the name
  CHECK(cache.find({"c.example"}, start) == nullptr);
}
