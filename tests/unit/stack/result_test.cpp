// SPDX-License-Identifier: Apache-2.0
#include "stack/result.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace cellsock;

TEST_CASE("every error has a name of its own and a sentence") {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(errc::count_); ++i) {
    const auto code = static_cast<errc>(i);
    CHECK(names.insert(name(code)).second);
    CHECK(name(code).find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
    CHECK_FALSE(explain(code).empty());
  }
  CHECK(name(static_cast<errc>(250)) == "internal");
}

TEST_CASE("a result is a value or a failure") {
  result<int> good = 7;
  REQUIRE(good);
  CHECK(*good == 7);
  result<int> bad = fail(errc::timed_out, "after 5 s");
  REQUIRE_FALSE(bad);
  CHECK(bad.error() == failure{errc::timed_out, "after 5 s"});
}
