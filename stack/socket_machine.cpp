// SPDX-License-Identifier: Apache-2.0
#include "stack/socket_machine.hpp"

#include <array>
#include <cstddef>

namespace cellsock {
namespace {

using s = socket_state;
using e = socket_event;
using a = socket_action;

struct edge {
  s from;
  e on;
  s to;
  a action;
};

constexpr std::array edges{
    edge{s::fresh, e::connect_asked, s::connecting, a::begin_connect},
    edge{s::fresh, e::accepted, s::open, a::open_channel},
    edge{s::fresh, e::listens, s::listening, a::none},
    edge{s::fresh, e::hung_up, s::ended, a::quit},
    edge{s::fresh, e::stop, s::ended, a::fail_channel},

    edge{s::connecting, e::connected, s::open, a::open_channel},
    edge{s::connecting, e::connect_failed, s::ended, a::fail_channel},
    edge{s::connecting, e::broken, s::ended, a::fail_channel},
    edge{s::connecting, e::hung_up, s::abandoned, a::abandon},
    edge{s::connecting, e::stop, s::abandoned, a::fail_channel},

    edge{s::listening, e::broken, s::ended, a::fail_channel},
    edge{s::listening, e::hung_up, s::closing, a::stop_listening},
    edge{s::listening, e::stop, s::closing, a::close_modem},

    edge{s::open, e::peer_ended, s::half_closed, a::finish_reading},
    edge{s::open, e::broken, s::ending, a::deliver_rest},
    edge{s::open, e::write_ended, s::write_closed, a::await_peer},
    edge{s::open, e::hung_up, s::draining, a::flush_rest},
    edge{s::open, e::stop, s::closing, a::close_modem},

    edge{s::half_closed, e::broken, s::ending, a::deliver_rest},
    edge{s::half_closed, e::hung_up, s::draining, a::flush_rest},
    edge{s::half_closed, e::write_ended, s::finishing, a::finish_both},
    edge{s::half_closed, e::stop, s::closing, a::close_modem},

    edge{s::write_closed, e::peer_ended, s::finishing, a::finish_both},
    edge{s::write_closed, e::linger_over, s::finishing, a::finish_both},
    edge{s::write_closed, e::broken, s::ending, a::deliver_rest},
    edge{s::write_closed, e::hung_up, s::draining, a::flush_rest},
    edge{s::write_closed, e::stop, s::closing, a::close_modem},

    edge{s::finishing, e::flushed, s::closing, a::close_modem},
    edge{s::finishing, e::broken, s::ending, a::deliver_rest},
    edge{s::finishing, e::hung_up, s::draining, a::flush_rest},
    edge{s::finishing, e::stop, s::closing, a::close_modem},

    edge{s::ending, e::delivered, s::ended, a::end_channel},
    edge{s::ending, e::hung_up, s::ended, a::quit},
    edge{s::ending, e::stop, s::ended, a::end_channel},

    edge{s::draining, e::flushed, s::closing, a::close_modem},
    edge{s::draining, e::linger_over, s::closing, a::close_modem},
    edge{s::draining, e::broken, s::ended, a::quit},
    edge{s::draining, e::stop, s::closing, a::close_modem},

    edge{s::abandoned, e::connected, s::closing, a::close_modem},
    edge{s::abandoned, e::connect_failed, s::ended, a::quit},
    edge{s::abandoned, e::broken, s::ended, a::quit},

    edge{s::closing, e::modem_closed, s::ended, a::quit},
    edge{s::closing, e::broken, s::ended, a::quit},
};

constexpr bool no_pair_twice() {
  for (std::size_t i = 0; i < edges.size(); ++i)
    for (std::size_t j = i + 1; j < edges.size(); ++j)
      if (edges[i].from == edges[j].from && edges[i].on == edges[j].on) return false;
  return true;
}
static_assert(no_pair_twice(), "one row per state and event");

constexpr bool every_state_can_end() {
  for (std::size_t state = 0; state < static_cast<std::size_t>(s::ended); ++state) {
    bool leaves = false;
    for (const auto& row : edges)
      leaves = leaves || (row.from == static_cast<s>(state) && row.to != row.from);
    if (!leaves) return false;
  }
  return true;
}
static_assert(every_state_can_end(), "no state but `ended` is a dead end");

constexpr std::array<std::string_view, static_cast<std::size_t>(s::count_)> names{
    "fresh",     "connecting", "listening", "open",      "half-closed", "write-closed",
    "finishing", "ending",     "draining",  "abandoned", "closing",     "ended"};
static_assert(!names.back().empty());

}  // namespace

std::optional<socket_step> step(socket_state state, socket_event event) noexcept {
  for (const auto& row : edges)
    if (row.from == state && row.on == event) return socket_step{row.to, row.action};
  return std::nullopt;
}

std::string_view name(socket_state state) noexcept {
  return names[static_cast<std::size_t>(state) % names.size()];
}

}  // namespace cellsock
