// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>

#include <array>
#include <mutex>
#include <vector>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

/// What the callback was told; a plain function, as the API has it.
struct record {
  std::mutex mutex;
  std::vector<nrf_pollfd> told;
  std::thread::id thread;
  std::function<void()> inside;
} record;

void note(nrf_pollfd* entry) {
  std::function<void()> inside;
  {
    const std::lock_guard lock(record.mutex);
    record.told.push_back(*entry);
    record.thread = std::this_thread::get_id();
    inside = record.inside;
  }
  if (inside) inside();
}

std::size_t calls() {
  const std::lock_guard lock(record.mutex);
  return record.told.size();
}
bool called(std::size_t count) {
  return eventually([&] { return calls() >= count; });
}
short last_events() {
  const std::lock_guard lock(record.mutex);
  return record.told.back().revents;
}

int watch(int fd, short events, bool oneshot = false) {
  {
    const std::lock_guard lock(record.mutex);
    record.told.clear();
    record.inside = nullptr;
  }
  const nrf_pollcb callback{note, events, oneshot};
  return nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &callback, sizeof callback);
}

/// Everything that was told to the thread before this has had its callback: another socket's comes
/// after it.
void settle(fake_daemon& daemon) {
  static std::atomic<int> seen;
  seen = 0;
  auto other = connected_stream();
  const nrf_modem_pollcb callback{[](nrf_pollfd*) { ++seen; }, NRF_POLLIN, false};
  REQUIRE(nrf_setsockopt(other, NRF_SOL_SOCKET, NRF_SO_POLLCB, &callback, sizeof callback) == 0);
  daemon.peer_sends(other, "x");
  REQUIRE(eventually([] { return seen > 0; }));
}

std::string drain(int fd) {
  std::array<char, 64> buffer;
  const auto count = nrf_recv(fd, buffer.data(), buffer.size(), NRF_MSG_DONTWAIT);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

TEST_CASE("a callback for each time that bytes come, on a thread of the library") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(watch(fd, NRF_POLLIN) == 0);
  CHECK(calls() == 0);
  daemon.peer_sends(fd, "one");
  REQUIRE(called(1));
  CHECK(record.told[0].fd == fd);
  CHECK(record.told[0].events == NRF_POLLIN);
  CHECK(last_events() == NRF_POLLIN);
  CHECK(record.thread != std::this_thread::get_id());
  // Not again for the same bytes.
  settle(daemon);
  CHECK(calls() == 1);
  CHECK(drain(fd) == "one");
  daemon.peer_sends(fd, "two");
  CHECK(called(2));
}

TEST_CASE("oneshot: once") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(watch(fd, NRF_POLLIN, true) == 0);
  daemon.peer_sends(fd, "one");
  REQUIRE(called(1));
  CHECK(drain(fd) == "one");
  daemon.peer_sends(fd, "two");
  settle(daemon);
  CHECK(calls() == 1);
}

TEST_CASE("an end is always told, with its error") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(watch(fd, 0) == 0);
  daemon.peer_sends(fd, "unasked");
  settle(daemon);
  CHECK(calls() == 0);
  SUBCASE("in order") {
    daemon.peer_finishes(fd);
    REQUIRE(called(1));
    CHECK(last_events() == NRF_POLLHUP);
  }
  SUBCASE("the network") {
    daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
    REQUIRE(called(1));
    CHECK(last_events() == (NRF_POLLHUP | NRF_POLLERR));
  }
}

TEST_CASE("none after it was taken away, or its socket closed") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(watch(fd, NRF_POLLIN) == 0);
  SUBCASE("taken away") {
    CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, nullptr, 0) == 0);
    daemon.peer_sends(fd, "x");
  }
  SUBCASE("closed") {
    const int copy = ::dup(fd);  // the kernel's socket lives on
    nrf_close(fd.release());
    daemon.peer_sends(copy, "x");
    settle(daemon);
    ::close(copy);
  }
  settle(daemon);
  CHECK(calls() == 0);
}

TEST_CASE("a callback that runs is waited for by the close") {
  fake_daemon daemon;
  auto fd = connected_stream();
  REQUIRE(watch(fd, NRF_POLLIN) == 0);
  std::atomic<bool> entered{false};
  std::atomic<bool> leave{false};
  std::atomic<bool> left{false};
  {
    const std::lock_guard lock(record.mutex);
    record.inside = [&] {
      entered = true;
      (void)eventually([&] { return leave.load(); });
      left = true;
    };
  }
  daemon.peer_sends(fd, "x");
  REQUIRE(eventually([&] { return entered.load(); }));
  std::atomic<bool> after_callback{false};
  std::thread closer([&] {
    nrf_close(fd.release());
    after_callback = left.load();
  });
  leave = true;
  closer.join();
  CHECK(after_callback);
}

TEST_CASE("the callback may close its socket") {
  fake_daemon daemon;
  auto fd = connected_stream();
  const auto name = cookie(fd);
  REQUIRE(watch(fd, NRF_POLLIN) == 0);
  const int number = fd.release();
  std::atomic<int> result{-1};
  {
    const std::lock_guard lock(record.mutex);
    record.inside = [&] { result = nrf_close(number); };
  }
  daemon.peer_sends(number, "x");
  CHECK(eventually([&] { return result == 0; }));
  CHECK(daemon.channel_hung_up(name));
}

TEST_CASE("what is no callback") {
  fake_daemon daemon;
  auto fd = stream_socket();
  const nrf_modem_pollcb nothing{nullptr, NRF_POLLIN, false};
  CHECK(errno_of_call(
            nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &nothing, sizeof nothing)) == EINVAL);
  const nrf_modem_pollcb good{note, NRF_POLLIN, false};
  CHECK(errno_of_call(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_POLLCB, &good, 4)) == EINVAL);
  CHECK(errno_of_call(nrf_setsockopt(0, NRF_SOL_SOCKET, NRF_SO_POLLCB, &good, sizeof good)) ==
        ENOTSOCK);
}

}  // namespace
}  // namespace cellsock::testing
