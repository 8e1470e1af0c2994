// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/name_service.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace cellsock;
using namespace cellsock::emulator;

namespace {

std::vector<std::byte> bytes(const std::string& text) {
  const auto raw = std::as_bytes(std::span(text));
  return {raw.begin(), raw.end()};
}

std::string text(const std::vector<std::byte>& all) {
  return {reinterpret_cast<const char*>(all.data()), all.size()};
}

/// Recursion desired, one question.
std::string query(char type, const std::string& flags = std::string("\x01\x00", 2)) {
  return std::string("\xBE\xEF", 2) + flags + std::string("\0\x01\0\0\0\0\0\0", 8) +
         std::string("\x04peer\x04test\0", 11) + std::string("\0", 1) + type +
         std::string("\0\x01", 2);
}

name_table table() {
  name_table names;
  CHECK(add_name(names, "peer.test=192.0.2.7"));
  CHECK(add_name(names, "peer.test=2001:db8::7"));
  return names;
}

}  // namespace

TEST_CASE("name service: an address of the family that is asked for") {
  const auto four = answer_query(table(), bytes(query(1)));
  REQUIRE(four);
  auto wanted = query(1);
  wanted[2] = '\x81';
  wanted[3] = '\x80';
  wanted[7] = '\x01';
  CHECK(text(*four) ==
        wanted + std::string("\xC0\x0C\0\x01\0\x01\0\0\x01\x2C\0\x04\xC0\0\x02\x07", 16));
  const auto six = answer_query(table(), bytes(query(28)));
  REQUIRE(six);
  CHECK(six->size() == query(28).size() + 12 + 16);
}

TEST_CASE("name service: no such name, no such data, no such thing") {
  const auto none = answer_query({}, bytes(query(1)));
  REQUIRE(none);
  CHECK(text(*none).substr(2, 2) == "\x81\x83");
  const auto no_data = answer_query(table(), bytes(query(16)));
  REQUIRE(no_data);
  CHECK(text(*no_data).substr(2, 2) == "\x81\x80");
  CHECK(text(*no_data).substr(6, 2) == std::string("\0\0", 2));
  const auto status = answer_query(table(), bytes(query(1, std::string("\x11\x00", 2))));
  REQUIRE(status);
  CHECK(text(*status).substr(2, 2) == "\x81\x84");
}

TEST_CASE("name service: what is no query is not answered, wherever it is cut") {
  const auto whole = query(1);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(answer_query(table(), bytes(whole.substr(0, size))));
  CHECK_FALSE(answer_query(table(), bytes(query(1, std::string("\x81\x80", 2)))));
  auto pointed = whole;
  pointed[12] = '\xC0';
  CHECK_FALSE(answer_query(table(), bytes(pointed)));
}
