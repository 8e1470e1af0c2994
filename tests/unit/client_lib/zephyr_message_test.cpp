// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>

#include <array>
#include <cstring>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

/// A message over two places.
struct two_places {
  two_places(std::size_t first_bytes, std::size_t second_bytes) {
    first.resize(first_bytes);
    second.resize(second_bytes);
    places = {iovec{first.data(), first.size()}, iovec{second.data(), second.size()}};
    message.msg_iov = places.data();
    message.msg_iovlen = places.size();
  }
  std::string first, second;
  std::array<iovec, 2> places{};
  msghdr message{};
};

v1::Datagram datagram_of(const std::string& payload) {
  v1::Datagram made;
  made.set_version(1);
  made.set_payload(payload);
  made.mutable_peer()->set_address(std::string("\x0A\x00\x00\x09", 4));
  made.mutable_peer()->set_port(53);
  return made;
}

TEST_CASE("zsock: a message is gathered from its places and scattered to them") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  two_places out(3, 4);
  out.first = "abc";
  out.second = "defg";
  out.places = {iovec{out.first.data(), 3}, iovec{out.second.data(), 4}};
  CHECK(zsock_sendmsg(fd, &out.message, 0) == 7);
  CHECK(daemon.received(fd, 7) == "abcdefg");
  daemon.peer_sends(fd, "123456");
  two_places in(4, 8);
  in.message.msg_namelen = 99;
  CHECK(zsock_recvmsg(fd, &in.message, 0) == 6);
  CHECK(in.first == "1234");
  CHECK(in.second.substr(0, 2) == "56");
  CHECK(in.message.msg_flags == 0);
  CHECK(in.message.msg_namelen == 0);
}

TEST_CASE("zsock: a datagram that is longer than its places is cut, and says so") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  daemon.peer_sends_datagram(fd, datagram_of("0123456789"));
  daemon.peer_sends_datagram(fd, datagram_of("0123456789"));
  two_places in(4, 3);
  sockaddr_in from{};
  in.message.msg_name = &from;
  in.message.msg_namelen = sizeof from;
  CHECK(zsock_recvmsg(fd, &in.message, 0) == 7);
  CHECK(in.first + in.second == "0123456");
  CHECK(in.message.msg_flags == MSG_TRUNC);
  CHECK(from.sin_port == net_htons(53));
  CHECK(zsock_recvmsg(fd, &in.message, ZSOCK_MSG_TRUNC) == 10);
}

TEST_CASE("zsock: a datagram goes where the message says, as one") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  two_places out(2, 2);
  out.first = "ab";
  out.second = "cd";
  out.places = {iovec{out.first.data(), 2}, iovec{out.second.data(), 2}};
  CHECK(errno_of_call(zsock_sendmsg(fd, &out.message, 0)) == EDESTADDRREQ);
  host_address to("192.0.2.7", 5683);
  out.message.msg_name = to.plain();
  out.message.msg_namelen = to.length();
  // An unknown control message is nobody's business.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4)> control{};
  out.message.msg_control = control.data();
  out.message.msg_controllen = control.size();
  CMSG_FIRSTHDR(&out.message)->cmsg_level = SOL_SOCKET;
  CMSG_FIRSTHDR(&out.message)->cmsg_type = 1122;
  CMSG_FIRSTHDR(&out.message)->cmsg_len = CMSG_LEN(4);
  CHECK(zsock_sendmsg(fd, &out.message, 0) == 4);
  const auto sent = daemon.received_datagram(fd);
  CHECK(sent.payload() == "abcd");
  CHECK(sent.peer().port() == 5683);
}

TEST_CASE("zsock: messages that are none") {
  fake_daemon daemon;
  auto fd = zephyr_datagram();
  msghdr empty{};
  CHECK(errno_of_call(zsock_sendmsg(fd, nullptr, 0)) == EINVAL);
  CHECK(errno_of_call(zsock_recvmsg(fd, nullptr, 0)) == EINVAL);
  CHECK(errno_of_call(zsock_sendmsg(fd, &empty, 0)) == ENOMEM);
  CHECK(errno_of_call(zsock_recvmsg(fd, &empty, 0)) == ENOMEM);
  iovec nowhere{nullptr, 5};
  empty.msg_iov = &nowhere;
  empty.msg_iovlen = 1;
  CHECK(errno_of_call(zsock_sendmsg(fd, &empty, 0)) == EFAULT);
  two_places out(1, 1);
  CHECK(errno_of_call(zsock_sendmsg(fd, &out.message, MSG_OOB)) == EOPNOTSUPP);
}

TEST_CASE("zsock: FIONREAD counts bytes of a stream, and the next datagram's payload") {
  fake_daemon daemon;
  auto stream = zephyr_stream();
  int count = -1;
  CHECK(zsock_ioctl(stream, FIONREAD, &count) == 0);
  CHECK(count == 0);
  REQUIRE(zephyr_connect(stream) == 0);
  daemon.peer_sends(stream, "12345");
  CHECK(zsock_ioctl(stream, ZFD_IOCTL_FIONREAD, &count) == 0);
  CHECK(count == 5);
  auto datagram = zephyr_datagram();
  CHECK(zsock_ioctl(datagram, FIONREAD, &count) == 0);
  CHECK(count == 0);
  daemon.peer_sends_datagram(datagram, datagram_of("abc"));
  daemon.peer_sends_datagram(datagram, datagram_of("defgh"));
  CHECK(zsock_ioctl(datagram, FIONREAD, &count) == 0);
  CHECK(count == 3);
  int on = 1;
  CHECK(zsock_ioctl(stream, FIONBIO, &on) == 0);
  CHECK(zsock_fcntl(stream, F_GETFL) == O_NONBLOCK);
  on = 0;
  CHECK(zsock_ioctl(stream, ZFD_IOCTL_FIONBIO, &on) == 0);
  CHECK(zsock_fcntl(stream, F_GETFL) == 0);
  CHECK(errno_of_call(zsock_ioctl(stream, TIOCGWINSZ, &count)) == EOPNOTSUPP);
  CHECK(errno_of_call(zsock_ioctl(stream, FIONREAD, nullptr)) == EFAULT);
  CHECK(errno_of_call(zsock_ioctl(0, FIONREAD, &count)) == ENOTSOCK);
}

TEST_CASE("zsock: a pair works without a daemon, with the same calls") {
  std::array<int, 2> ends{};
  CHECK(errno_of_call(zsock_socketpair(AF_INET, SOCK_STREAM, 0, ends.data())) == EAFNOSUPPORT);
  CHECK(errno_of_call(zsock_socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data())) == EPROTOTYPE);
  CHECK(errno_of_call(zsock_socketpair(AF_UNIX, SOCK_STREAM, 6, ends.data())) == EPROTONOSUPPORT);
  CHECK(errno_of_call(zsock_socketpair(AF_UNIX, SOCK_STREAM, 0, nullptr)) == EFAULT);
  REQUIRE(zsock_socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  std::array<char, 16> buffer{};
  CHECK(errno_of_call(zsock_recv(ends[1], buffer.data(), 1, MSG_DONTWAIT)) == EAGAIN);
  CHECK(zsock_send(ends[0], "hello", 5, 0) == 5);
  CHECK(zephyr_poll(ends[1], POLLIN, 10000) == POLLIN);
  int count = 0;
  CHECK(zsock_ioctl(ends[1], FIONREAD, &count) == 0);
  CHECK(count == 5);
  CHECK(zsock_recv(ends[1], buffer.data(), buffer.size(), ZSOCK_MSG_PEEK) == 5);
  CHECK(zsock_recv(ends[1], buffer.data(), buffer.size(), 0) == 5);
  CHECK(std::string(buffer.data(), 5) == "hello");
  CHECK(zsock_fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
  CHECK(zsock_fcntl(ends[1], F_GETFL) == O_NONBLOCK);
  CHECK(errno_of_call(zsock_recv(ends[1], buffer.data(), 1, 0)) == EAGAIN);
  CHECK(zsock_fcntl(ends[1], F_SETFL, 0) == 0);
  int error = 0;
  {
    blocked_call call([&] { error = errno_of_call(zsock_recv(ends[1], buffer.data(), 1, 0)); });
    zsock_close(ends[1]);
    CHECK(call.returns());
  }
  CHECK(error == EINTR);
  // No SIGPIPE.
  CHECK(errno_of_call(zsock_send(ends[0], "x", 1, 0)) == EPIPE);
  CHECK(zsock_shutdown(ends[0], SHUT_RD) == 0);
  CHECK(errno_of_call(zsock_shutdown(ends[0], 9)) == EINVAL);
  CHECK(zsock_close(ends[0]) == 0);
}

TEST_CASE("zsock: select mixes sockets, pipes and timers") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  REQUIRE(zephyr_connect(fd) == 0);
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
  zsock_fd_set reading;
  zsock_fd_set writing;
  const auto again = [&](zsock_timeval* patience) {
    ZSOCK_FD_ZERO(&reading);
    ZSOCK_FD_ZERO(&writing);
    for (const int one : {static_cast<int>(fd), pipe[0], timer}) ZSOCK_FD_SET(one, &reading);
    return zsock_select(std::max({static_cast<int>(fd), pipe[0], timer}) + 1, &reading, &writing,
                        nullptr, patience);
  };
  zsock_timeval at_once{};
  CHECK(again(&at_once) == 0);
  CHECK_FALSE(ZSOCK_FD_ISSET(fd, &reading));
  REQUIRE(::write(pipe[1], "x", 1) == 1);
  CHECK(again(nullptr) == 1);
  CHECK(ZSOCK_FD_ISSET(pipe[0], &reading));
  daemon.peer_sends(fd, "y");
  CHECK(again(&at_once) == 2);
  CHECK(ZSOCK_FD_ISSET(fd, &reading));
  const itimerspec soon{{0, 0}, {0, 1}};
  ::timerfd_settime(timer, 0, &soon, nullptr);
  CHECK(zephyr_poll(timer, POLLIN, 10000) == POLLIN);
  CHECK(again(nullptr) == 3);
  ZSOCK_FD_ZERO(&reading);
  ZSOCK_FD_ZERO(&writing);
  ZSOCK_FD_SET(fd, &writing);
  ZSOCK_FD_SET(fd, &reading);
  ZSOCK_FD_CLR(fd, &reading);
  CHECK(zsock_select(fd + 1, &reading, &writing, nullptr, nullptr) == 1);
  CHECK(ZSOCK_FD_ISSET(fd, &writing));
  CHECK(errno_of_call(zsock_select(-1, nullptr, nullptr, nullptr, nullptr)) == EINVAL);
  CHECK(errno_of_call(zsock_select(ZSOCK_FD_SETSIZE + 1, nullptr, nullptr, nullptr, nullptr)) ==
        EINVAL);
  ::close(timer);
  ::close(pipe[0]);
  ::close(pipe[1]);
  ZSOCK_FD_ZERO(&reading);
  ZSOCK_FD_SET(pipe[0], &reading);
  CHECK(errno_of_call(zsock_select(pipe[0] + 1, &reading, nullptr, nullptr, &at_once)) == EBADF);
  ZSOCK_FD_SET(ZSOCK_FD_SETSIZE, &reading);
  CHECK_FALSE(ZSOCK_FD_ISSET(ZSOCK_FD_SETSIZE, &reading));
}

TEST_CASE("zsock: names of both ends") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  sockaddr_in name{};
  auto* plain_name = reinterpret_cast<sockaddr*>(&name);
  socklen_t length = sizeof name;
  CHECK(errno_of_call(zsock_getsockname(fd, plain_name, &length)) == EINVAL);
  CHECK(errno_of_call(zsock_getpeername(fd, plain_name, &length)) == ENOTCONN);
  const host_address local("0.0.0.0", 4711);
  REQUIRE(zsock_bind(fd, local.plain(), local.length()) == 0);
  CHECK(zsock_getsockname(fd, plain_name, &length) == 0);
  CHECK(length == sizeof name);
  CHECK(name.sin_port == net_htons(4711));
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_getpeername(fd, plain_name, &length) == 0);
  CHECK(name.sin_addr.s_addr == net_htonl(0xC0000201));
  CHECK(errno_of_call(zsock_getpeername(fd, nullptr, &length)) == EINVAL);
  CHECK(errno_of_call(zsock_getsockname(0, plain_name, &length)) == ENOTSOCK);
}

TEST_CASE("zsock: addresses and codes as text") {
  const host_address six("2001:db8::1", 443);
  std::array<char, 64> host{};
  std::array<char, 8> service{};
  const auto describe = [&](socklen_t room, int flags) {
    return zsock_getnameinfo(six.plain(), six.length(), host.data(), room, service.data(),
                             service.size(), flags);
  };
  CHECK(describe(host.size(), 0) == 0);
  CHECK(std::string(host.data()) == "2001:db8::1");
  CHECK(std::string(service.data()) == "443");
  CHECK(describe(11, NI_NUMERICHOST) == DNS_EAI_OVERFLOW);
  CHECK(describe(12, NI_NUMERICSERV) == 0);
  CHECK(describe(host.size(), NI_NAMEREQD) == DNS_EAI_NONAME);
  CHECK(describe(host.size(), 0x4000) == DNS_EAI_BADFLAGS);
  CHECK(zsock_getnameinfo(six.plain(), six.length(), nullptr, 0, nullptr, 0, 0) == DNS_EAI_NONAME);
  sockaddr odd{};
  odd.sa_family = AF_UNIX;
  CHECK(zsock_getnameinfo(&odd, sizeof odd, host.data(), host.size(), nullptr, 0, 0) ==
        DNS_EAI_FAMILY);
  CHECK(std::string(zsock_gai_strerror(DNS_EAI_AGAIN)) == "EAI_AGAIN");
  CHECK(std::string(zsock_gai_strerror(42)) == "EAI_UNKNOWN");
  std::array<char, 256> name{};
  std::array<char, 256> hosts{};
  CHECK(zsock_gethostname(name.data(), name.size()) == 0);
  ::gethostname(hosts.data(), hosts.size());
  CHECK(std::string(name.data()) == hosts.data());
  CHECK(errno_of_call(zsock_gethostname(nullptr, 5)) == EINVAL);
}

}  // namespace
}  // namespace cellsock::testing
