// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/data_mode.hpp"

#include <algorithm>

namespace cellsock::emulator {

void data_mode::enter(std::size_t count) {
  state_ = state::payload;
  remaining_ = count;
  ring_at_ = 0;
  payload_bytes_ = 0;
  cause_ = 0;
  buffer_.clear();
  withheld_ = 0;
}

void data_mode::fail(int cause) {
  state_ = state::discard;
  cause_ = cause;
  buffer_.clear();
}

void data_mode::leave() {
  state_ = state::at;
  buffer_.clear();
  withheld_ = 0;
}

bool data_mode::put(std::byte value) {
  if (state_ == state::payload) ++payload_bytes_;
  if (state_ == state::payload && remaining_ > 0) {
    buffer_.push_back(value);
    return --remaining_ == 0;
  }
  if (value == std::byte{'+'}) {
    if (++withheld_ < terminator_bytes) return false;
    withheld_ = 0;
    return true;
  }
  release_withheld();
  if (state_ == state::payload) buffer_.push_back(value);
  return false;
}

std::vector<std::byte> data_mode::take(std::size_t bytes_max) {
  const auto end =
      buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(bytes_max, buffer_.size()));
  std::vector<std::byte> taken(buffer_.begin(), end);
  buffer_.erase(buffer_.begin(), end);
  if (!rewinds_) ring_at_ = (ring_at_ + taken.size()) % buffer_bytes;
  return taken;
}

std::optional<time_point> data_mode::silence() const {
  if (state_ != state::payload || buffer_.empty()) return {};
  return silent_at_;
}

void data_mode::release_withheld() {
  if (state_ == state::payload) buffer_.insert(buffer_.end(), withheld_, std::byte{'+'});
  withheld_ = 0;
}

}  // namespace cellsock::emulator
