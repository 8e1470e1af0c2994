// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

/// Numbers and cookies of the process's sockets.
std::map<int, std::uint64_t> open_sockets(int from) {
  std::map<int, std::uint64_t> found;
  for (int fd = from; fd < 2048; ++fd)
    if (const auto name = cookie(fd); name != 0) found[fd] = name;
  return found;
}

/// Runs `body` in a forked child; its result is the child's exit status.
template <class Body>
int in_child(Body body) {
  const auto pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("R15: one thread needs one connection, close-on-exec, numbered 768 or more") {
  fake_daemon daemon;
  auto fd = connected_stream();
  for (int i = 0; i < 10; ++i) CHECK(pending_error(fd) == 0);
  CHECK(daemon.connections_ever() == 1);
  const auto own = open_sockets(768);
  CHECK_FALSE(own.empty());
  for (const auto& [number, name] : own) {
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
  }
}

TEST_CASE("R15: as many connections as calls are blocked at once, few kept") {
  fake_daemon daemon;
  daemon.plan_connect({connect_plan::outcome::hold});
  constexpr int callers = 12;
  std::vector<program_fd> sockets;
  for (int i = 0; i < callers; ++i) sockets.push_back(stream_socket());
  {
    std::vector<std::unique_ptr<blocked_call>> calls;
    for (const auto& fd : sockets)
      calls.push_back(std::make_unique<blocked_call>([&fd] { CHECK(connect_somewhere(fd) == 0); }));
    for (const auto& fd : sockets) REQUIRE(daemon.await_connecting(fd));
    CHECK(daemon.connections() == callers);
    for (const auto& fd : sockets) daemon.finish_connect(fd);
  }
  CHECK(daemon.await_connections(4));
}

TEST_CASE("R15: a number that the program closed and reused does not get our frames") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const auto own = open_sockets(768);
  REQUIRE_FALSE(own.empty());
  // As a daemonising program does: closes all it does not know, and opens a file.
  std::vector<int> victims;
  for (const auto& [number, unused] : own) {
    ::close(number);
    std::string name = "/tmp/cellsock_victim_XXXXXX";
    const int made = ::mkstemp(name.data());
    ::unlink(name.c_str());
    REQUIRE(::dup2(made, number) == number);
    ::close(made);
    victims.push_back(number);
  }
  CHECK(pending_error(fd) == 0);  // a new connection, with the descriptor shown
  CHECK(daemon.requests(v1::Request::kAttach) == 1);
  {
    // The wake descriptor was among them: a close still wakes.
    auto other = connected_stream();
    const blocked_call reader([number = int(other)] {
      char byte = 0;
      CHECK(nrf_recv(number, &byte, 1, 0) == -1);
    });
    nrf_close(other.release());
    CHECK(reader.returns());
  }
  for (const int number : victims) {
    struct stat facts {};
    CHECK(::fstat(number, &facts) == 0);
    CHECK(facts.st_size == 0);
    ::close(number);
  }
}

TEST_CASE("R13: a connection without the right shows the descriptor once") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.revoke_grants();
  CHECK(pending_error(fd) == 0);
  CHECK(pending_error(fd) == 0);
  CHECK(daemon.requests(v1::Request::kAttach) == 1);
}

TEST_CASE(
    "a daemon that hangs up in the middle of a call is ENETDOWN, and the next call reconnects") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.hang_up_on(v1::Request::kSetOption);
  CHECK(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 1) == -1);
  CHECK(errno == NRF_ENETDOWN);
  CHECK(pending_error(fd) == 0);
  CHECK(daemon.connections_ever() == 2);
}

TEST_CASE("replies out of step and foreign versions are refused") {
  fake_daemon daemon;
  SUBCASE("another version") {
    daemon.speak_version(9);
    CHECK(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0) == -1);
    CHECK(errno == NRF_EPROTO);
  }
  SUBCASE("hello refused") {
    daemon.answer(v1::Request::kHello, [](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_error()->set_code(v1::ERROR_CODE_VERSION_MISMATCH);
      return reply;
    });
    CHECK(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0) == -1);
    CHECK(errno == NRF_EPROTO);
  }
  SUBCASE("a socket without its descriptor") {
    daemon.answer(v1::Request::kSocket, [](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_socket()->set_cookie(5);
      return reply;
    });
    CHECK(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0) == -1);
    CHECK(errno == NRF_EPROTO);
  }
}

TEST_CASE("with a full descriptor table the call says EMFILE") {
  fake_daemon daemon;
  auto fd = connected_stream();
  // In a child, because the daemon shares this process's limit.
  const int error = in_child([&] {
    if (pending_error(fd) != 0) return 1;  // has its connection before the table is full
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0) == -1 ? errno : 0;
  });
  CHECK(error == NRF_EMFILE);
}

TEST_CASE("R16: a forked child uses the socket over a connection of its own") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 77) == 0);
  const auto parents = open_sockets(768);
  const int result = in_child([&] {
    nrf_timeval value{};
    nrf_socklen_t length = sizeof value;
    if (nrf_send(fd, "child", 5, 0) != 5) return 1;
    if (nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, &length) != 0) return 2;
    if (value.tv_usec != 77000) return 3;
    // What the parent's library had open is gone here.
    for (const auto& [number, name] : parents)
      if (cookie(number) == name) return 4;
    return nrf_close(fd) == 0 ? 0 : 5;
  });
  CHECK(result == 0);
  CHECK(daemon.received(fd, 5) == "child");
  CHECK(open_sockets(768) == parents);
  CHECK(nrf_send(fd, "parent", 6, 0) == 6);
  CHECK(daemon.received(fd, 11) == "childparent");
}

TEST_CASE("R16: a fork while another thread is blocked in a call") {
  fake_daemon daemon;
  auto fd = connected_stream();
  std::string seen;
  {
    const blocked_call reader([&] {
      char byte = 0;
      seen = nrf_recv(fd, &byte, 1, 0) == 1 ? std::string(1, byte) : "error";
    });
    CHECK(in_child(
              [&] { return nrf_send(fd, "c", 1, 0) == 1 && pending_error(fd) == 0 ? 0 : 1; }) == 0);
    CHECK_FALSE(reader.done());
    daemon.peer_sends(fd, "p");
  }
  CHECK(seen == "p");
}

TEST_CASE("R12: a socket closed with close(2) and a reused number are told apart") {
  fake_daemon daemon;
  auto second = connected_stream();
  auto first = datagram_socket();
  REQUIRE(::dup2(first, second) == int(second));
  CHECK(nrf_send(second, "x", 1, 0) == -1);
  CHECK(errno == NRF_EDESTADDRREQ);
}

TEST_CASE("closing the last descriptor ends the channel") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const auto name = cookie(fd);
  CHECK(nrf_close(fd.release()) == 0);
  CHECK(daemon.channel_hung_up(name));
}

TEST_CASE("R15: many threads, many sockets") {
  fake_daemon daemon;
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        auto fd = stream_socket();
        if (fd < 0 || connect_somewhere(fd) != 0 || nrf_send(fd, "x", 1, 0) != 1 ||
            pending_error(fd) != 0 || (poll_once(fd, NRF_POLLOUT) & NRF_POLLOUT) == 0)
          ++failures;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(daemon.await_connections(4));
}

}  // namespace
}  // namespace cellsock::testing
