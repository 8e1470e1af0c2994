// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/client_lib/zephyr_socket.hpp"

#include <doctest/doctest.h>
#include <net/if.h>

#include <array>
#include <chrono>
#include <csignal>

namespace cellsock::testing {
namespace {

using namespace std::chrono_literals;

constexpr connect_plan hold{connect_plan::outcome::hold};
constexpr connect_plan refused{connect_plan::outcome::fail, v1::ERROR_CODE_CONNECTION_REFUSED};

std::string receive(int fd, int flags = 0) {
  std::array<char, 64> buffer;
  const auto count = zsock_recv(fd, buffer.data(), buffer.size(), flags);
  if (count < 0) return "errno " + std::to_string(errno);
  return {buffer.data(), static_cast<std::size_t>(count)};
}

TEST_CASE("zsock: bytes go both ways with the host's own structs, errno left alone") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  errno = 4711;
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_send(fd, "GET /", 5, 0) == 5);
  CHECK(errno == 4711);
  CHECK(daemon.received(fd, 5) == "GET /");
  daemon.peer_sends(fd, "200 OK");
  CHECK(receive(fd, ZSOCK_MSG_PEEK) == "200 OK");
  CHECK(receive(fd) == "200 OK");
  CHECK(daemon.peer_of(fd).port() == 7);
  CHECK(daemon.peer_of(fd).address() == std::string("\xC0\x00\x02\x01", 4));
}

TEST_CASE("zsock: the kinds of sockets that exist") {
  fake_daemon daemon;
  const auto error_of = [](int family, int type, int protocol) {
    return errno_of_call(program_fd(zsock_socket(family, type, protocol)));
  };
  CHECK(error_of(AF_INET, SOCK_STREAM, 0) == 0);
  CHECK(error_of(AF_INET6, SOCK_STREAM, IPPROTO_TCP) == 0);
  CHECK(error_of(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) == 0);
  CHECK(error_of(AF_UNSPEC, SOCK_STREAM, 0) == EAFNOSUPPORT);
  CHECK(error_of(AF_UNIX, SOCK_STREAM, 0) == EAFNOSUPPORT);
  CHECK(error_of(AF_INET, SOCK_RAW, 0) == EPROTOTYPE);
  CHECK(error_of(AF_INET, SOCK_STREAM, IPPROTO_UDP) == EOPNOTSUPP);
  CHECK(error_of(AF_INET, SOCK_DGRAM, IPPROTO_TCP) == EOPNOTSUPP);
  daemon.refuse_sockets(v1::ERROR_CODE_NO_HANDLE);
  CHECK(error_of(AF_INET, SOCK_STREAM, 0) == ENOBUFS);
}

TEST_CASE("zsock: connect on a connected stream is 0, while one is pending EALREADY") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = zephyr_stream();
  REQUIRE(zsock_fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  CHECK(errno_of_call(zephyr_connect(fd)) == EINPROGRESS);
  CHECK(zephyr_poll(fd, ZSOCK_POLLIN | ZSOCK_POLLOUT) == 0);
  CHECK(errno_of_call(zephyr_connect(fd)) == EALREADY);
  daemon.finish_connect(fd);
  CHECK(zephyr_poll(fd, ZSOCK_POLLOUT, 10000) == ZSOCK_POLLOUT);
  CHECK(zephyr_connect(fd) == 0);
  CHECK(zsock_send(fd, "x", 1, 0) == 1);
}

TEST_CASE("zsock: a failed connect polls as POLLERR and nothing else, SO_ERROR tells") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  SUBCASE("in the background") {
    daemon.plan_connect(hold);
    REQUIRE(zsock_fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    CHECK(errno_of_call(zephyr_connect(fd)) == EINPROGRESS);
    short seen = 0;
    {
      const blocked_call call([&] { seen = zephyr_poll(fd, ZSOCK_POLLOUT, -1); });
      daemon.fail_connect(fd, v1::ERROR_CODE_CONNECTION_REFUSED);
    }
    CHECK(seen == ZSOCK_POLLERR);
    int error = 0;
    socklen_t length = sizeof error;
    CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
    CHECK(error == ECONNREFUSED);
  }
  SUBCASE("in the foreground") {
    daemon.plan_connect(refused);
    CHECK(errno_of_call(zephyr_connect(fd)) == ECONNREFUSED);
  }
  CHECK(zephyr_poll(fd, ZSOCK_POLLIN | ZSOCK_POLLOUT) == ZSOCK_POLLERR);
  CHECK(zephyr_poll(fd, 0) == ZSOCK_POLLERR);
  daemon.plan_connect({});
  REQUIRE(zsock_fcntl(fd, F_SETFL, 0) == 0);
  CHECK(zephyr_connect(fd) == 0);  // a retry on the same descriptor
  CHECK(zephyr_poll(fd, ZSOCK_POLLIN | ZSOCK_POLLOUT) == ZSOCK_POLLOUT);
}

TEST_CASE("zsock: a connection that stood and broke is no failed connect") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = zephyr_stream();
  REQUIRE(zsock_fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  CHECK(errno_of_call(zephyr_connect(fd)) == EINPROGRESS);
  daemon.finish_connect(fd);
  SUBCASE("seen by poll") {
    CHECK(zephyr_poll(fd, ZSOCK_POLLOUT, 10000) == ZSOCK_POLLOUT);
  }
  SUBCASE("seen by a send") {
    CHECK(zsock_send(fd, "x", 1, 0) == 1);
  }
  SUBCASE("seen by bytes that wait") {
    daemon.peer_sends(fd, "bytes");
  }
  daemon.end(fd, v1::ERROR_CODE_CONNECTION_RESET);
  CHECK(zephyr_poll(fd, ZSOCK_POLLIN, 10000) == (ZSOCK_POLLIN | ZSOCK_POLLHUP | ZSOCK_POLLERR));
}

TEST_CASE("zsock: poll skips negative numbers, and a closed one is POLLNVAL") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  const int closed = fd.release();
  REQUIRE(zsock_close(closed) == 0);
  std::array<zsock_pollfd, 2> fds{{{-1, ZSOCK_POLLIN, 99}, {closed, ZSOCK_POLLIN, 0}}};
  CHECK(zsock_poll(fds.data(), 2, 0) == 1);
  CHECK(fds[0].revents == 0);
  CHECK(fds[1].revents == ZSOCK_POLLNVAL);
  CHECK(errno_of_call(zsock_poll(fds.data(), -1, 0)) == EINVAL);
  CHECK(errno_of_call(zsock_poll(nullptr, 1, 0)) == EFAULT);
}

TEST_CASE("zsock, R18: close wakes a blocked receive with EINTR") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  std::string seen;
  {
    const blocked_call reader([&, number = int(fd)] { seen = receive(number); });
    CHECK(zsock_close(fd.release()) == 0);
  }
  CHECK(seen == "errno " + std::to_string(EINTR));
}

TEST_CASE("zsock, R11: a send to a connection that is gone raises no SIGPIPE") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  daemon.end(fd, v1::ERROR_CODE_CONNECTION_RESET);
  std::signal(SIGPIPE, SIG_DFL);  // would kill the test
  CHECK(errno_of_call(zsock_send(fd, "x", 1, MSG_NOSIGNAL)) == ECONNRESET);
}

TEST_CASE("zsock, R19: a timeout is a whole timeval, exact in milliseconds") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  const auto set = [&](timeval value, socklen_t length = sizeof(timeval)) {
    return errno_of_call(zsock_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, length));
  };
  CHECK(set({0, 47000}, sizeof(timeval) - 1) == EINVAL);
  CHECK(set({0, 47000}, sizeof(timeval) + 1) == EINVAL);
  CHECK(set({0, 1000000}) == EINVAL);
  CHECK(set({0, -1}) == EINVAL);
  CHECK(set({-1, 0}) == EINVAL);
  CHECK(set({0, 47000}) == 0);
  timeval kept{};
  socklen_t length = sizeof kept - 1;
  CHECK(errno_of_call(zsock_getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kept, &length)) == EINVAL);
  length = sizeof kept;
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kept, &length) == 0);
  CHECK(kept.tv_usec == 47000);
  CHECK(length == sizeof kept);
  const auto start = std::chrono::steady_clock::now();
  CHECK(receive(fd) == "errno " + std::to_string(EAGAIN));
  CHECK(std::chrono::steady_clock::now() - start >= 47ms);
}

TEST_CASE("zsock: SO_ERROR takes an int and nothing else, and is not lost by asking wrongly") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  daemon.set_pending_error(fd, v1::ERROR_CODE_TIMED_OUT);
  int error = 0;
  socklen_t length = 2;
  CHECK(errno_of_call(zsock_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length)) == EINVAL);
  length = sizeof error;
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
  CHECK(error == ETIMEDOUT);
  CHECK(errno_of_call(zsock_setsockopt(fd, SOL_TLS, TLS_PEER_VERIFY, &error, sizeof error)) ==
        ENOPROTOOPT);
}

TEST_CASE("zsock: fcntl reads and sets O_NONBLOCK, other status bits do not matter") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  CHECK(zsock_fcntl(fd, F_GETFL) == 0);
  CHECK(zsock_fcntl(fd, F_GETFL, 0) == 0);
  CHECK(zsock_fcntl(fd, F_SETFL, O_NONBLOCK | O_RDWR) == 0);
  CHECK(zsock_fcntl(fd, F_GETFL) == O_NONBLOCK);
  CHECK(zsock_fcntl(fd, F_SETFL, 0) == 0);
  CHECK(zsock_fcntl(fd, F_GETFL) == 0);
  CHECK(errno_of_call(zsock_fcntl(fd, F_DUPFD, 0)) == EINVAL);
}

TEST_CASE("zsock: a stream ignores a destination, an address it cannot read it does not") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  const host_address elsewhere("192.0.2.77");
  const auto send_elsewhere = [&](socklen_t length) {
    return zsock_sendto(fd, "x", 1, 0, elsewhere.plain(), length);
  };
  CHECK(errno_of_call(send_elsewhere(elsewhere.length())) == ENOTCONN);
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(send_elsewhere(elsewhere.length()) == 1);
  CHECK(errno_of_call(send_elsewhere(8)) == EINVAL);
  daemon.peer_sends(fd, "y");
  sockaddr_storage from{};
  socklen_t length = sizeof from;
  char byte = 0;
  CHECK(zsock_recvfrom(fd, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &length) == 1);
  CHECK(length == 0);
}

TEST_CASE("zsock: MSG_TRUNC tells a datagram's own length") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  REQUIRE(zephyr_connect(fd) == 0);
  v1::Datagram sent;
  sent.set_version(1);
  sent.set_payload("long one");
  daemon.peer_sends_datagram(fd, sent);
  daemon.peer_sends_datagram(fd, sent);
  std::array<char, 8> buffer{};
  CHECK(zsock_recv(fd, buffer.data(), 4, ZSOCK_MSG_TRUNC) == 8);
  CHECK(std::string(buffer.data(), 5) == std::string("long\0", 5));
  CHECK(zsock_recv(fd, buffer.data(), 4, 0) == 4);
  CHECK(errno_of_call(zsock_recv(fd, buffer.data(), 4, MSG_OOB)) == EOPNOTSUPP);
}

TEST_CASE("zsock: addresses to text and back, no other families") {
  in_addr address{};
  CHECK(zsock_inet_pton(AF_INET, "192.0.2.1", &address) == 1);
  CHECK(zsock_inet_pton(AF_INET, "192.0.2", &address) == 0);
  CHECK(errno_of_call(zsock_inet_pton(AF_UNIX, "x", &address)) == EAFNOSUPPORT);
  std::array<char, INET6_ADDRSTRLEN> text{};
  char* const shown = zsock_inet_ntop(AF_INET, &address, text.data(), text.size());
  CHECK(shown == text.data());
  CHECK(std::string(shown) == "192.0.2.1");
  CHECK(zsock_inet_ntop(AF_INET, &address, text.data(), 4) == nullptr);
  CHECK(errno == ENOSPC);
  CHECK(zsock_inet_ntop(AF_UNIX, &address, text.data(), text.size()) == nullptr);
  CHECK(errno == EAFNOSUPPORT);
}

TEST_CASE("zsock: a modem is named by text or by a struct ifreq") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  ifreq request{};
  std::string_view("modem1").copy(request.ifr_name, IFNAMSIZ);
  CHECK(zsock_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, &request, sizeof request) == 0);
  char name[IFNAMSIZ] = {};
  socklen_t length = sizeof name;
  CHECK(zsock_getsockopt(fd, ZSOCK_SOL_SOCKET, ZSOCK_SO_BINDTODEVICE, name, &length) == 0);
  CHECK(std::string(name) == "modem1");
  CHECK(errno_of_call(zsock_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "modem7", 7)) == ENODEV);
  CHECK(zsock_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0) == 0);
  length = sizeof name;
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length) == 0);
  CHECK(length == 0);
}

}  // namespace
}  // namespace cellsock::testing
