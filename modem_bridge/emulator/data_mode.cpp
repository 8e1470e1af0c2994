// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/data_mode.hpp"

#include <algorithm>

namespace cellsock::emulator {

void data_mode::enter() {
  state_ = state::payload;
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
