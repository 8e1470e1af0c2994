// SPDX-License-Identifier: Apache-2.0
// Runs the programs that are written as Zephyr's samples are, as they are.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/client_lib/example_process.hpp"
#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

using kind = fake_daemon::socket_kind;

v1::Endpoint somebody(const std::string& address) {
  v1::Endpoint made;
  made.set_address(address);
  made.set_port(40000);
  return made;
}
const v1::Endpoint four = somebody({"\x0A\x00\x00\x09", 4});

TEST_CASE("samples: an echo server, with accept, poll or select") {
  fake_daemon daemon;
  std::string name;
  SUBCASE("accept") {
    name = "echo";
  }
  SUBCASE("select") {
    name = "echo_async_select";
  }
  CAPTURE(name);
  const example_process running("zephyr_" + name);
  const auto listener = daemon.await_socket(kind::listener);
  const auto first = daemon.peer_connects_to(listener, four);
  daemon.peer_sends_to(first, "hello");
  CHECK(daemon.received_from(first, 5) == "hello");
  daemon.peer_finishes_with(first);
  CHECK(daemon.channel_hung_up(first));
  const auto second = daemon.peer_connects_to(listener, four);
  daemon.peer_sends_to(second, "again");
  CHECK(daemon.received_from(second, 5) == "again");
}

TEST_CASE("samples: an echo server on both families at once") {
  fake_daemon daemon;
  // Ports are given once, so the second listener's bind would fail: as a link with one family.
  daemon.answer(v1::Request::kBind, [](const v1::Request&) { return v1::Reply{}; });
  const example_process running("zephyr_echo_async");
  REQUIRE(daemon.await_requests(v1::Request::kListen, 2));
  const auto listener = daemon.await_socket(kind::listener);
  const auto first = daemon.peer_connects_to(listener, four);
  const auto second = daemon.peer_connects_to(listener, four);
  daemon.peer_sends_to(first, "one");
  daemon.peer_sends_to(second, "two");
  CHECK(daemon.received_from(first, 3) == "one");
  CHECK(daemon.received_from(second, 3) == "two");
  daemon.peer_finishes_with(first);
  CHECK(daemon.channel_hung_up(first));
}

TEST_CASE("samples: an HTTP server") {
  fake_daemon daemon;
  const example_process running("zephyr_dumb_http_server");
  const auto listener = daemon.await_socket(kind::listener);
  const auto client = daemon.peer_connects_to(listener, four);
  daemon.peer_sends_to(client, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
  CHECK(daemon.channel_hung_up(client));
  CHECK(daemon.received_from(client, 15).starts_with("HTTP/1.0 200 OK"));
}

TEST_CASE("samples: HTTP clients") {
  fake_daemon daemon;
  daemon.plan_names({{"example.com", {std::string("\xC0\x00\x02\x09", 4)}}});
  std::string name;
  std::string printed;
  SUBCASE("a page") {
    name = "http_get";
    printed = "Response:\n\nHTTP/1.0 200 OK\r\n\r\nbody";
  }
  SUBCASE("a large file") {
    name = "big_http_download";
    printed = "4 bytes, sum 041601ae";
  }
  example_process running("zephyr_" + name);
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 14).starts_with("GET /"));
  daemon.peer_sends_to(server, "HTTP/1.0 200 OK\r\n\r\nbody");
  daemon.peer_finishes_with(server);
  const auto all = running.ended();
  CHECK_MESSAGE(all.find(printed) != std::string::npos, all);
}

}  // namespace
}  // namespace cellsock::testing
