// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/client_lib/example_process.hpp"
#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

using kind = fake_daemon::socket_kind;

TEST_CASE("examples: an echo told by a callback, over a PDN") {
  fake_daemon daemon;
  example_process running("nrf_callback_echo", {"192.0.2.1", "7", "hello", "1"});
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 5) == "hello");
  CHECK(daemon.requests(v1::Request::kSetOption) == 1);
  daemon.peer_sends_to(server, "hel");
  daemon.peer_sends_to(server, "lo");
  CHECK(running.ended() == "hello\n");
  CHECK(daemon.channel_hung_up(server));
}

}  // namespace
}  // namespace cellsock::testing
