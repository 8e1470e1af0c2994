// SPDX-License-Identifier: Apache-2.0
#include "proto/secrets.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "proto/frame.hpp"
#include "tests/support/own_memory.hpp"

using namespace cellsock;
using test::found_in_memory;
using test::needle;

namespace {

const std::string hidden = "tfdsfu!uibu!opcpez!fmtf!ibt";  // each a letter too far

std::string planted() {
  std::string text = hidden;
  for (auto& c : text) --c;
  return text;
}
needle what() {
  auto text = planted();
  const needle made(std::as_bytes(std::span(text)));
  proto::wipe(text);
  return made;
}

}  // namespace

TEST_CASE("a wiped text is wiped where it was") {
  const auto looked_for = what();
  const auto base = found_in_memory(looked_for);
  auto text = planted();
  CHECK(found_in_memory(looked_for) == base + 1);
  proto::wipe(text);
  CHECK(text.empty());
  CHECK(found_in_memory(looked_for) == base);
}

TEST_CASE("whatever carries a credential is wiped of it, and nothing else is") {
  const auto looked_for = what();
  const auto base = found_in_memory(looked_for);
  v1::Request add, compare, option, other;
  add.mutable_add_credential()->set_content(planted());
  compare.mutable_compare_credential()->set_content(planted());
  option.mutable_set_secure_option()->mutable_value()->mutable_credential()->set_content(planted());
  other.mutable_resolve()->set_host("server.test");
  // Temporaries of their own went unwiped; theirs are the ones that count here.
  const auto held = found_in_memory(looked_for);
  CHECK(held >= base + 3);
  for (auto* request : {&add, &compare, &option}) CHECK(proto::wipe_secrets(*request));
  for (auto* request : {&add, &other}) CHECK_FALSE(proto::wipe_secrets(*request));
  CHECK(found_in_memory(looked_for) == held - 3);
  CHECK(add.add_credential().content().empty());
  CHECK(other.resolve().host() == "server.test");
}

TEST_CASE("a decoder keeps nothing of what went through it, however it was cut") {
  const auto looked_for = what();
  for (const std::size_t step : {1U, 7U, 5000U, 100000U}) {
    CAPTURE(step);
    const auto base = found_in_memory(looked_for);
    std::optional<proto::frame_decoder> decoder(std::in_place);
    {
      // Neither grows: that would leave copies.
      std::vector<std::byte> bytes;
      bytes.reserve(100000);
      for (std::size_t filler : {0U, 5000U, 100U, 30000U}) {
        std::string body;
        body.reserve(hidden.size() + filler);
        for (const char c : hidden) body += static_cast<char>(c - 1);
        body.append(filler, '.');
        REQUIRE(proto::append_frame(body, bytes));
        proto::wipe(body);
      }
      std::size_t frames = 0;
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        decoder->feed(std::span(bytes).subspan(at, std::min(step, bytes.size() - at)));
        while (auto body = decoder->next()) {
          ++frames;
          proto::wipe(*body);
        }
      }
      CHECK(frames == 4);
      proto::wipe(bytes);
    }
    CHECK(found_in_memory(looked_for) == base);
    decoder.reset();
    CHECK(found_in_memory(looked_for) == base);
  }
}
