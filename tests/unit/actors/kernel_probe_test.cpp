// SPDX-License-Identifier: Apache-2.0
#include "actors/kernel_probe.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("every fact the contract rests on holds on this kernel") {
  for (const auto& fact : kernel_facts()) {
    INFO(fact.name);
    CHECK(fact.holds());
  }
  CHECK(probe_kernel());
}

TEST_CASE("a kernel without one of them is refused, with its name and what would happen") {
  const auto refused = probe_kernel(
      {{"good", "", [] { return true; }}, {"missing", "sockets would hang", [] { return false; }}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("missing") != std::string::npos);
  CHECK(refused.error().detail.find("sockets would hang") != std::string::npos);
}
