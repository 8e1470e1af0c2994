// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Frames of a control connection: four bytes of length, little endian, then that many bytes of one
/// protobuf message. Length 0 and lengths above the cap are errors, after which the connection is
/// of no use (docs/wire_protocol.md). No I/O here.
namespace cellsock::proto {

/// Both ends agree on this cap; a longer frame is a fault or an attack. The biggest honest one is
/// an option value or a host name; 64 KiB leaves room for inline credentials.
inline constexpr std::size_t frame_bytes_max = 65536;
inline constexpr std::size_t frame_header_bytes = 4;

/// Appends header and `body` to `out`. Returns false, appending nothing, if the body is empty or
/// larger than the cap.
[[nodiscard]] bool append_frame(std::string_view body, std::vector<std::byte>& out);

/// Feed any pieces, ask for whole frames. Holds at most one partial frame beyond what is complete,
/// and nothing that went through it: a frame may be a secret. Its body is the caller's to wipe.
class frame_decoder {
public:
  explicit frame_decoder(std::size_t bytes_max = frame_bytes_max) : bytes_max_(bytes_max) {}
  ~frame_decoder();
  frame_decoder(const frame_decoder&) = default;
  frame_decoder& operator=(const frame_decoder&) = default;

  void feed(std::span<const std::byte> piece);
  /// The next whole frame's body, or nothing yet. Nothing for ever once `broken`.
  [[nodiscard]] std::optional<std::string> next();
  /// A length outside 1…cap was read: the rest cannot be understood.
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  /// Bytes held that are not yet a frame: how much an attacker can make us keep.
  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size() - consumed_; }

private:
  void grow(std::size_t size);
  void drop_consumed();

  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  bool broken_ = false;
};

}  // namespace cellsock::proto
