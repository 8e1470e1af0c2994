// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/event_log.hpp"

#include <utility>

#include "modem_bridge/emulator/json_object.hpp"

namespace cellsock::emulator {

void event_log::add(time_point now, std::string_view kind, int handle, std::uint64_t bytes,
                    std::string text) {
  if (events_.size() == events_max) events_.pop_front();
  events_.push_back({++last_, now - start_, std::string(kind), handle, bytes, std::move(text)});
}

std::string to_json(const event& what) {
  json_object object;
  object.add("n", what.number);
  object.add("t_us", static_cast<std::uint64_t>(what.at / std::chrono::microseconds(1)));
  object.add("event", what.kind);
  if (what.handle >= 0) object.add("handle", static_cast<std::uint64_t>(what.handle));
  if (what.bytes > 0) object.add("bytes", what.bytes);
  if (!what.text.empty()) object.add("text", what.text);
  return object.text();
}

}  // namespace cellsock::emulator
