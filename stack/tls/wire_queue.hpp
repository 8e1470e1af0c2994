// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <vector>

#include "stack/limits.hpp"
#include "stack/transport.hpp"

namespace cellsock::tls {

/// One direction on one side of a session: the bytes of a stream, or whole datagrams. Bounded; what
/// does not fit is left with the giver (stream) or dropped (datagrams), and counted.
class wire_queue {
public:
  explicit wire_queue(transport kind) : kind_(kind) {}

  [[nodiscard]] bool empty() const noexcept {
    return kind_ == transport::stream ? from_ == stream_.size() : datagrams_.empty();
  }
  /// Bytes of a stream; datagrams.
  [[nodiscard]] std::size_t room() const noexcept {
    return kind_ == transport::stream ? limits::tls_queue_bytes_max - (stream_.size() - from_)
                                      : limits::dtls_queue_datagrams_max - datagrams_.size();
  }
  [[nodiscard]] std::size_t waiting() const noexcept {
    return kind_ == transport::stream ? stream_.size() - from_ : datagrams_.size();
  }
  /// How many were taken: of a datagram all, even when there was no room for it.
  std::size_t push(std::span<const std::byte> bytes) {
    if (kind_ == transport::datagram) {
      if (room() == 0) {
        ++refused_;
        return bytes.size();
      }
      datagrams_.emplace_back(bytes.begin(), bytes.end());
      return bytes.size();
    }
    if (bytes.size() > room()) {
      ++refused_;
      bytes = bytes.first(room());
    }
    tidy();
    stream_.insert(stream_.end(), bytes.begin(), bytes.end());
    return bytes.size();
  }
  /// All bytes that wait; the first datagram.
  [[nodiscard]] std::span<const std::byte> front() const noexcept {
    if (kind_ == transport::stream) return std::span(stream_).subspan(from_);
    return datagrams_.empty() ? std::span<const std::byte>{} : datagrams_.front();
  }
  /// Of a stream so many bytes; of datagrams the first one.
  void pop(std::size_t bytes) {
    if (kind_ == transport::datagram) {
      if (!datagrams_.empty()) datagrams_.pop_front();
      return;
    }
    from_ += std::min(bytes, stream_.size() - from_);
    if (from_ != stream_.size()) return;
    stream_.clear();
    from_ = 0;
  }
  /// Streams: room for so many at the end, to be written into, and then how many there were.
  [[nodiscard]] std::span<std::byte> extend(std::size_t bytes) {
    tidy();
    stream_.resize(stream_.size() + bytes);
    return std::span(stream_).last(bytes);
  }
  void cut(std::size_t unused) { stream_.resize(stream_.size() - unused); }
  void clear() {
    stream_.clear();
    from_ = 0;
    datagrams_.clear();
  }
  /// Times that something found no room.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
  // Bytes move down before the vector would have to grow beyond the bound.
  void tidy() {
    if (from_ < limits::tls_queue_bytes_max) return;
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(from_));
    from_ = 0;
  }

  transport kind_;
  std::vector<std::byte> stream_;
  std::size_t from_ = 0;
  std::deque<std::vector<std::byte>> datagrams_;
  std::uint64_t refused_ = 0;
};

}  // namespace cellsock::tls
