// SPDX-License-Identifier: Apache-2.0
#include "stack/socket_machine.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

using namespace cellsock;
using s = socket_state;
using e = socket_event;
using a = socket_action;

namespace {

s walk(s from, std::initializer_list<e> events, std::vector<a>* did = nullptr) {
  for (const auto event : events) {
    const auto next = step(from, event);
    if (!next) continue;
    from = next->next;
    if (did != nullptr) did->push_back(next->action);
  }
  return from;
}

}  // namespace

TEST_CASE("a connection's whole life") {
  std::vector<a> did;
  CHECK(walk(s::fresh, {e::connect_asked, e::connected, e::hung_up, e::flushed, e::modem_closed},
             &did) == s::ended);
  CHECK(did ==
        std::vector<a>{a::begin_connect, a::open_channel, a::flush_rest, a::close_modem, a::quit});
}

TEST_CASE("a failed connect leaves the padding unread") {
  CHECK(step(s::connecting, e::connect_failed)->action == a::fail_channel);
  CHECK(step(s::connecting, e::broken)->action == a::fail_channel);
}

TEST_CASE("what was received is delivered before an abnormal end") {
  CHECK(walk(s::open, {e::broken}) == s::ending);
  CHECK(walk(s::open, {e::broken, e::delivered}) == s::ended);
  CHECK(walk(s::half_closed, {e::broken, e::hung_up}) == s::ended);
}

TEST_CASE("a program that closes while the modem connects costs the modem one close") {
  std::vector<a> did;
  CHECK(walk(s::fresh, {e::connect_asked, e::hung_up, e::connected, e::modem_closed}, &did) ==
        s::ended);
  CHECK(did == std::vector<a>{a::begin_connect, a::abandon, a::close_modem, a::quit});
  CHECK(walk(s::abandoned, {e::connect_failed}) == s::ended);
}

TEST_CASE("late news does nothing") {
  for (int event = 0; event < static_cast<int>(e::count_); ++event)
    CHECK_FALSE(step(s::ended, static_cast<e>(event)));
  CHECK_FALSE(step(s::fresh, e::connected));
  CHECK_FALSE(step(s::closing, e::peer_ended));
  CHECK_FALSE(step(s::draining, e::peer_ended));
}

TEST_CASE("a stop ends every state") {
  for (const auto state :
       {s::fresh, s::connecting, s::open, s::half_closed, s::draining, s::ending})
    CHECK(step(state, e::stop));
}
