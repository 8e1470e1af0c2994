// SPDX-License-Identifier: Apache-2.0
// A socket in other hands: duplicates, children, other programs, other threads.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

int exit_status(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string receive(int fd, std::size_t count) {
  std::string buffer(count, '\0');
  const auto got = nrf_recv(fd, buffer.data(), count, NRF_MSG_WAITALL);
  return got < 0 ? "errno " + std::to_string(errno)
                 : buffer.substr(0, static_cast<std::size_t>(got));
}

TEST_CASE("R12: a duplicate is the same socket, by the kernel's name for it") {
  fake_daemon daemon;
  auto fd = stream_socket();
  program_fd duplicate(::dup(fd));
  CHECK(cookie(duplicate) == cookie(fd));
  REQUIRE(connect_somewhere(fd) == 0);
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 1234) == 0);
  // What the one did, the other knows, and nobody had to be asked or shown anything.
  CHECK(nrf_send(duplicate, "x", 1, 0) == 1);
  nrf_timeval value{};
  nrf_socklen_t length = sizeof value;
  REQUIRE(nrf_getsockopt(duplicate, NRF_SOL_SOCKET, NRF_SO_RCVTIMEO, &value, &length) == 0);
  CHECK(value.tv_sec == 1);
  CHECK(daemon.requests(v1::Request::kNames) == 0);
  CHECK(daemon.requests(v1::Request::kAttach) == 0);
  nrf_close(fd.release());
  CHECK(nrf_send(duplicate, "y", 1, 0) == 1);
  CHECK(daemon.received(duplicate, 2) == "xy");
}

TEST_CASE("R13: who may not prove that it holds the descriptor gets EBADF") {
  fake_daemon daemon;
  auto fd = connected_stream();
  daemon.revoke_grants();
  daemon.answer(v1::Request::kAttach, [](const v1::Request&) {
    v1::Reply reply;
    reply.mutable_error()->set_code(v1::ERROR_CODE_NOT_GRANTED);
    return reply;
  });
  CHECK(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 1) == -1);
  CHECK(errno == NRF_EBADF);
  CHECK(daemon.requests(v1::Request::kAttach) == 1);
}

TEST_CASE("R13: a program that got the socket by exec or posix_spawn shows it and uses it") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(set_timeout_ms(fd, NRF_SO_SNDTIMEO, 77000) == 0);
  std::string program = CELLSOCK_BINARY_DIR "/tests/client_lib_inheritor";
  std::string number = std::to_string(fd);
  std::array<char*, 3> arguments{program.data(), number.data(), nullptr};
  pid_t pid = -1;
  SUBCASE("fork and exec") {
    pid = ::fork();
    if (pid == 0) {
      ::execv(program.c_str(), arguments.data());
      ::_exit(99);
    }
  }
  SUBCASE("posix_spawn") {
    REQUIRE(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
  }
  CHECK(daemon.received(fd, 4) == "heir");
  daemon.peer_sends(fd, "reply");
  CHECK(exit_status(pid) == 0);
  // Asked what it is, refused; shown; asked again.
  CHECK(daemon.requests(v1::Request::kAttach) == 1);
  CHECK(daemon.requests(v1::Request::kNames) == 2);
  CHECK(nrf_send(fd, "on", 2, 0) == 2);
  CHECK(daemon.received(fd, 6) == "heiron");
}

/// A message of one byte and room for one descriptor.
struct descriptor_message {
  descriptor_message() {
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  descriptor_message(const descriptor_message&) = delete;
  descriptor_message& operator=(const descriptor_message&) = delete;

  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  char byte = 'd';
  iovec piece{&byte, 1};
  msghdr header{};
};

void pass_descriptor(int over, int fd) {
  descriptor_message message;
  auto* entry = CMSG_FIRSTHDR(&message.header);
  entry->cmsg_level = SOL_SOCKET;
  entry->cmsg_type = SCM_RIGHTS;
  entry->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(entry), &fd, sizeof fd);
  REQUIRE(::sendmsg(over, &message.header, 0) == 1);
}

int take_descriptor(int from) {
  descriptor_message message;
  if (::recvmsg(from, &message.header, 0) != 1) return -1;
  auto* entry = CMSG_FIRSTHDR(&message.header);
  int fd = -1;
  if (entry != nullptr) std::memcpy(&fd, CMSG_DATA(entry), sizeof fd);
  return fd;
}

TEST_CASE("R13: a process that was passed the descriptor acts on the socket") {
  fake_daemon daemon;
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  // Made before the socket is: it inherits nothing of it.
  const auto pid = ::fork();
  if (pid == 0) {
    const int fd = take_descriptor(pair[1]);
    if (nrf_send(fd, "passed", 6, 0) != 6) ::_exit(1);
    if (receive(fd, 2) != "ok") ::_exit(2);
    ::_exit(nrf_close(fd) == 0 ? 0 : 3);
  }
  auto fd = connected_stream();
  pass_descriptor(pair[0], fd);
  CHECK(daemon.received(fd, 6) == "passed");
  daemon.peer_sends(fd, "ok");
  CHECK(exit_status(pid) == 0);
  CHECK(daemon.requests(v1::Request::kAttach) == 1);
  for (const int end : pair) ::close(end);
}

TEST_CASE("R16: a connect in the parent is known to a child that was forked before it") {
  fake_daemon daemon;
  auto fd = stream_socket();
  std::array<int, 2> gate{};
  REQUIRE(::pipe(gate.data()) == 0);
  const auto pid = ::fork();
  if (pid == 0) {
    char byte = 0;
    if (::read(gate[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(nrf_send(fd, "child", 5, 0) == 5 ? 0 : 2);
  }
  REQUIRE(connect_somewhere(fd) == 0);
  REQUIRE(::write(gate[1], "g", 1) == 1);
  CHECK(exit_status(pid) == 0);
  CHECK(daemon.received(fd, 5) == "child");
  for (const int end : gate) ::close(end);
}

TEST_CASE("R18: closing harms no copy in another process") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const auto name = cookie(fd);
  std::array<int, 2> gate{};
  REQUIRE(::pipe(gate.data()) == 0);
  program_fd witness(::dup(fd));  // for the daemon's sake, which finds sockets by descriptors
  const auto pid = ::fork();
  if (pid == 0) {
    nrf_close(witness);
    char byte = 0;
    if (::read(gate[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(nrf_send(fd, "alive", 5, 0) == 5 && receive(fd, 3) == "yes" ? 0 : 2);
  }
  CHECK(nrf_close(fd.release()) == 0);
  REQUIRE(::write(gate[1], "g", 1) == 1);
  CHECK(daemon.received(witness, 5) == "alive");
  daemon.peer_sends(witness, "yes");
  CHECK(exit_status(pid) == 0);
  nrf_close(witness.release());
  CHECK(daemon.channel_hung_up(name));
  for (const int end : gate) ::close(end);
}

TEST_CASE("R15: threads share one socket: every record arrives whole, every question is answered") {
  fake_daemon daemon;
  auto fd = connected_stream();
  constexpr int senders = 4;
  constexpr int records = 250;
  std::atomic<int> failures = 0;
  std::atomic<int> answers = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < senders; ++t)
    threads.emplace_back([&, t] {
      const std::string record(8, static_cast<char>('a' + t));
      for (int i = 0; i < records; ++i)
        if (nrf_send(fd, record.data(), record.size(), 0) != 8) ++failures;
    });
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const bool fine = t == 0
                              ? pending_error(fd) == 0
                              : set_timeout_ms(fd, NRF_SO_RCVTIMEO, 60000 + 1u * unsigned(i)) == 0;
        fine ? ++answers : ++failures;
      }
    });
  std::string heard;
  threads.emplace_back([&] { heard = receive(fd, 20000); });
  const std::string answer(20000, 'z');
  std::thread peer([&] { daemon.peer_sends(fd, answer); });

  const auto all = daemon.received(fd, senders * records * 8);
  for (auto& thread : threads) thread.join();
  peer.join();
  CHECK(failures == 0);
  CHECK(answers == 100);
  CHECK(heard == answer);
  for (std::size_t at = 0; at < all.size(); at += 8)
    REQUIRE(all.substr(at, 8) == std::string(8, all[at]));
}

}  // namespace
}  // namespace cellsock::testing
