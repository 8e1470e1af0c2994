// SPDX-License-Identifier: Apache-2.0
// Keys leave nothing behind: the process's own memory is searched for them.
#include "stack/credentials/secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "tests/support/own_memory.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using test::found_in_memory;
using test::needle;
using test::session_pair;

namespace {

/// The key's own number as the library keeps it: its bytes backwards.
std::vector<std::byte> backwards(std::span<const std::byte> bytes) {
  return {bytes.rbegin(), bytes.rend()};
}

}  // namespace

TEST_CASE("a secret's memory is wiped when it grows, shrinks, moves and goes") {
  const std::string planted = "planted: 0123456789 abcdefghij";
  const needle what(test::bytes_of(planted).subspan(9));
  const auto base = found_in_memory(what);
  {
    secret a(test::bytes_of(planted));
    CHECK(found_in_memory(what) == base + 1);
    a.append(test::bytes_of(std::string(5000, 'x')));  // moves to a larger block
    CHECK(found_in_memory(what) == base + 1);
    auto b = std::move(a);
    CHECK(found_in_memory(what) == base + 1);
    b.shrink(12);
    CHECK(found_in_memory(what) == base);
    b = secret(test::bytes_of(planted));
    const auto c = b.copy();
    CHECK(found_in_memory(what) == base + 2);
    CHECK(c.same_as(b.view()));
  }
  CHECK(found_in_memory(what) == base);
}

TEST_CASE("after a connection nothing of its keys is left") {
  auto text = std::make_unique<std::string>("planted-psk-8347a1f0c2d9e6b5");
  const needle psk(test::bytes_of(*text));
  auto c = std::make_unique<settings>(test::client_settings());
  auto s = std::make_unique<settings>(test::server_settings());
  c->tags = {test::psk(*text)};
  s->tags = {test::psk(*text)};
  wipe(std::as_writable_bytes(std::span(text->data(), text->size())));
  text.reset();
  const auto held = found_in_memory(psk);
  CHECK(held >= 2);  // both credentials: the search finds what is there
  auto pair = std::make_unique<session_pair>(std::move(*c), std::move(*s));
  c.reset();
  s.reset();
  REQUIRE(pair->shake_hands());
  CHECK(found_in_memory(psk) >= held);
  CHECK(pair->carry(pair->client, pair->server, "hello") == "hello");
  pair.reset();
  CHECK(found_in_memory(psk) == 0);
}

TEST_CASE("nor of a private key") {
  auto c = std::make_unique<settings>(test::client_settings());
  auto s = std::make_unique<settings>(test::server_settings());
  // SEC 1 inside PKCS #8: the number itself is 32 bytes from 36 on for P-256.
  const auto number = s->tags[0].private_key->key.view().subspan(36, 32);
  const needle as_given(number);
  auto reversed = backwards(number);
  const needle as_computed(reversed);
  wipe(reversed);
  CHECK(found_in_memory(as_given) == 1);
  auto pair = std::make_unique<session_pair>(std::move(*c), std::move(*s));
  c.reset();
  s.reset();
  REQUIRE(pair->shake_hands());
  CHECK(found_in_memory(as_computed) >= 1);
  pair.reset();
  CHECK(found_in_memory(as_given) == 0);
  CHECK(found_in_memory(as_computed) == 0);
}
