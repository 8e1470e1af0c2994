// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/events.hpp"

/// Who hears what happens, besides the log: one bus per process, as there is one log. Loop thread
/// only, so there is no lock. It costs a branch while nobody listens.
namespace cellsock::events {

struct event {
  level severity = level::info;
  std::string_view name;
  std::chrono::system_clock::time_point at = {};
  std::vector<std::pair<std::string_view, std::string>> fields = {};
  std::string payload = {};  // of an `at` line, while somebody may see it; never logged

  /// What it takes in a queue, roughly.
  [[nodiscard]] std::size_t bytes() const noexcept;
};
using shared_event = std::shared_ptr<const event>;

struct interest {
  bool happenings = false;     // everything but `at`
  bool trace = false;          // `at`
  bool payload = false;        // with its payload: for those who are entitled to it
  std::string link = {};       // what does not concern another one; empty: all
  bool notifications = false;  // `at-notification` alone
};

/// Ends with its object.
class subscription {
public:
  subscription() = default;
  explicit subscription(std::uint64_t id) : id_(id) {}
  subscription(subscription&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  subscription& operator=(subscription&& other) noexcept;
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;
  ~subscription();

private:
  std::uint64_t id_ = 0;
};

/// `hear` passes the event on and does nothing else: it neither publishes nor (un)subscribes.
[[nodiscard]] subscription subscribe(interest what, std::function<void(const shared_event&)> hear);
/// What anybody is interested in: what nobody wants need not be made.
[[nodiscard]] interest wanted() noexcept;
void publish(event happened);

}  // namespace cellsock::events
