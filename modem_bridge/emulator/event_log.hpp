// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// One thing that happened in the modem. Payload never appears, only its length.
struct event {
  std::uint64_t number = 0;  // 1, 2, 3, … without gaps
  duration at{};             // since the modem was switched on, on its own clock
  std::string kind = {};     // "command", "sent", "received", "connected", "urc", …
  int handle = -1;           // the socket, or -1
  std::uint64_t bytes = 0;
  std::string text = {};
};

/// The ordered record of a run: what tests judge by instead of wall-clock time. Keeps the newest
/// `events_max`; whoever wants all of them fetches often enough.
class event_log {
public:
  static constexpr std::size_t events_max = 20000;

  explicit event_log(time_point start) : start_(start) {}

  void add(time_point now, std::string_view kind, int handle = -1, std::uint64_t bytes = 0,
           std::string text = {});
  [[nodiscard]] const std::deque<event>& events() const { return events_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_; }

private:
  time_point start_;
  std::uint64_t last_ = 0;
  std::deque<event> events_;
};

/// One JSON object, without a line end.
[[nodiscard]] std::string to_json(const event& what);

}  // namespace cellsock::emulator
