// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string receive(int fd, std::size_t capacity = 64, int flags = 0) {
  std::string buffer(capacity, '\0');
  const auto count = nrf_recv(fd, buffer.data(), buffer.size(), flags);
  if (count < 0) return "errno " + std::to_string(errno);
  buffer.resize(static_cast<std::size_t>(count));
  return buffer;
}

TEST_CASE("bytes go both ways over a connected stream") {
  fake_daemon daemon;
  auto fd = connected_stream();
  CHECK(nrf_send(fd, "GET /", 5, 0) == 5);
  CHECK(daemon.received(fd, 5) == "GET /");
  daemon.peer_sends(fd, "200 OK");
  CHECK(receive(fd) == "200 OK");
}

TEST_CASE(
    "a socket is handed out as socket(2) does: blocking, not close-on-exec, number below 768") {
  fake_daemon daemon;
  auto fd = stream_socket();
  REQUIRE(fd >= 0);
  CHECK(fd < 768);
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0);
  CHECK(nrf_fcntl(fd, NRF_F_GETFL, 0) == 0);
  CHECK(nrf_fcntl(fd, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
  CHECK(nrf_fcntl(fd, NRF_F_GETFL, 0) == NRF_O_NONBLOCK);
  CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("errno is left alone by success") {
  fake_daemon daemon;
  auto fd = connected_stream();
  errno = 4711;
  CHECK(nrf_send(fd, "x", 1, 0) == 1);
  daemon.peer_sends(fd, "y");
  CHECK(receive(fd) == "y");
  CHECK(poll_once(fd, NRF_POLLOUT) == NRF_POLLOUT);
  CHECK(errno == 4711);
}

TEST_CASE("before it is connected a stream is not writable and says ENOTCONN") {
  fake_daemon daemon;
  auto fd = stream_socket();
  CHECK(poll_once(fd, NRF_POLLOUT | NRF_POLLIN) == 0);
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_ENOTCONN);
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ENOTCONN));
  CHECK(nrf_send(fd, "", 0, 0) == -1);
  CHECK(errno == NRF_ENOTCONN);
}

TEST_CASE("R10: an orderly end reads as 0, again and again, and costs one question") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.peer_sends(fd, "last");
  daemon.peer_finishes(fd);
  CHECK(receive(fd) == "last");
  CHECK(receive(fd).empty());
  CHECK(receive(fd).empty());
  CHECK(receive(fd, 64, NRF_MSG_DONTWAIT).empty());
  CHECK(daemon.requests(v1::Request::kReason) == 1);
  CHECK(nrf_send(fd, "still", 5, 0) == 5);  // half closed: our direction stands
}

TEST_CASE("R10: an abnormal end is an error with its reason, not the end of the data") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.peer_sends(fd, "part");
  SUBCASE("seen as end of file") {
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
  }
  SUBCASE("seen as a reset") {
    REQUIRE(nrf_send(fd, "unread", 6, 0) == 6);
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
  }
  CHECK(receive(fd) == "part");  // what had arrived is still there
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ENETDOWN));
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ENETDOWN));
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_ENETDOWN);
  CHECK(pending_error(fd) == NRF_ENETDOWN);
}

TEST_CASE("R10: a daemon that is gone is ENETDOWN") {
  auto daemon = std::make_unique<fake_daemon>();
  auto fd = connected_stream();
  daemon.reset();
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ENETDOWN));
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_ENETDOWN);
  CHECK(pending_error(fd) == NRF_ENETDOWN);
  CHECK(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0) == -1);
  CHECK(errno == NRF_ENETDOWN);
}

TEST_CASE("R10: a daemon that was restarted since is ENETDOWN, and new sockets reach the new one") {
  auto daemon = std::make_unique<fake_daemon>(1);
  auto fd = connected_stream();
  daemon.reset();
  fake_daemon second(2);
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ENETDOWN));
  auto other = connected_stream();
  CHECK(nrf_send(other, "x", 1, 0) == 1);
}

TEST_CASE("R10: a reason that was forgotten is ECONNRESET") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.forget(cookie(fd));
  CHECK(receive(fd) == "errno " + std::to_string(NRF_ECONNRESET));
}

TEST_CASE("R11: our calls never raise SIGPIPE") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.end(fd, v1::ERROR_CODE_CONNECTION_RESET);
  std::signal(SIGPIPE, SIG_DFL);  // would kill the test
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_ECONNRESET);
}

TEST_CASE("non-blocking: EAGAIN, by O_NONBLOCK and by MSG_DONTWAIT") {
  fake_daemon daemon;
  auto fd = connected_stream();
  CHECK(receive(fd, 64, NRF_MSG_DONTWAIT) == "errno " + std::to_string(NRF_EAGAIN));
  REQUIRE(nrf_fcntl(fd, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
  CHECK(receive(fd) == "errno " + std::to_string(NRF_EAGAIN));
  const std::string big(1 << 20, 'b');
  const auto taken = nrf_send(fd, big.data(), big.size(), 0);
  CHECK(taken > 0);
  CHECK(taken < static_cast<ssize_t>(big.size()));
  CHECK(nrf_send(fd, big.data(), big.size(), 0) == -1);
  CHECK(errno == NRF_EAGAIN);
}

TEST_CASE("a blocking send returns when all of it is taken") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const std::string big(300000, 'b');
  std::thread sender([&] { CHECK(nrf_send(fd, big.data(), big.size(), 0) == 300000); });
  CHECK(daemon.received(fd, big.size()) == big);
  sender.join();
}

TEST_CASE("peek leaves the bytes, waitall collects them") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.peer_sends(fd, "abc");
  CHECK(receive(fd, 64, NRF_MSG_PEEK) == "abc");
  CHECK(receive(fd, 2, NRF_MSG_PEEK) == "ab");
  std::thread peer([&] { daemon.peer_sends(fd, "def"); });
  CHECK(receive(fd, 6, NRF_MSG_WAITALL) == "abcdef");
  peer.join();

  SUBCASE("the end cuts waitall short") {
    daemon.peer_sends(fd, "gh");
    daemon.peer_finishes(fd);
    CHECK(receive(fd, 10, NRF_MSG_WAITALL) == "gh");
    CHECK(receive(fd, 10, NRF_MSG_WAITALL).empty());
  }
  SUBCASE("so does an error, which comes with the next call") {
    daemon.peer_sends(fd, "gh");
    daemon.end(fd, v1::ERROR_CODE_CONNECTION_RESET);
    CHECK(receive(fd, 10, NRF_MSG_WAITALL) == "gh");
    CHECK(receive(fd, 10) == "errno " + std::to_string(NRF_ECONNRESET));
  }
  SUBCASE("so does a timeout") {
    REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 30) == 0);
    daemon.peer_sends(fd, "gh");
    CHECK(receive(fd, 10, NRF_MSG_WAITALL) == "gh");
    CHECK(receive(fd, 10, NRF_MSG_WAITALL) == "errno " + std::to_string(NRF_EAGAIN));
  }
}

TEST_CASE("R19: timeouts are the library's own milliseconds, read back exactly") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 5) == 0);
  nrf_timeval value{};
  nrf_socklen_t length = sizeof value;
  REQUIRE(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, &length) == 0);
  CHECK(value.tv_sec == 0);
  CHECK(value.tv_usec == 5000);
  CHECK(daemon.option(fd, v1::OPTION_RECV_TIMEOUT_MS) == 5);

  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 47) == 0);
  const auto start = steady_clock::now();
  CHECK(receive(fd) == "errno " + std::to_string(NRF_EAGAIN));
  CHECK(steady_clock::now() - start >= 47ms);

  REQUIRE(set_timeout_ms(fd, NRF_SO_SNDTIMEO, 20) == 0);
  CHECK(daemon.option(fd, v1::OPTION_SEND_TIMEOUT_MS) == 20);
  const std::string big(1 << 20, 'b');
  const auto taken = nrf_send(fd, big.data(), big.size(), 0);
  CHECK(taken > 0);
  CHECK(taken < static_cast<ssize_t>(big.size()));
  CHECK(nrf_send(fd, big.data(), big.size(), 0) == -1);
  CHECK(errno == NRF_EAGAIN);
}

TEST_CASE("R18: close in one thread wakes another blocked in recv, and harms no duplicate") {
  fake_daemon daemon;
  auto fd = connected_stream();
  program_fd duplicate(::dup(fd));
  std::string seen;
  {
    const blocked_call reader([&, number = int(fd)] { seen = receive(number); });
    CHECK(nrf_close(fd.release()) == 0);
  }
  CHECK(seen == "errno " + std::to_string(EINTR));
  daemon.peer_sends(duplicate, "alive");
  CHECK(receive(duplicate) == "alive");
}

TEST_CASE("R18: closing one socket leaves waiters on others asleep") {
  fake_daemon daemon;
  auto stays = connected_stream();
  std::string seen;
  const blocked_call reader([&] { seen = receive(stays); });
  for (int i = 0; i < 20; ++i) {
    auto goes = connected_stream();
    const blocked_call other(
        [number = int(goes)] { CHECK(receive(number) == "errno " + std::to_string(EINTR)); });
    nrf_close(goes.release());
  }
  CHECK_FALSE(reader.done());
  daemon.peer_sends(stays, "mine");
  REQUIRE(reader.returns());
  CHECK(seen == "mine");
}

TEST_CASE("a signal handler ends a wait with EINTR") {
  fake_daemon daemon;
  auto fd = connected_stream();
  static std::atomic<bool> handled;
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { handled = true; };
  ::sigaction(SIGUSR1, &action, &before);
  std::string seen;
  {
    blocked_call reader([&] { seen = receive(fd); });
    reader.signal(SIGUSR1);
  }
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK(handled);
  CHECK(seen == "errno " + std::to_string(EINTR));
}

TEST_CASE("zero lengths on a connected stream are 0 at once") {
  fake_daemon daemon;
  auto fd = connected_stream();
  CHECK(nrf_send(fd, "", 0, 0) == 0);
  CHECK(nrf_send(fd, nullptr, 0, 0) == 0);
  CHECK(nrf_recv(fd, nullptr, 0, 0) == 0);
}

TEST_CASE("bad arguments") {
  fake_daemon daemon;
  auto fd = connected_stream();
  CHECK(nrf_send(fd, nullptr, 1, 0) == -1);
  CHECK(errno == NRF_EFAULT);
  CHECK(nrf_send(fd, "x", 1, NRF_MSG_WAITACK) == -1);
  CHECK(errno == NRF_EOPNOTSUPP);
  const auto address = somewhere();
  CHECK(nrf_sendto(fd, "x", 1, 0, plain(address), sizeof address) == -1);
  CHECK(errno == NRF_EISCONN);
  std::array<char, 8> buffer{};
  nrf_sockaddr_in from{};
  nrf_socklen_t length = sizeof from;
  daemon.peer_sends(fd, "x");
  CHECK(nrf_recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<nrf_sockaddr*>(&from),
                     &length) == 1);
  CHECK(length == 0);
}

TEST_CASE("a socket's modem is chosen by name, read back with its zero, and taken back") {
  fake_daemon daemon;
  auto fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_IPPROTO_TCP);
  const auto choose = [&](std::string_view name) {
    errno = 0;
    nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, name.data(),
                   static_cast<nrf_socklen_t>(name.size()));
    return errno;
  };
  char name[16] = {};
  nrf_socklen_t length = sizeof name;
  REQUIRE(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, name, &length) == 0);
  CHECK(length == 0);
  CHECK(choose("modem1") == 0);
  CHECK(choose("modem7") == ENODEV);
  CHECK(choose(std::string(65, 'x')) == EINVAL);
  length = sizeof name;
  REQUIRE(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, name, &length) == 0);
  CHECK(length == 7);
  CHECK(std::string(name) == "modem1");
  length = 6;
  CHECK(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, name, &length) == -1);
  CHECK(errno == EINVAL);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, nullptr, 3) == -1);
  CHECK(errno == EFAULT);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, nullptr, 0) == 0);
  length = sizeof name;
  REQUIRE(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, name, &length) == 0);
  CHECK(length == 0);
  nrf_close(fd);
}

}  // namespace
}  // namespace cellsock::testing
