// SPDX-License-Identifier: Apache-2.0
#include "actors/event_bus.hpp"

#include <map>

namespace cellsock::events {
namespace {

struct listener {
  interest what;
  std::function<void(const shared_event&)> hear;
};

struct state {
  std::map<std::uint64_t, listener> listeners;
  interest wanted;
  std::uint64_t last_id = 0;

  void add_up() {
    wanted = {};
    for (const auto& [id, one] : listeners) {
      wanted.happenings |= one.what.happenings;
      wanted.trace |= one.what.trace;
      wanted.payload |= one.what.payload;
      wanted.notifications |= one.what.notifications;
    }
  }
};

bool concerns(const event& happened, const std::string& link) {
  if (link.empty()) return true;
  for (const auto& [key, value] : happened.fields)
    if (key == "link") return value == link;
  return true;
}

state& bus() {
  static state one;
  return one;
}

}  // namespace

std::size_t event::bytes() const noexcept {
  std::size_t total = sizeof(event) + name.size() + payload.size();
  for (const auto& [key, value] : fields) total += key.size() + value.size() + sizeof(value);
  return total;
}

subscription& subscription::operator=(subscription&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}

subscription::~subscription() {
  if (id_ == 0) return;
  bus().listeners.erase(id_);
  bus().add_up();
}

subscription subscribe(interest what, std::function<void(const shared_event&)> hear) {
  auto& here = bus();
  here.listeners.emplace(++here.last_id, listener{what, std::move(hear)});
  here.add_up();
  return subscription(here.last_id);
}

interest wanted() noexcept {
  return bus().wanted;
}

void publish(event happened) {
  const bool is_trace = happened.name == "at";
  const bool is_notice = happened.name == "at-notification";
  const auto shared = std::make_shared<const event>(std::move(happened));
  for (const auto& [id, one] : bus().listeners)
    if (is_trace ? one.what.trace : one.what.happenings || (is_notice && one.what.notifications))
      if (concerns(*shared, one.what.link)) one.hear(shared);
}

}  // namespace cellsock::events
