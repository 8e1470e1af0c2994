// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/downlink.hpp"

#include <utility>

namespace cellsock::emulator {

downlink::downlink(unsigned baud)
    : clock_(baud), slice_(std::max<std::size_t>(1, baud / 10 / 1000)) {}

void downlink::write(std::span<const std::byte> bytes, time_point now) {
  if (queue_.empty() && clock_.after(0) < now) clock_.restart(now);
  queue_.insert(queue_.end(), bytes.begin(), bytes.end());
}

void downlink::run(time_point now) {
  if (!host_ready_) return;
  const std::size_t due = std::min(clock_.due(now), queue_.size());
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(due);
  released_.insert(released_.end(), queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  clock_.pass(due);
}

std::vector<std::byte> downlink::take() {
  return std::exchange(released_, {});
}

std::optional<time_point> downlink::next_event() const {
  if (!host_ready_ || queue_.empty()) return {};
  return clock_.after(std::min(slice_, queue_.size()));
}

void downlink::set_host_ready(bool ready, time_point now) {
  if (ready && !host_ready_ && clock_.after(0) < now) clock_.restart(now);
  host_ready_ = ready;
}

}  // namespace cellsock::emulator
