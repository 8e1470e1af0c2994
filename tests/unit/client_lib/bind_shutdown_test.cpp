// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

int bind_to(int fd, const host_address& local) {
  return errno_of_call(zsock_bind(fd, local.plain(), local.length()));
}

TEST_CASE("bind names a local port and address, in both families' structs") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  CHECK(bind_to(fd, host_address("0.0.0.0", 5683)) == 0);
  CHECK(daemon.local_of(fd).port() == 5683);
  CHECK(daemon.local_of(fd).address() == std::string(4, '\0'));
  auto six = zephyr_datagram(AF_INET6);
  CHECK(bind_to(six, host_address("2001:db8::1", 5684)) == 0);
  CHECK(daemon.local_of(six).address().size() == 16);
  auto nordic = datagram_socket();
  const auto local = somewhere(5685);
  CHECK(nrf_bind(nordic, plain(local), sizeof local) == 0);
  CHECK(daemon.local_of(nordic).port() == 5685);
}

TEST_CASE("why a bind fails") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  CHECK(bind_to(fd, host_address("::", 1)) == EAFNOSUPPORT);
  CHECK(bind_to(fd, host_address("192.0.2.9", 1)) == EADDRNOTAVAIL);
  CHECK(bind_to(fd, host_address("192.0.2.1", 1)) == 0);
  CHECK(bind_to(fd, host_address("192.0.2.1", 2)) == EINVAL);  // bound already
  auto other = zephyr_datagram();
  CHECK(bind_to(other, host_address("0.0.0.0", 1)) == EADDRINUSE);
  const host_address any("0.0.0.0");
  CHECK(errno_of_call(zsock_bind(other, any.plain(), 4)) == EINVAL);
  CHECK(errno_of_call(zsock_bind(other, nullptr, 0)) == EFAULT);
  sockaddr_in nowhere{};
  CHECK(errno_of_call(zsock_bind(other, reinterpret_cast<sockaddr*>(&nowhere), sizeof nowhere)) ==
        EAFNOSUPPORT);
  auto six = zephyr_datagram(AF_INET6);
  CHECK(bind_to(0, host_address("0.0.0.0", 1)) == ENOTSOCK);
}

TEST_CASE("an IPv6 socket reaches IPv6 peers, and IPv4 peers if it is asked to") {
  fake_daemon daemon;
  auto stream = zephyr_stream(AF_INET6);
  CHECK(errno_of_call(zephyr_connect(stream)) == EAFNOSUPPORT);
  CHECK(daemon.requests(v1::Request::kConnect) == 0);
  CHECK(zephyr_connect(stream, host_address("2001:db8::1", 443)) == 0);
  CHECK(daemon.peer_of(stream).port() == 443);
  CHECK(daemon.peer_of(stream).address().size() == 16);

  auto datagram = zephyr_datagram(AF_INET6);
  const host_address peer("2001:db8::1", 53), mapped("::ffff:192.0.2.1", 53);
  CHECK(zsock_sendto(datagram, "q", 1, 0, peer.plain(), peer.length()) == 1);
  const auto sent = daemon.received_datagram(datagram);
  CHECK(sent.peer().address() == std::string("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01", 16));
  CHECK(errno_of_call(zsock_sendto(datagram, "q", 1, 0, mapped.plain(), mapped.length())) ==
        ENETUNREACH);
  const int off = 0;
  REQUIRE(zsock_setsockopt(datagram, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0);
  CHECK(zsock_sendto(datagram, "q", 1, 0, mapped.plain(), mapped.length()) == 1);
  CHECK(daemon.received_datagram(datagram).peer().address() ==
        std::string("\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\x02\x01", 16));
  v1::Datagram answer = sent;
  answer.set_payload("a");
  daemon.peer_sends_datagram(datagram, answer);
  sockaddr_in6 from{};
  socklen_t length = sizeof from;
  char byte = 0;
  CHECK(zsock_recvfrom(datagram, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &length) == 1);
  CHECK(length == sizeof from);
  CHECK(from.sin6_port == net_htons(53));
  CHECK(from.sin6_addr.s6_addr[15] == 1);
}

TEST_CASE("shutdown for reading: a blocked receive returns 0, sending goes on, nobody is asked") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  CHECK(errno_of_call(zsock_shutdown(fd, ZSOCK_SHUT_RD)) == ENOTCONN);
  REQUIRE(zephyr_connect(fd) == 0);
  char byte = 0;
  ssize_t got = -2;
  {
    const blocked_call reader([&] { got = zsock_recv(fd, &byte, 1, 0); });
    CHECK(zsock_shutdown(fd, ZSOCK_SHUT_RD) == 0);
  }
  CHECK(got == 0);
  CHECK(zsock_recv(fd, &byte, 1, 0) == 0);
  CHECK(zsock_send(fd, "still", 5, 0) == 5);
  CHECK(daemon.received(fd, 5) == "still");
  CHECK(daemon.requests(v1::Request::kShutdown) == 0);
}

TEST_CASE("shutdown for reading ends a datagram socket's receiving too") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_shutdown(fd, ZSOCK_SHUT_RD) == 0);
  char byte = 0;
  CHECK(zsock_recv(fd, &byte, 1, 0) == 0);
  CHECK(zephyr_poll(fd, ZSOCK_POLLIN) == (ZSOCK_POLLIN | ZSOCK_POLLHUP));
  CHECK(zsock_send(fd, "x", 1, 0) == 1);
}

TEST_CASE("shutdown for writing over a modem is EOPNOTSUPP and changes nothing") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  for (const int how : {ZSOCK_SHUT_WR, ZSOCK_SHUT_RDWR})
    CHECK(errno_of_call(zsock_shutdown(fd, how)) == EOPNOTSUPP);
  CHECK(errno_of_call(zsock_shutdown(fd, 77)) == EINVAL);
  CHECK(zsock_send(fd, "x", 1, 0) == 1);
  daemon.peer_sends(fd, "y");
  char byte = 0;
  CHECK(zsock_recv(fd, &byte, 1, 0) == 1);
}

TEST_CASE("shutdown for writing where the link can: sends fail with EPIPE, receiving goes on") {
  fake_daemon daemon;
  daemon.allow_half_close();
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_shutdown(fd, ZSOCK_SHUT_WR) == 0);
  CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) == EPIPE);
  daemon.peer_sends(fd, "y");
  char byte = 0;
  CHECK(zsock_recv(fd, &byte, 1, 0) == 1);
}

TEST_CASE(
    "after a shutdown of both sides receives end in order, also when the daemon ends the channel") {
  fake_daemon daemon;
  daemon.allow_half_close();
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_shutdown(fd, ZSOCK_SHUT_RDWR) == 0);
  daemon.end(fd, v1::ERROR_CODE_CONNECTION_RESET);
  char byte = 0;
  CHECK(zsock_recv(fd, &byte, 1, 0) == 0);
  CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) != 0);
}

}  // namespace
}  // namespace cellsock::testing
