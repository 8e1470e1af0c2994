// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <string>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

constexpr connect_plan hold{connect_plan::outcome::hold};
constexpr connect_plan succeed{connect_plan::outcome::succeed};
constexpr connect_plan refused{connect_plan::outcome::fail, v1::ERROR_CODE_CONNECTION_REFUSED};

program_fd nonblocking_stream() {
  auto fd = stream_socket();
  REQUIRE(nrf_fcntl(fd, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
  return fd;
}

bool works(fake_daemon& daemon, int fd) {
  return nrf_send(fd, "ping", 4, 0) == 4 && daemon.received(fd, 4) == "ping";
}

TEST_CASE("a blocking connect returns when it stands") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = stream_socket();
  int result = -2;
  const blocked_call call([&] { result = connect_somewhere(fd); });
  REQUIRE(daemon.await_connecting(fd));
  CHECK_FALSE(call.done());
  daemon.finish_connect(fd);
  REQUIRE(call.returns());
  CHECK(result == 0);
  CHECK(works(daemon, fd));
}

TEST_CASE("a non-blocking connect: EINPROGRESS, no POLLOUT before it stands, SO_ERROR 0 after") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = nonblocking_stream();
  CHECK(connect_somewhere(fd) == -1);
  CHECK(errno == NRF_EINPROGRESS);
  CHECK(poll_once(fd, NRF_POLLIN | NRF_POLLOUT) == 0);
  CHECK(connect_somewhere(fd) == -1);
  CHECK(errno == NRF_EALREADY);
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_EAGAIN);
  daemon.finish_connect(fd);
  CHECK(poll_once(fd, NRF_POLLIN | NRF_POLLOUT, 10000) == NRF_POLLOUT);
  CHECK(pending_error(fd) == 0);
  CHECK(connect_somewhere(fd) == -1);
  CHECK(errno == NRF_EISCONN);
  CHECK(works(daemon, fd));
}

TEST_CASE("a blocking send during a connect waits for it") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = nonblocking_stream();
  CHECK(connect_somewhere(fd) == -1);
  REQUIRE(nrf_fcntl(fd, NRF_F_SETFL, 0) == 0);
  ssize_t sent = 0;
  const blocked_call call([&] { sent = nrf_send(fd, "early", 5, 0); });
  CHECK_FALSE(call.done());
  daemon.finish_connect(fd);
  REQUIRE(call.returns());
  CHECK(sent == 5);
  CHECK(daemon.received(fd, 5) == "early");
}

TEST_CASE("R3: a failed non-blocking connect shows everywhere, and SO_ERROR tells once") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = nonblocking_stream();
  CHECK(connect_somewhere(fd) == -1);
  daemon.fail_connect(fd, v1::ERROR_CODE_CONNECTION_REFUSED);
  const short all = NRF_POLLIN | NRF_POLLOUT | NRF_POLLERR | NRF_POLLHUP;
  CHECK(poll_once(fd, NRF_POLLIN | NRF_POLLOUT, 10000) == all);
  CHECK(pending_error(fd) == NRF_ECONNREFUSED);
  CHECK(pending_error(fd) == 0);
}

TEST_CASE("a blocking connect that fails says why, and the socket is not connected") {
  fake_daemon daemon;
  struct row {
    v1::ErrorCode code;
    int error;
  };
  for (const auto& [code, error] :
       {row{v1::ERROR_CODE_CONNECTION_REFUSED, NRF_ECONNREFUSED},
        row{v1::ERROR_CODE_TIMED_OUT, NRF_ETIMEDOUT},
        row{v1::ERROR_CODE_NOT_REGISTERED, NRF_ENETUNREACH},
        row{v1::ERROR_CODE_PDN_DOWN, NRF_ENETDOWN}, row{v1::ERROR_CODE_NO_HANDLE, NRF_ENOBUFS}}) {
    daemon.plan_connect({connect_plan::outcome::fail, code});
    auto fd = stream_socket();
    CHECK(connect_somewhere(fd) == -1);
    CHECK(errno == error);
    char byte = 0;
    CHECK(nrf_recv(fd, &byte, 1, 0) == -1);
    CHECK(errno == NRF_ENOTCONN);
    CHECK(nrf_send(fd, &byte, 1, 0) == -1);
    CHECK(errno == NRF_ENOTCONN);
  }
}

TEST_CASE("R3: a connect after a failure gets a fresh channel on the same descriptor") {
  fake_daemon daemon;
  daemon.plan_connect(refused);
  auto fd = stream_socket();
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 1234) == 0);
  REQUIRE(::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
  REQUIRE(connect_somewhere(fd) == -1);
  const auto first = cookie(fd);

  SUBCASE("blocking") {
    daemon.plan_connect(succeed);
    CHECK(connect_somewhere(fd) == 0);
    CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
  }
  SUBCASE("blocking, failing again in between") {
    CHECK(connect_somewhere(fd) == -1);
    CHECK(errno == NRF_ECONNREFUSED);
    daemon.plan_connect(succeed);
    CHECK(connect_somewhere(fd) == 0);
  }
  SUBCASE("non-blocking") {
    REQUIRE(nrf_fcntl(fd, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
    daemon.plan_connect(hold);
    CHECK(connect_somewhere(fd) == -1);
    CHECK(errno == NRF_EINPROGRESS);
    CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    CHECK(poll_once(fd, NRF_POLLOUT) == 0);
    daemon.finish_connect(fd);
    CHECK(poll_once(fd, NRF_POLLOUT, 10000) == NRF_POLLOUT);
    CHECK(pending_error(fd) == 0);
  }
  CHECK(cookie(fd) != first);
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  nrf_timeval value{};
  nrf_socklen_t length = sizeof value;
  CHECK(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, &length) == 0);
  CHECK(value.tv_usec == 234000);
  CHECK(works(daemon, fd));
}

TEST_CASE("R15, R18: a signal or a close ends a blocking connect with EINTR") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto fd = stream_socket();
  int error = 0;
  SUBCASE("signal: the connect goes on, and its connection is not used again") {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, &before);
    {
      blocked_call call([&] { error = connect_somewhere(fd) == -1 ? errno : 0; });
      REQUIRE(daemon.await_connecting(fd));
      call.signal(SIGUSR1);
    }
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK(error == EINTR);
    const int before_the_next_call = daemon.connections_ever();
    CHECK(connect_somewhere(fd) == -1);
    CHECK(errno == NRF_EALREADY);
    CHECK(daemon.connections_ever() == before_the_next_call + 1);
    daemon.finish_connect(fd);
    CHECK(works(daemon, fd));
  }
  SUBCASE("a thread cancelled in the middle leaves no half exchange to anybody") {
    {
      blocked_call call([&] { error = connect_somewhere(fd) == -1 ? errno : 0; });
      REQUIRE(daemon.await_connecting(fd));
      call.cancel();
    }
    CHECK(error == 0);  // it never returned
    CHECK(pending_error(fd) == 0);
    daemon.finish_connect(fd);
    CHECK(works(daemon, fd));
  }
  SUBCASE("close") {
    const auto gone = cookie(fd);
    {
      const blocked_call call(
          [&, number = int(fd)] { error = connect_somewhere(number) == -1 ? errno : 0; });
      REQUIRE(daemon.await_connecting(fd));
      CHECK(nrf_close(fd.release()) == 0);
    }
    CHECK(error == EINTR);
    CHECK(daemon.channel_hung_up(gone));
  }
}

TEST_CASE("R15: no thread waits behind another thread's connect") {
  fake_daemon daemon;
  daemon.plan_connect(hold);
  auto first = stream_socket();
  auto second = stream_socket();
  auto idle = stream_socket();
  int results[2] = {-2, -2};
  const blocked_call one([&] { results[0] = connect_somewhere(first); });
  const blocked_call two([&] { results[1] = connect_somewhere(second); });
  REQUIRE(daemon.await_connecting(first));
  REQUIRE(daemon.await_connecting(second));
  CHECK(pending_error(idle) == 0);  // answered while both are blocked
  daemon.finish_connect(second);
  REQUIRE(two.returns());
  CHECK_FALSE(one.done());
  daemon.finish_connect(first);
  REQUIRE(one.returns());
  CHECK(results[0] == 0);
  CHECK(results[1] == 0);
}

TEST_CASE("addresses that connect refuses") {
  fake_daemon daemon;
  auto fd = stream_socket();
  auto address = somewhere();
  CHECK(nrf_connect(fd, nullptr, 0) == -1);
  CHECK(errno == NRF_EFAULT);
  CHECK(nrf_connect(fd, plain(address), sizeof address - 1) == -1);
  CHECK(errno == NRF_EINVAL);
  address.sin_family = 77;
  CHECK(nrf_connect(fd, plain(address), sizeof address) == -1);
  CHECK(errno == NRF_EAFNOSUPPORT);
  nrf_sockaddr_in6 v6{};
  v6.sin6_family = NRF_AF_INET6;
  CHECK(nrf_connect(fd, reinterpret_cast<nrf_sockaddr*>(&v6), sizeof v6) == -1);
  CHECK(errno == NRF_EAFNOSUPPORT);
  CHECK(daemon.requests(v1::Request::kConnect) == 0);
}

TEST_CASE("the kinds of sockets that exist") {
  fake_daemon daemon;
  const auto error_of = [](int family, int type, int protocol) {
    const program_fd fd(nrf_socket(family, type, protocol));
    return fd < 0 ? errno : 0;
  };
  CHECK(error_of(NRF_AF_INET, NRF_SOCK_STREAM, 0) == 0);
  CHECK(error_of(NRF_AF_INET6, NRF_SOCK_DGRAM, NRF_IPPROTO_UDP) == 0);
  CHECK(error_of(NRF_AF_PACKET, NRF_SOCK_RAW, 0) == NRF_EAFNOSUPPORT);
  CHECK(error_of(AF_INET6, NRF_SOCK_STREAM, 0) == NRF_EAFNOSUPPORT);  // the host's number
  CHECK(error_of(NRF_AF_INET, NRF_SOCK_RAW, 0) == NRF_EPROTOTYPE);
  CHECK(error_of(NRF_AF_INET, NRF_SOCK_STREAM, NRF_IPPROTO_UDP) == NRF_EPROTONOSUPPORT);
  daemon.refuse_sockets(v1::ERROR_CODE_NO_HANDLE);
  CHECK(error_of(NRF_AF_INET, NRF_SOCK_STREAM, 0) == NRF_ENOBUFS);
}

}  // namespace
}  // namespace cellsock::testing
