// SPDX-License-Identifier: Apache-2.0
// A program that waits with epoll on the raw descriptor and uses none of our calls for readiness.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

constexpr std::uint32_t everything = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
constexpr std::uint32_t failed = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP;

class raw_epoll {
public:
  raw_epoll(int fd, std::uint32_t mode) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event wanted{everything | mode, {}};
    REQUIRE(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) == 0);
  }
  ~raw_epoll() { ::close(epoll_); }
  raw_epoll(const raw_epoll&) = delete;
  raw_epoll& operator=(const raw_epoll&) = delete;

  /// What happens within 10 s; 0 if nothing. EPOLLRDHUP is told with EPOLLHUP always: left out.
  [[nodiscard]] std::uint32_t next() { return wait(10000); }
  [[nodiscard]] bool quiet() { return wait(0) == 0; }

private:
  std::uint32_t wait(int timeout_ms) {
    epoll_event seen{};
    return ::epoll_wait(epoll_, &seen, 1, timeout_ms) == 1 ? seen.events : 0;
  }
  int epoll_;
};

/// By both families, which must not matter.
program_fd connecting(bool nordic) {
  auto fd = nordic ? stream_socket() : zephyr_stream();
  REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);  // the host's own call does
  CHECK((nordic ? connect_somewhere(fd) : zephyr_connect(fd)) == -1);
  CHECK(errno == EINPROGRESS);
  return fd;
}

std::string read_all(int fd) {
  std::array<char, 64> buffer;
  const auto count = ::read(fd, buffer.data(), buffer.size());
  return count < 0 ? "errno " + std::to_string(errno)
                   : std::string(buffer.data(), static_cast<std::size_t>(count));
}

TEST_CASE("R3: raw epoll sees no readiness before the connect stands, and then room to write") {
  fake_daemon daemon;
  daemon.plan_connect({connect_plan::outcome::hold});
  for (const bool nordic : {true, false})
    for (const std::uint32_t mode : {std::uint32_t{0}, std::uint32_t{EPOLLET}}) {
      CAPTURE(nordic);
      CAPTURE(mode);
      auto fd = connecting(nordic);
      raw_epoll epoll(fd, mode);
      CHECK(epoll.quiet());
      CHECK(::write(fd, "x", 1) == -1);
      CHECK(errno == EAGAIN);
      CHECK(epoll.quiet());  // the premature write left no edge behind
      daemon.finish_connect(fd);
      CHECK(epoll.next() == EPOLLOUT);
      // Level: as long as there is room. Edge: once.
      CHECK(epoll.quiet() == (mode == EPOLLET));
      CHECK(::write(fd, "ping", 4) == 4);
      CHECK(daemon.received(fd, 4) == "ping");
    }
}

TEST_CASE("R3: raw epoll sees a failed connect as the kernel shows one, SO_ERROR says why") {
  fake_daemon daemon;
  daemon.plan_connect({connect_plan::outcome::hold});
  for (const bool nordic : {true, false})
    for (const std::uint32_t mode : {std::uint32_t{0}, std::uint32_t{EPOLLET}}) {
      auto fd = connecting(nordic);
      raw_epoll epoll(fd, mode);
      CHECK(epoll.quiet());
      daemon.fail_connect(fd, v1::ERROR_CODE_TIMED_OUT);
      CHECK((epoll.next() & ~std::uint32_t{EPOLLRDHUP}) == failed);
      CHECK(epoll.quiet() == (mode == EPOLLET));
      CHECK(pending_error(fd) == ETIMEDOUT);
    }
}

TEST_CASE("raw epoll: data is readable when it has come, level and edge") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  raw_epoll level(fd, 0), edge(fd, EPOLLET);
  CHECK(edge.next() == EPOLLOUT);  // an edge for what is true at registration, as for any socket
  CHECK(edge.quiet());
  CHECK(read_all(fd) == "errno " + std::to_string(EAGAIN));
  daemon.peer_sends(fd, "one");
  CHECK(level.next() == (EPOLLIN | EPOLLOUT));
  CHECK((edge.next() & EPOLLIN) != 0);
  CHECK(edge.quiet());
  daemon.peer_sends(fd, "two");
  CHECK((edge.next() & EPOLLIN) != 0);  // a new edge for new data, also unread
  int waiting = 0;
  REQUIRE(::ioctl(fd, FIONREAD, &waiting) == 0);
  CHECK(waiting == 6);
  CHECK(read_all(fd) == "onetwo");
  CHECK(level.next() == EPOLLOUT);
}

TEST_CASE("raw epoll: room to write goes when the channel fills, and comes back") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  raw_epoll level(fd, 0), edge(fd, EPOLLET);
  CHECK(edge.next() == EPOLLOUT);
  const std::string piece(512, 'b');
  std::size_t written = 0;
  for (;;) {
    const auto count = ::write(fd, piece.data(), piece.size());
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  CHECK(level.quiet());
  CHECK(edge.quiet());
  CHECK(daemon.received(fd, written).size() == written);
  CHECK(level.next() == EPOLLOUT);
  CHECK((edge.next() & EPOLLOUT) != 0);
}

TEST_CASE("R8: raw epoll and read(2) see an orderly end as any socket's") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  raw_epoll level(fd, 0), edge(fd, EPOLLET);
  CHECK(edge.next() == EPOLLOUT);
  daemon.peer_sends(fd, "last");
  daemon.peer_finishes(fd);
  CHECK(level.next() == (EPOLLIN | EPOLLOUT | EPOLLRDHUP));
  CHECK((edge.next() & (EPOLLIN | EPOLLRDHUP)) != 0);
  CHECK(read_all(fd) == "last");
  CHECK(read_all(fd).empty());
  CHECK(::write(fd, "still", 5) == 5);
  CHECK(daemon.received(fd, 5) == "still");
}

TEST_CASE("R10: raw epoll sees an abnormal end as a hang-up") {
  fake_daemon daemon;
  auto fd = connected_stream();
  raw_epoll level(fd, 0), edge(fd, EPOLLET);
  CHECK(edge.next() == EPOLLOUT);
  SUBCASE("with what it wrote unread: a reset") {
    REQUIRE(::write(fd, "unread", 6) == 6);
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
    CHECK((level.next() & (EPOLLHUP | EPOLLERR)) == (EPOLLHUP | EPOLLERR));
    CHECK((edge.next() & EPOLLHUP) != 0);
    CHECK(read_all(fd) == "errno " + std::to_string(ECONNRESET));
  }
  SUBCASE("with nothing unread: an end") {
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
    CHECK((level.next() & (EPOLLHUP | EPOLLERR)) == EPOLLHUP);
    CHECK((edge.next() & EPOLLHUP) != 0);
    CHECK(read_all(fd).empty());
  }
  CHECK(pending_error(fd) == ENETDOWN);  // the reason, for who asks the library
}

}  // namespace
}  // namespace cellsock::testing
