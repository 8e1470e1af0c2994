// SPDX-License-Identifier: Apache-2.0
// The channel against a real kernel: what a program sees at its end of the pair.
#include "actors/channel.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <sys/wait.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

using namespace cellsock;

namespace {

struct fixture {
  asio::io_context io;
  reactor loop{io};

  channel::pair stream() { return std::move(*channel::make(transport::stream, loop)); }
  channel::pair datagram() { return std::move(*channel::make(transport::datagram, loop)); }
};

short readiness(int fd) {
  pollfd p{fd, POLLIN | POLLOUT | POLLRDHUP, 0};
  ::poll(&p, 1, 0);
  return p.revents;
}

ssize_t put(int fd, const std::string& text) {
  return ::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::string get(channel& end, std::size_t max = 100) {
  std::string text(max, '\0');
  const auto got = end.read_some(std::as_writable_bytes(std::span(text)));
  text.resize(got.bytes);
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "R1: a pair per socket, the program's end named by its cookie") {
  auto a = stream();
  auto b = stream();
  CHECK(a.cookie != b.cookie);
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  const descriptor copy(::dup(a.theirs->get()));
  REQUIRE(::getsockopt(copy.get(), SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0);
  CHECK(socket_cookie{cookie} == a.cookie);
}

TEST_CASE_FIXTURE(fixture, "R2: out-of-band data loses no byte") {
  auto pair = stream();
  pair.ours->open_for_writing();
  REQUIRE(::send(pair.theirs->get(), "ab", 2, MSG_OOB | MSG_DONTWAIT) == 2);
  std::string all = get(*pair.ours);
  all += get(*pair.ours);
  CHECK(all == "ab");
  CHECK(pair.ours->unread() == 0);
}

TEST_CASE_FIXTURE(fixture, "R3: a stream is born not writable, and one edge tells of the connect") {
  auto pair = stream();
  const int theirs = pair.theirs->get();
  CHECK(readiness(theirs) == 0);
  CHECK(put(theirs, "x") == -1);
  CHECK(errno == EAGAIN);

  const descriptor watcher(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event want{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.fd = theirs}};
  REQUIRE(::epoll_ctl(watcher.get(), EPOLL_CTL_ADD, theirs, &want) == 0);
  epoll_event got{};
  CHECK(::epoll_wait(watcher.get(), &got, 1, 0) == 0);
  pair.ours->open_for_writing();
  CHECK(::epoll_wait(watcher.get(), &got, 1, 0) == 1);
  CHECK(std::uint32_t{got.events} == EPOLLOUT);
  CHECK(::epoll_wait(watcher.get(), &got, 1, 0) == 0);
  CHECK(pair.ours->unread() == 0);
  CHECK(put(theirs, "hello") == 5);
  CHECK(get(*pair.ours) == "hello");
}

TEST_CASE_FIXTURE(fixture, "R3: a failed connect shows as error and hang-up at the descriptor") {
  auto pair = stream();
  pair.ours->close();
  CHECK((readiness(pair.theirs->get()) & ~POLLRDHUP) == (POLLIN | POLLOUT | POLLERR | POLLHUP));
  char byte = 0;
  CHECK(::recv(pair.theirs->get(), &byte, 1, MSG_DONTWAIT) == -1);
  CHECK(errno == ECONNRESET);
}

TEST_CASE_FIXTURE(fixture,
                  "R5: a datagram channel is writable from birth and holds the largest packet") {
  auto pair = datagram();
  CHECK(readiness(pair.theirs->get()) == POLLOUT);
  const std::string large(4096 + 64, 'd');
  CHECK(put(pair.theirs->get(), large) == static_cast<ssize_t>(large.size()));
  const auto got = pair.ours->read_packet();
  CHECK(got.how == channel::read_end::got);
  CHECK(got.packet.size() == large.size());
  CHECK(pair.ours->read_packet().how == channel::read_end::nothing_yet);
}

TEST_CASE_FIXTURE(fixture,
                  "R5: queued packets survive the program's death, an empty packet is no end") {
  auto pair = datagram();
  CHECK(pair.ours->write_packet(std::array{std::byte{1}}) ==
        channel::write_end::took);  // never read
  put(pair.theirs->get(), "one");
  put(pair.theirs->get(), "");
  put(pair.theirs->get(), "two");
  CHECK(pair.ours->read_packet().packet.size() == 3);
  CHECK(pair.ours->read_packet().how == channel::read_end::got);
  pair.theirs.reset();
  CHECK(pair.ours->read_packet().packet.size() == 3);
  CHECK(pair.ours->read_packet().how == channel::read_end::no_more);
}

TEST_CASE_FIXTURE(fixture, "R6: the channel holds 16 KiB, not the kernel's default 208") {
  auto pair = stream();
  pair.ours->open_for_writing();
  std::size_t total = 0;
  for (ssize_t n = 0; (n = put(pair.theirs->get(), std::string(4096, 'x'))) > 0;)
    total += static_cast<std::size_t>(n);
  CHECK(total >= 8192);
  CHECK(total <= 20000);
  CHECK(pair.ours->unread() == total);
}

TEST_CASE_FIXTURE(fixture, "R8: an orderly end is end of file behind the data") {
  auto pair = stream();
  pair.ours->open_for_writing();
  const std::string last = "last words";
  CHECK(pair.ours->write_some(std::as_bytes(std::span(last))).bytes > 0);
  pair.ours->finish_writing();
  std::array<char, 64> space{};
  CHECK(::recv(pair.theirs->get(), space.data(), space.size(), MSG_DONTWAIT) == 10);
  CHECK(::recv(pair.theirs->get(), space.data(), space.size(), MSG_DONTWAIT) == 0);
  CHECK((readiness(pair.theirs->get()) & POLLOUT) != 0);  // our direction still works
  CHECK((readiness(pair.theirs->get()) & (POLLHUP | POLLERR)) == 0);
}

TEST_CASE_FIXTURE(fixture, "R9: what a dead program wrote can still be read") {
  auto pair = stream();
  pair.ours->open_for_writing();
  put(pair.theirs->get(), "accepted");
  const std::string unread = "never read";
  CHECK(pair.ours->write_some(std::as_bytes(std::span(unread))).bytes > 0);
  pair.theirs.reset();
  CHECK(get(*pair.ours) == "accepted");
  std::array<std::byte, 8> space{};
  CHECK(pair.ours->read_some(space).how == channel::read_end::no_more);
  CHECK(pair.ours->write_some(space).how == channel::write_end::gone);
}

TEST_CASE_FIXTURE(fixture,
                  "R17: a request's place in the stream is behind every write that returned") {
  auto pair = stream();
  pair.ours->open_for_writing();
  const int theirs = pair.theirs->get();
  CHECK(pair.ours->written() == 0);  // the padding does not count
  // Writers in threads and in another process; `returned` grows only after a write has returned, so
  // whatever is read of it first can never exceed the place read after it.
  struct shared {
    std::atomic<std::uint64_t> returned;
    std::atomic<bool> stop;
  };
  auto* memory = static_cast<shared*>(
      ::mmap(nullptr, sizeof(shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(memory != MAP_FAILED);
  const auto write_on = [&] {
    const std::array<char, 700> bytes{};
    for (std::size_t i = 0; !memory->stop; ++i) {
      const auto n =
          ::send(theirs, bytes.data(), 1 + i % bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) memory->returned += static_cast<std::uint64_t>(n);
    }
  };
  const pid_t child = ::fork();
  if (child == 0) {
    write_on();
    ::_exit(0);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(write_on);
  std::array<std::byte, 4096> sink;
  std::uint64_t bad = 0, checks = 0;
  for (; memory->returned < 2'000'000; ++checks) {
    const std::uint64_t returned = memory->returned;
    if (pair.ours->written() < returned) ++bad;
    (void)pair.ours->read_some(std::span(sink).first(1 + checks % sink.size()));
  }
  memory->stop = true;
  for (auto& thread : threads) thread.join();
  int how = 0;
  ::waitpid(child, &how, 0);
  CHECK(bad == 0);
  CHECK(checks > 100);
  CHECK(pair.ours->written() == memory->returned);
  ::munmap(memory, sizeof(shared));
}

TEST_CASE_FIXTURE(fixture,
                  "R4: a listener passes one connection per record, and stays unwritable") {
  auto listener = stream();
  const int theirs = listener.theirs->get();
  const std::string record(44, 'r');
  CHECK(readiness(theirs) == 0);
  for (int i = 0; i < 3; ++i) {
    auto connection = stream();
    CHECK(listener.ours->pass_connection(std::as_bytes(std::span(record)),
                                         connection.theirs->get()) == channel::write_end::took);
  }
  for (int i = 0; i < 3; ++i) {
    CHECK(readiness(theirs) == POLLIN);
    std::array<char, 44> bytes{};
    iovec piece{bytes.data(), bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 4)] = {};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    CHECK(::recvmsg(theirs, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 44);
    auto* attached = CMSG_FIRSTHDR(&header);
    REQUIRE(attached != nullptr);
    CHECK(attached->cmsg_len == CMSG_LEN(sizeof(int)));  // exactly one
    CHECK(CMSG_NXTHDR(&header, attached) == nullptr);
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(attached), sizeof fd);
    const descriptor accepted(fd);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((readiness(theirs) & POLLOUT) == 0);
  }
  CHECK(readiness(theirs) == 0);
}
