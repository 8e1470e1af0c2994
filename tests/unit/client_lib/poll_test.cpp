// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

using namespace std::chrono_literals;

TEST_CASE("data and room show as POLLIN and POLLOUT") {
  fake_daemon daemon;
  auto fd = connected_stream();
  CHECK(poll_once(fd, NRF_POLLIN | NRF_POLLOUT) == NRF_POLLOUT);
  daemon.peer_sends(fd, "x");
  CHECK(poll_once(fd, NRF_POLLIN, 10000) == NRF_POLLIN);
}

TEST_CASE("R10: an orderly end is POLLIN and POLLHUP, asked for or not, and costs one question") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.peer_finishes(fd);
  CHECK(poll_once(fd, NRF_POLLIN, 10000) == (NRF_POLLIN | NRF_POLLHUP));
  CHECK(poll_once(fd, NRF_POLLOUT) == (NRF_POLLOUT | NRF_POLLHUP));
  CHECK(poll_once(fd, 0) == NRF_POLLHUP);
  CHECK(daemon.requests(v1::Request::kReason) == 1);
}

TEST_CASE("R10: an abnormal end has POLLERR too") {
  fake_daemon daemon;
  auto stream = connected_stream();
  daemon.end(stream, v1::ERROR_CODE_PDN_DOWN);
  CHECK((poll_once(stream, NRF_POLLIN, 10000)) == (NRF_POLLIN | NRF_POLLHUP | NRF_POLLERR));
  CHECK(pending_error(stream) == NRF_ENETDOWN);
  auto datagram = connected_datagram();
  daemon.end(datagram, v1::ERROR_CODE_PDN_DOWN);
  CHECK((poll_once(datagram, NRF_POLLIN, 10000)) == (NRF_POLLIN | NRF_POLLHUP | NRF_POLLERR));
}

TEST_CASE("negative numbers are skipped, closed ones are POLLNVAL, none is a sleep") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const int closed = ::dup(0);
  ::close(closed);
  std::array<nrf_pollfd, 3> fds{
      {{-1, NRF_POLLIN, 99}, {closed, NRF_POLLIN, 99}, {fd, NRF_POLLOUT, 99}}};
  CHECK(nrf_poll(fds.data(), fds.size(), 1000) == 2);
  CHECK(fds[0].revents == 0);
  CHECK(fds[1].revents == NRF_POLLNVAL);
  CHECK(fds[2].revents == NRF_POLLOUT);
  const auto start = std::chrono::steady_clock::now();
  CHECK(nrf_poll(nullptr, 0, 30) == 0);
  CHECK(std::chrono::steady_clock::now() - start >= 30ms);
  CHECK(nrf_poll(nullptr, 1, 0) == -1);
  CHECK(errno == NRF_EFAULT);
}

TEST_CASE(
    "R12: foreign descriptors mix in as for poll(2), and the daemon is asked about one once") {
  fake_daemon daemon;
  auto fd = connected_stream();
  std::array<int, 2> pipe_ends{};
  std::array<int, 2> pair{};
  REQUIRE(::pipe(pipe_ends.data()) == 0);
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  for (int i = 0; i < 3; ++i) {
    std::array<nrf_pollfd, 3> fds{
        {{fd, NRF_POLLIN, 0}, {pipe_ends[1], NRF_POLLOUT, 0}, {pair[0], NRF_POLLIN, 0}}};
    CHECK(nrf_poll(fds.data(), fds.size(), 0) == 1);
    CHECK(fds[1].revents == NRF_POLLOUT);
  }
  CHECK(daemon.requests(v1::Request::kNames) == 1);
  ::shutdown(pair[1], SHUT_WR);  // ends half: poll(2) says POLLIN alone
  CHECK(poll_once(pair[0], NRF_POLLIN) == NRF_POLLIN);
  for (const int end : {pipe_ends[0], pipe_ends[1], pair[0], pair[1]}) ::close(end);
}

TEST_CASE("R18: a blocked poll wakes for data, and for a close in another thread") {
  fake_daemon daemon;
  auto fd = connected_stream();
  short seen = 0;
  SUBCASE("data") {
    const blocked_call call([&] { seen = poll_once(fd, NRF_POLLIN, -1); });
    daemon.peer_sends(fd, "x");
    REQUIRE(call.returns());
    CHECK(seen == NRF_POLLIN);
  }
  SUBCASE("close: the number is no longer valid") {
    const blocked_call call([&, number = int(fd)] { seen = poll_once(number, NRF_POLLIN, -1); });
    nrf_close(fd.release());
    REQUIRE(call.returns());
    CHECK(seen == NRF_POLLNVAL);
  }
}

TEST_CASE("R12: calls on what is not ours") {
  fake_daemon daemon;
  auto fd = connected_stream();
  char byte = 0;
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  const int tcp = ::socket(AF_INET, SOCK_STREAM, 0);
  const int file = ::open("/dev/null", O_RDWR);
  const auto error_of = [&](int number) { return nrf_send(number, &byte, 1, 0) < 0 ? errno : 0; };
  CHECK(error_of(-1) == NRF_EBADF);
  CHECK(error_of(file) == NRF_ENOTSOCK);
  CHECK(error_of(tcp) == NRF_ENOTSOCK);
  CHECK(error_of(pair[0]) == NRF_ENOTSOCK);
  CHECK(nrf_close(tcp) == -1);
  CHECK(errno == NRF_ENOTSOCK);
  CHECK(nrf_close(-1) == -1);
  CHECK(errno == NRF_EBADF);
  CHECK(nrf_fcntl(file, NRF_F_GETFL, 0) == -1);
  CHECK(errno == NRF_ENOTSOCK);
  const int number = fd.release();
  CHECK(nrf_close(number) == 0);
  CHECK(nrf_close(number) == -1);
  CHECK(errno == NRF_EBADF);
  for (const int end : {pair[0], pair[1], tcp, file}) ::close(end);
}

TEST_CASE("options that do not exist, and values that cannot be") {
  fake_daemon daemon;
  auto fd = connected_stream();
  nrf_timeval value{1, 0};
  nrf_socklen_t length = sizeof value;
  const int one = 1;
  CHECK(nrf_setsockopt(fd, NRF_SOL_SECURE, NRF_SO_SEC_PEER_VERIFY, &one, sizeof one) == -1);
  CHECK(errno == NRF_ENOPROTOOPT);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_SENDCB, &one, sizeof one) == -1);
  CHECK(errno == NRF_ENOPROTOOPT);
  CHECK(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &value, &length) == -1);
  CHECK(errno == NRF_ENOPROTOOPT);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, 4) == -1);
  CHECK(errno == NRF_EINVAL);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, nullptr, sizeof value) == -1);
  CHECK(errno == NRF_EFAULT);
  value.tv_usec = 1000000;
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, sizeof value) == -1);
  CHECK(errno == NRF_EINVAL);
  value = {0, 1};  // rounded up, or it would mean "for ever"
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, sizeof value) == 0);
  CHECK(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, &length) == 0);
  CHECK(value.tv_usec == 1000);
  std::uint8_t first = 77;
  length = 1;
  CHECK(nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_ERROR, &first, &length) == 0);
  CHECK(first == 0);
  CHECK(length == 1);
  CHECK(nrf_fcntl(fd, NRF_F_SETFL, 0x800) == -1);
  CHECK(errno == NRF_EINVAL);
  CHECK(nrf_fcntl(fd, 77, 0) == -1);
  CHECK(errno == NRF_EINVAL);
}

}  // namespace
}  // namespace cellsock::testing
