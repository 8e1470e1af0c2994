// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "modem_bridge/at/command_queue.hpp"

// Property: what comes out of a channel on which data comes by itself depends on the bytes, not on
// how they were cut; and no push holds more than a receive may.
namespace {

using namespace cellsock;

std::string told(std::span<const std::byte> bytes, std::size_t cut, bool reading) {
  at::command_queue channel(115200);
  channel.set_pushes(dialect::sm1().pushes);
  const at::time_point now{std::chrono::seconds(1000)};
  if (reading) {
    at::command command{"AT#XRECV=0,0,64,1", "#XRECV:", std::chrono::seconds(6)};
    command.counted = true;
    command.value_at = 2;
    channel.start(std::move(command), now);
  }
  std::string made;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(cut, bytes.size()));
    channel.feed(part, now);
    while (auto event = channel.next(now)) {
      made += static_cast<char>('a' + event->index());
      if (const auto* push = std::get_if<at::command_queue::pushed>(&*event)) {
        if (push->bytes.empty() || push->bytes.size() != push->header.bytes ||
            push->bytes.size() > 2048)
          std::abort();
        made.append(reinterpret_cast<const char*>(push->bytes.data()), push->bytes.size());
      }
    }
    bytes = bytes.subspan(part.size());
  }
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  for (const bool reading : {false, true}) {
    const auto whole = told(bytes, size + 1, reading);
    // What is left of damaged data is thrown away, and how much of it had come depends on the cut.
    const char hole = static_cast<char>(
        'a' + at::command_queue::event(at::command_queue::push_damaged{}).index());
    if (whole.find(hole) != std::string::npos) continue;
    if (told(bytes, 1, reading) != whole || told(bytes, 7, reading) != whole) std::abort();
  }
  return 0;
}
