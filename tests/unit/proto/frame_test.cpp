// SPDX-License-Identifier: Apache-2.0
#include "proto/frame.hpp"

#include <doctest/doctest.h>

#include <random>

#include "cellsock/v1/channel.pb.h"

using namespace cellsock::proto;

namespace {

std::vector<std::byte> frames_of(const std::vector<std::string>& bodies) {
  std::vector<std::byte> out;
  for (const auto& body : bodies) REQUIRE(append_frame(body, out));
  return out;
}

}  // namespace

TEST_CASE("frames come out as they went in, however the bytes were cut") {
  std::mt19937 random(7);
  const std::vector<std::string> bodies{"a", std::string(65536, 'x'), std::string("\0\1\2", 3),
                                        "last"};
  const auto bytes = frames_of(bodies);
  for (int round = 0; round < 50; ++round) {
    frame_decoder decoder;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t n =
          std::min<std::size_t>(bytes.size() - at, 1 + random() % (round == 0 ? 1 : 9000));
      decoder.feed(std::span(bytes).subspan(at, n));
      at += n;
      while (auto body = decoder.next()) got.push_back(*body);
    }
    CHECK(got == bodies);
    CHECK(decoder.buffered() == 0);
  }
}

TEST_CASE("a length outside 1..cap breaks the decoder for good and holds no memory") {
  for (const auto& header :
       {std::array<std::uint8_t, 4>{0, 0, 0, 0}, {1, 0, 1, 0}, {255, 255, 255, 255}}) {
    frame_decoder decoder;
    decoder.feed(std::as_bytes(std::span(header)));
    CHECK_FALSE(decoder.next());
    CHECK(decoder.broken());
    decoder.feed(frames_of({"good"}));
    CHECK_FALSE(decoder.next());
    CHECK(decoder.buffered() == 0);
  }
}

TEST_CASE("what cannot be a frame is not written") {
  std::vector<std::byte> out;
  CHECK_FALSE(append_frame("", out));
  CHECK_FALSE(append_frame(std::string(65537, 'x'), out));
  CHECK(out.empty());
}

TEST_CASE("a record for an accepted connection has one size whatever it holds") {
  const auto size = [](std::uint64_t cookie, std::uint32_t port, std::uint64_t address) {
    cellsock::v1::AcceptedConnection record;
    record.set_version(1);
    record.set_cookie(cookie);
    record.set_port(port);
    record.set_family(4);
    record.set_address_high(address);
    record.set_address_low(address);
    record.set_error(port);
    return record.ByteSizeLong();
  };
  CHECK(size(0, 0, 0) == size(~0ull, 65535, ~0ull));
}

TEST_CASE("a Datagram is never empty on the wire") {
  cellsock::v1::Datagram datagram;
  datagram.set_version(1);
  CHECK(datagram.ByteSizeLong() > 0);
}
