// SPDX-License-Identifier: Apache-2.0
// Frames of a control connection: what comes out does not depend on how the bytes were cut, and
// what is held never exceeds one frame and what was fed.
#include <cstdint>
#include <cstdlib>

#include "proto/frame.hpp"

using namespace cellsock::proto;

namespace {

std::vector<std::string> decode(std::span<const std::byte> bytes, std::size_t piece, bool& broken) {
  frame_decoder decoder;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    while (auto body = decoder.next()) out.push_back(std::move(*body));
    if (decoder.buffered() > frame_bytes_max + frame_header_bytes + piece) std::abort();
  }
  broken = decoder.broken();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  bool whole_broken = false, cut_broken = false;
  const auto whole = decode(bytes, std::max<std::size_t>(bytes.size(), 1), whole_broken);
  const auto cut = decode(bytes, 1 + data[0] % 7, cut_broken);
  if (whole != cut || whole_broken != cut_broken) std::abort();
  for (const auto& body : whole) {
    std::vector<std::byte> again;
    if (!append_frame(body, again) || again.size() != body.size() + frame_header_bytes)
      std::abort();
  }
  return 0;
}
