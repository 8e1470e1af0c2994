// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/push_policy.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "modem_bridge/poll_pace.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t sockets = 4;
using share = std::array<std::size_t, sockets>;

/// One window of received bytes, then the one after it: 'p' pushed, 'f' fetched.
struct row {
  share bytes;
  std::string before;
  std::string after;
};

}  // namespace

TEST_CASE("shares decide who is pushed to") {
  const row rows[] = {
      {{100, 0, 0, 0}, "pppp", "pppp"},        // alone
      {{100, 100, 100, 100}, "pppp", "pppp"},  // equal
      {{190, 10, 0, 0}, "pppp", "pppp"},       // of two, no share is more than twice the fair one
      {{201, 50, 49, 0}, "pppp", "fppp"},      // fair is 100
      {{200, 50, 50, 0}, "pppp", "pppp"},      // exactly twice is not more
      {{201, 50, 49, 0}, "fppp", "fppp"},      // still
      {{100, 100, 100, 0}, "fppp", "pppp"},    // fair again
      {{120, 90, 90, 0}, "fppp", "fppp"},      // above its share: not yet
      {{100, 0, 0, 0}, "fppp", "pppp"},        // alone again
      {{0, 100, 100, 100}, "fppp", "fppp"},    // nothing received: nothing learnt
      {{900, 0, 50, 50}, "pppp", "fppp"},
  };
  for (const auto& r : rows) {
    push_policy policy;
    push_policy::time_point now{1000s};
    for (std::uint32_t i = 0; i < sockets; ++i) policy.begin(socket_id{i});
    // A window that makes it what it is before.
    policy.received(socket_id{99}, 1, now);
    if (r.before.front() == 'f') policy.stalled(socket_id{0});
    now += 1s;
    policy.received(socket_id{99}, 1, now);
    for (std::uint32_t i = 0; i < sockets; ++i)
      if (r.bytes[i] > 0) policy.received(socket_id{i}, r.bytes[i], now + 500ms);
    std::string during;
    for (std::uint32_t i = 0; i < sockets; ++i) during += policy.push(socket_id{i}) ? 'p' : 'f';
    CHECK(during == r.before);
    policy.received(socket_id{99}, 1, now + 1s);
    std::string after;
    for (std::uint32_t i = 0; i < sockets; ++i) after += policy.push(socket_id{i}) ? 'p' : 'f';
    CHECK(after == r.after);
  }
}

TEST_CASE("a program that does not read is fetched from, until a window in which it does") {
  push_policy policy;
  push_policy::time_point now{1000s};
  const socket_id id{1};
  policy.begin(id);
  policy.received(id, 10, now);
  CHECK(policy.push(id));
  policy.stalled(id);
  CHECK_FALSE(policy.push(id));
  policy.received(id, 10, now + 1s);  // closes the window in which it did not read
  CHECK_FALSE(policy.push(id));
  policy.received(id, 10, now + 1900ms);
  CHECK_FALSE(policy.push(id));
  policy.received(id, 10, now + 2s);
  CHECK(policy.push(id));
  policy.forget(id);
  CHECK_FALSE(policy.push(id));
}

TEST_CASE("a modem that is asked is asked less while nothing moves") {
  poll_pace pace;
  poll_pace::time_point now{1000s};
  CHECK(pace.due() <= now);
  for (const auto step : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    pace.asked(now);
    CHECK(pace.due() == now + step);
    now = pace.due();
  }
  pace.asked(now);
  pace.activity();
  CHECK(pace.due() == now + 50ms);
}
