// SPDX-License-Identifier: Apache-2.0
#include "proto/frame.hpp"

#include <algorithm>
#include <cstring>

#include "proto/secrets.hpp"

namespace cellsock::proto {

bool append_frame(std::string_view body, std::vector<std::byte>& out) {
  if (body.empty() || body.size() > frame_bytes_max) return false;
  const auto length = static_cast<std::uint32_t>(body.size());
  for (unsigned shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<std::byte>((length >> shift) & 0xFF));
  const auto* first = reinterpret_cast<const std::byte*>(body.data());
  out.insert(out.end(), first, first + body.size());
  return true;
}

frame_decoder::~frame_decoder() {
  wipe(buffer_);
}

/// As a string grows, but what it leaves behind is wiped.
void frame_decoder::grow(std::size_t size) {
  if (size <= buffer_.capacity()) return;
  std::string larger;
  larger.reserve(std::max(size, 2 * buffer_.capacity()));
  larger.append(buffer_);
  wipe(buffer_);
  buffer_.swap(larger);
}

void frame_decoder::drop_consumed() {
  const auto rest = buffered();
  std::memmove(buffer_.data(), buffer_.data() + consumed_, rest);
  wipe(std::as_writable_bytes(std::span(buffer_).subspan(rest)));
  buffer_.resize(rest);
  consumed_ = 0;
}

void frame_decoder::feed(std::span<const std::byte> piece) {
  if (broken_) return;
  if (consumed_ > 0 && consumed_ == buffer_.size()) drop_consumed();
  grow(buffer_.size() + piece.size());
  buffer_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
}

std::optional<std::string> frame_decoder::next() {
  if (broken_ || buffered() < frame_header_bytes) return std::nullopt;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < frame_header_bytes; ++i)
    length |= std::uint32_t{static_cast<std::uint8_t>(buffer_[consumed_ + i])} << (8 * i);
  if (length == 0 || length > bytes_max_) {
    broken_ = true;
    wipe(buffer_);
    buffer_.shrink_to_fit();
    consumed_ = 0;
    return std::nullopt;
  }
  if (buffered() < frame_header_bytes + length) return std::nullopt;
  std::string body = buffer_.substr(consumed_ + frame_header_bytes, length);
  consumed_ += frame_header_bytes + length;
  // At once if nothing is left; and lest the buffer creep while pieces never line up with frames.
  if (consumed_ > 4096 || consumed_ == buffer_.size()) drop_consumed();
  return body;
}

}  // namespace cellsock::proto
