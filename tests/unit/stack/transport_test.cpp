// SPDX-License-Identifier: Apache-2.0
#include "stack/transport.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace cellsock;

namespace {
bool ok(const datagram_rules& rules, const std::string& payload) {
  return carries(rules, std::as_bytes(std::span(payload)));
}
}  // namespace

TEST_CASE("datagram rules: size, emptiness, and the guarded sequence") {
  using namespace std::string_literals;
  const datagram_rules rules{1252, false, "+++", "\"\0\x08\x7f"s, 1024};
  CHECK(ok(rules, std::string(1252, 'x')));
  CHECK_FALSE(ok(rules, std::string(1253, 'x')));
  CHECK_FALSE(ok(rules, ""));
  CHECK(ok(rules, "a+++b"));
  CHECK(ok(rules, "\"\0\x08\x7f"s));
  CHECK_FALSE(ok(rules, "a+++\""));
  CHECK_FALSE(ok(rules, "+++\0"s));
  CHECK(ok(rules, "+++" + std::string(1021, 'x')));
  CHECK_FALSE(ok(rules, "+++" + std::string(1022, 'x')));
  CHECK(ok({.payload_bytes_max = 10, .empty_allowed = true}, ""));
}
