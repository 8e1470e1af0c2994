// SPDX-License-Identifier: Apache-2.0
// Runs the programs that are written as Zephyr's samples are, as they are.
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

using kind = fake_daemon::socket_kind;

/// A sample that runs, its standard output in a pipe.
class sample {
public:
  explicit sample(const std::string& name) {
    const std::string path = CELLSOCK_BINARY_DIR "/client_lib/examples/zephyr_" + name;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    output_ = pipe[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::array<char*, 2> arguments{const_cast<char*>(path.c_str()), nullptr};
    const int error =
        ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    REQUIRE_MESSAGE(error == 0, path);
  }
  ~sample() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_);
  }
  sample(const sample&) = delete;
  sample& operator=(const sample&) = delete;

  /// Everything that it printed, once it has ended in order.
  std::string ended() {
    std::string all;
    std::array<char, 512> buffer;
    for (ssize_t count = 0; (count = ::read(output_, buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(count));
    int status = -1;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    return all;
  }

private:
  pid_t pid_ = -1;
  int output_ = -1;
};

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
  const sample running(name);
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
  const sample running("echo_async");
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
  const sample running("dumb_http_server");
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
  sample running(name);
  const auto server = daemon.await_socket(kind::connected);
  CHECK(daemon.received_from(server, 14).starts_with("GET /"));
  daemon.peer_sends_to(server, "HTTP/1.0 200 OK\r\n\r\nbody");
  daemon.peer_finishes_with(server);
  const auto all = running.ended();
  CHECK_MESSAGE(all.find(printed) != std::string::npos, all);
}

}  // namespace
}  // namespace cellsock::testing
