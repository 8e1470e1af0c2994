// SPDX-License-Identifier: Apache-2.0
// Keys leave nothing behind: the process's own memory is searched for them.
#include "stack/credentials/secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>

#include "tests/support/session_pair.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using test::session_pair;

namespace {

/// What is looked for, kept in a form that is not itself found.
class needle {
public:
  explicit needle(std::span<const std::byte> bytes) {
    for (const auto b : bytes.first(std::min(bytes.size(), hidden_.size())))
      hidden_[size_++] = b ^ mask;
  }
  __attribute__((no_sanitize("address"))) [[nodiscard]] bool at(const std::byte* here) const {
    for (std::size_t i = 0; i < size_; ++i)
      if (static_cast<std::byte>(here[i] ^ mask) != hidden_[i]) return false;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  static constexpr std::byte mask{0x5a};
  std::array<std::byte, 64> hidden_{};
  std::size_t size_ = 0;
};

/// Looks where no object of ours lives; nothing is copied, for a copy would be found next time.
__attribute__((no_sanitize("address"))) std::size_t count(const needle& what, const std::byte* from,
                                                          const std::byte* to) {
  std::size_t found = 0;
  for (const auto* at = from; at + what.size() <= to; ++at) found += what.at(at);
  return found;
}

/// Places in the heap and other writable private memory (not stacks: a call's own frame is there).
[[nodiscard]] std::size_t found_in_memory(const needle& what) {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  std::string line;
  while (std::getline(maps, line)) {
    unsigned long long from = 0;
    unsigned long long to = 0;
    char mode[5]{};
    if (std::sscanf(line.c_str(), "%llx-%llx %4s", &from, &to, mode) != 3) continue;
    // Sanitizers map terabytes of shadow.
    if (mode[0] != 'r' || mode[1] != 'w' || to - from > (1ULL << 28)) continue;
    if (line.find("[stack]") != std::string::npos) continue;
    found += count(what, reinterpret_cast<const std::byte*>(from),
                   reinterpret_cast<const std::byte*>(to));
  }
  return found;
}

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
