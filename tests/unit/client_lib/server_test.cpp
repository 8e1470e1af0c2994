// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <array>
#include <set>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

v1::Endpoint peer_at(const std::string& address, std::uint32_t port) {
  v1::Endpoint made;
  made.set_address(address);
  made.set_port(port);
  return made;
}
const v1::Endpoint somebody = peer_at({"\x0A\x00\x00\x09", 4}, 40000);

program_fd listener() {
  auto fd = stream_socket();
  auto local = somewhere(8080);
  local.sin_addr.s_addr = 0;
  REQUIRE(nrf_bind(fd, plain(local), sizeof local) == 0);
  REQUIRE(nrf_listen(fd, 2) == 0);
  return fd;
}

std::string receive(int fd) {
  std::array<char, 64> buffer;
  const auto count = nrf_recv(fd, buffer.data(), buffer.size(), 0);
  return count < 0 ? "errno " + std::to_string(errno)
                   : std::string(buffer.data(), static_cast<std::size_t>(count));
}

TEST_CASE("a connection is accepted with its peer's address, and carries bytes both ways") {
  fake_daemon daemon;
  auto fd = listener();
  daemon.peer_connects(fd, somebody);
  CHECK(poll_once(fd, NRF_POLLIN, 10000) == NRF_POLLIN);
  nrf_sockaddr_in peer{};
  nrf_socklen_t length = sizeof peer;
  program_fd accepted(nrf_accept(fd, reinterpret_cast<nrf_sockaddr*>(&peer), &length));
  REQUIRE(accepted >= 0);
  CHECK(length == sizeof peer);
  CHECK(peer.sin_family == NRF_AF_INET);
  CHECK(peer.sin_port == nrf_htons(40000));
  CHECK(peer.sin_addr.s_addr == nrf_htonl(0x0A000009));
  CHECK((::fcntl(accepted, F_GETFD) & FD_CLOEXEC) == 0);
  CHECK(poll_once(accepted, NRF_POLLOUT) == NRF_POLLOUT);
  daemon.peer_sends(accepted, "hello");
  CHECK(receive(accepted) == "hello");
  CHECK(nrf_send(accepted, "back", 4, 0) == 4);
  CHECK(daemon.received(accepted, 4) == "back");
  // The daemon knows it by the descriptor that it was shown.
  CHECK(pending_error(accepted) == 0);
}

TEST_CASE("zsock: an IPv6 peer, and no address wanted") {
  fake_daemon daemon;
  auto fd = zephyr_stream(AF_INET6);
  const host_address local("::", 4242);
  REQUIRE(zsock_bind(fd, local.plain(), local.length()) == 0);
  REQUIRE(zsock_listen(fd, 5) == 0);
  daemon.peer_connects(fd, peer_at("\x20\x01\x0d\xb8" + std::string(11, '\0') + "\x07", 99));
  daemon.peer_connects(fd, peer_at(std::string(15, '\0') + "\x01", 100));
  sockaddr_in6 peer{};
  socklen_t length = sizeof peer;
  program_fd first(zsock_accept(fd, reinterpret_cast<sockaddr*>(&peer), &length));
  REQUIRE(first >= 0);
  CHECK(length == sizeof peer);
  std::array<char, INET6_ADDRSTRLEN> text{};
  CHECK(std::string(zsock_inet_ntop(AF_INET6, &peer.sin6_addr, text.data(), text.size())) ==
        "2001:db8::7");
  program_fd second(zsock_accept(fd, nullptr, nullptr));
  CHECK(second >= 0);
}

TEST_CASE("accept waits, for SO_RCVTIMEO at most, or not at all") {
  fake_daemon daemon;
  auto fd = listener();
  SUBCASE("until a connection comes") {
    int accepted = -1;
    {
      blocked_call call([&] { accepted = nrf_accept(fd, nullptr, nullptr); });
      CHECK_FALSE(call.done());
      daemon.peer_connects(fd, somebody);
      CHECK(call.returns());
    }
    CHECK(program_fd(accepted) >= 0);
  }
  SUBCASE("until the timeout") {
    REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 20) == 0);
    CHECK(errno_of_call(nrf_accept(fd, nullptr, nullptr)) == EAGAIN);
  }
  SUBCASE("not when non-blocking") {
    REQUIRE(nrf_fcntl(fd, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
    CHECK(errno_of_call(nrf_accept(fd, nullptr, nullptr)) == EAGAIN);
    daemon.peer_connects(fd, somebody);
    program_fd accepted(nrf_accept(fd, nullptr, nullptr));
    REQUIRE(accepted >= 0);
    CHECK(nrf_fcntl(accepted, NRF_F_GETFL, 0) == 0);
  }
  SUBCASE("until the listener is closed in another thread") {
    const int number = fd.release();
    int error = 0;
    {
      blocked_call call([&] { error = errno_of_call(nrf_accept(number, nullptr, nullptr)); });
      nrf_close(number);
      CHECK(call.returns());
    }
    CHECK(error == EINTR);
  }
  SUBCASE("until the link goes down") {
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
    CHECK(errno_of_call(nrf_accept(fd, nullptr, nullptr)) == ENETDOWN);
  }
}

TEST_CASE("an accepted connection has the listener's timeouts") {
  fake_daemon daemon;
  auto fd = listener();
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 30) == 0);
  daemon.peer_connects(fd, somebody);
  program_fd accepted(nrf_accept(fd, nullptr, nullptr));
  CHECK(receive(accepted) == "errno " + std::to_string(EAGAIN));
}

TEST_CASE("what is no listener") {
  fake_daemon daemon;
  CHECK(errno_of_call(nrf_accept(stream_socket(), nullptr, nullptr)) == EINVAL);
  CHECK(errno_of_call(nrf_accept(datagram_socket(), nullptr, nullptr)) == EOPNOTSUPP);
  CHECK(errno_of_call(nrf_listen(datagram_socket(), 1)) == EOPNOTSUPP);
  CHECK(errno_of_call(nrf_listen(connected_stream(), 1)) == EINVAL);
  auto fd = listener();
  // A receive would eat the connection.
  daemon.peer_connects(fd, somebody);
  CHECK(receive(fd) == "errno " + std::to_string(ENOTCONN));
  CHECK(errno_of_call(nrf_send(fd, "x", 1, 0)) == ENOTCONN);
  nrf_sockaddr_in peer{};
  CHECK(errno_of_call(nrf_accept(fd, reinterpret_cast<nrf_sockaddr*>(&peer), nullptr)) == EFAULT);
  CHECK(program_fd(nrf_accept(fd, nullptr, nullptr)) >= 0);
}

TEST_CASE("with no descriptor left the connection stays where it is") {
  fake_daemon daemon;
  auto fd = listener();
  daemon.peer_connects(fd, somebody);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int lowest_free = ::dup(fd);
  ::close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  ::setrlimit(RLIMIT_NOFILE, &none);
  const int error = errno_of_call(nrf_accept(fd, nullptr, nullptr));
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(error == EMFILE);
  CHECK(program_fd(nrf_accept(fd, nullptr, nullptr)) >= 0);
}

TEST_CASE("several threads accept from one listener: each connection once") {
  fake_daemon daemon;
  auto fd = listener();
  constexpr int each = 20;
  std::array<std::set<int>, 3> got;
  {
    std::array<std::thread, 3> threads;
    for (std::size_t i = 0; i < threads.size(); ++i)
      threads[i] = std::thread([&, i] {
        for (int n = 0; n < each; ++n) got[i].insert(nrf_accept(fd, nullptr, nullptr));
      });
    for (int n = 0; n < 3 * each; ++n) daemon.peer_connects(fd, somebody);
    for (auto& thread : threads) thread.join();
  }
  std::set<int> all;
  for (auto& some : got) all.merge(some);
  CHECK(all.size() == 3 * each);
  CHECK(*all.begin() >= 0);
  for (const int one : all) nrf_close(one);
}

}  // namespace
}  // namespace cellsock::testing
