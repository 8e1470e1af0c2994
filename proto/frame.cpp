// SPDX-License-Identifier: Apache-2.0
#include "proto/frame.hpp"

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

void frame_decoder::feed(std::span<const std::byte> piece) {
  if (broken_) return;
  if (consumed_ > 0 && consumed_ == buffer_.size()) {
    buffer_.clear();
    consumed_ = 0;
  }
  buffer_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
}

std::optional<std::string> frame_decoder::next() {
  if (broken_ || buffered() < frame_header_bytes) return std::nullopt;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < frame_header_bytes; ++i)
    length |= std::uint32_t{static_cast<std::uint8_t>(buffer_[consumed_ + i])} << (8 * i);
  if (length == 0 || length > bytes_max_) {
    broken_ = true;
    buffer_.clear();
    buffer_.shrink_to_fit();
    consumed_ = 0;
    return std::nullopt;
  }
  if (buffered() < frame_header_bytes + length) return std::nullopt;
  std::string body = buffer_.substr(consumed_ + frame_header_bytes, length);
  consumed_ += frame_header_bytes + length;
  if (consumed_ > 4096) {  // keep the buffer from creeping while pieces never line up with frames
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return body;
}

}  // namespace cellsock::proto
