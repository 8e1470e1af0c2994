// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <zephyr/net/socket_ncs.h>

#include <array>
#include <mutex>
#include <string>

#include <zephyr/net/socket_ncs.h>
#include "client_lib/face/option_table.hpp"

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

using namespace client::face;

template <class Value>
int nrf_set(int fd, int level, int option, const Value& value) {
  return errno_of_call(nrf_setsockopt(fd, level, option, &value, sizeof value));
}
template <class Value>
int zephyr_set(int fd, int level, int option, const Value& value) {
  return errno_of_call(zsock_setsockopt(fd, level, option, &value, sizeof value));
}
/// The value, or -errno.
int nrf_get(int fd, int level, int option) {
  int value = -1;
  nrf_socklen_t length = sizeof value;
  return nrf_getsockopt(fd, level, option, &value, &length) == 0 ? value : -errno;
}
int zephyr_get(int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return zsock_getsockopt(fd, level, option, &value, &length) == 0 ? value : -errno;
}

TEST_CASE("every documented option has a row") {
  for (const int number : {2, 4, 20, 21, 25, 33, 34, 40, 50, 51, 52, 53, 54, 60, 61, 63})
    CHECK(find_option(&option_row::nrf, NRF_SOL_SOCKET, number) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_ALL, 30) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_IP, 31) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_IP, 32) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_IPV6, 32) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_IPV6, 62) != nullptr);
  CHECK(find_option(&option_row::nrf, NRF_IPPROTO_TCP, 55) != nullptr);
  for (const int number :
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 18, 19, 20, 21, 25, 30, 37, 38, 39, 60, 61})
    CHECK(find_option(&option_row::zephyr, SOL_SOCKET, number) != nullptr);
  for (const int number : {1, 4, 5, 6})
    CHECK(find_option(&option_row::zephyr, IPPROTO_TCP, number) != nullptr);
  for (const int number : {1, 2, 8, 10, 12, 14, 32, 33, 34, 35, 36, 51})
    CHECK(find_option(&option_row::zephyr, IPPROTO_IP, number) != nullptr);
  for (const int number : {16, 17, 18, 19, 20, 21, 24, 26, 49, 50, 51, 52, 62, 67, 72})
    CHECK(find_option(&option_row::zephyr, IPPROTO_IPV6, number) != nullptr);
}

TEST_CASE("every option of the wire is somebody's") {
  for (int number = v1::Option_MIN + 1; number <= v1::Option_MAX; ++number) {
    if (!v1::Option_IsValid(number)) continue;
    bool found = false;
    for (const auto& row : option_rows) found = found || row.wire == number;
    CHECK_MESSAGE(found, number);
  }
}

TEST_CASE("what the library does not know it refuses, at any level") {
  fake_daemon daemon;
  auto fd = stream_socket();
  for (const int option : {0, 7, 9, 30, 999, -1})
    CHECK(nrf_set(fd, NRF_SOL_SOCKET, option, 1) == ENOPROTOOPT);
  for (const int option : {1, 2, 5, 14})
    CHECK(nrf_set(fd, NRF_SOL_SECURE, option, 1) == ENOPROTOOPT);
  CHECK(nrf_get(fd, NRF_SOL_SECURE, NRF_SO_SEC_PEER_VERIFY) == -ENOPROTOOPT);
  CHECK(zephyr_set(fd, SOL_TLS, TLS_HOSTNAME, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_ATTACH_FILTER, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(fd, IPPROTO_TCP, 7, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_DONTROUTE, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, ip_mreq{}) == ENOPROTOOPT);
  // Get of what can only be set, set of what can only be read.
  CHECK(nrf_get(fd, NRF_SOL_SOCKET, NRF_SO_RAI) == -ENOPROTOOPT);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_TYPE, 1) == ENOPROTOOPT);
  CHECK(daemon.requests(v1::Request::kSetOption) == 0);
  CHECK(zephyr_set(0, SOL_SOCKET, SO_KEEPALIVE, 1) == ENOTSOCK);
}

TEST_CASE("an option that the daemon's link does not have") {
  fake_daemon daemon;
  auto fd = stream_socket();
  daemon.answer(v1::Request::kSetOption, [](const v1::Request&) {
    v1::Reply reply;
    reply.mutable_error()->set_code(v1::ERROR_CODE_UNKNOWN_OPTION);
    return reply;
  });
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) == ENOPROTOOPT);
}

TEST_CASE("values reach the daemon in its own words, and come back in the family's") {
  fake_daemon daemon;
  auto fd = stream_socket();
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_REUSEADDR, 17) == 0);
  CHECK(daemon.option(fd, v1::OPTION_REUSE_ADDRESS) == 1);
  CHECK(zephyr_get(fd, SOL_SOCKET, SO_REUSEADDR) == 1);
  CHECK(zephyr_set(fd, IPPROTO_TCP, ZSOCK_TCP_KEEPIDLE, 60) == 0);
  CHECK(daemon.option(fd, v1::OPTION_KEEP_ALIVE_IDLE_S) == 60);
  CHECK(zephyr_get(fd, IPPROTO_TCP, ZSOCK_TCP_KEEPIDLE) == 60);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_PRIORITY, std::uint8_t{5}) == 0);
  CHECK(daemon.option(fd, v1::OPTION_PRIORITY) == 5);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_PRIORITY, 6) == 0);
  std::uint8_t priority = 0;
  socklen_t one = 1;
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, &one) == 0);
  CHECK(priority == 6);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_LINGER, linger{1, 0}) == 0);
  CHECK(daemon.option(fd, v1::OPTION_LINGER_S) == 0);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_LINGER, linger{0, 9}) == 0);
  CHECK(daemon.option(fd, v1::OPTION_LINGER_S) == -1);
  linger kept{9, 9};
  socklen_t length = sizeof kept;
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_LINGER, &kept, &length) == 0);
  CHECK(kept.l_onoff == 0);
  CHECK(nrf_set(fd, NRF_SOL_SOCKET, NRF_SO_RAI, NRF_RAI_ONGOING) == 0);
  CHECK(daemon.option(fd, v1::OPTION_RELEASE_ASSISTANCE) == NRF_RAI_ONGOING);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_RAI, RAI_ONE_RESP) == 0);
  CHECK(daemon.option(fd, v1::OPTION_RELEASE_ASSISTANCE) == NRF_RAI_ONE_RESP);
  CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_RAI_LAST, nullptr, 0) == 0);
  CHECK(daemon.option(fd, v1::OPTION_RELEASE_ASSISTANCE) == NRF_RAI_LAST);
  CHECK(nrf_set(fd, NRF_IPPROTO_ALL, NRF_SO_SILENCE_ALL, 1) == 0);
  CHECK(daemon.option(fd, v1::OPTION_SILENCE_ALL) == 1);
  for (const int level : {NRF_IPPROTO_IP, NRF_IPPROTO_IPV6}) {
    CHECK(nrf_set(fd, level, NRF_SO_IPV6_ECHO_REPLY, level) == 0);
    CHECK(nrf_get(fd, level, NRF_SO_IPV6_ECHO_REPLY) == (level != 0 ? 1 : 0));
  }
  CHECK(nrf_set(fd, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 135) == 0);
  CHECK(nrf_get(fd, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO) == 135);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_OOBINLINE, 1) == 0);
}

TEST_CASE("values out of range, of another length, at another time") {
  fake_daemon daemon;
  auto fd = stream_socket();
  auto datagram = datagram_socket();
  CHECK(nrf_set(fd, NRF_SOL_SOCKET, NRF_SO_RAI, 6) == EINVAL);
  CHECK(nrf_set(fd, NRF_SOL_SOCKET, NRF_SO_RAI, 0) == EINVAL);
  CHECK(nrf_set(fd, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 136) == EINVAL);
  CHECK(nrf_set(datagram, NRF_IPPROTO_TCP, NRF_SO_TCP_SRV_SESSTIMEO, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_SNDBUF, 65536) == EINVAL);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_RCVBUF, -1) == EINVAL);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_PRIORITY, 8) == EINVAL);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_LINGER, 1) == EINVAL);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_KEEPALIVE, std::int64_t{1}) == EINVAL);
  CHECK(zephyr_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == ENOPROTOOPT);
  CHECK(zephyr_set(zephyr_stream(AF_INET6), IPPROTO_IPV6, IPV6_V6ONLY, 1) == 0);
  CHECK(errno_of_call(zsock_setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, nullptr, 4)) == EFAULT);
  CHECK(nrf_set(fd, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, 1) == 0);
  REQUIRE(connect_somewhere(fd) == 0);
  CHECK(nrf_set(fd, NRF_SOL_SOCKET, NRF_SO_BINDTOPDN, 1) == EINVAL);
}

TEST_CASE("SO_BINDTODEVICE is text, with or without its end, or a struct ifreq") {
  fake_daemon daemon;
  auto fd = stream_socket();
  std::mutex mutex;
  std::string chosen = "none";
  daemon.answer(v1::Request::kSetOption, [&](const v1::Request& request) {
    const std::lock_guard lock(mutex);
    if (request.set_option().option() == v1::OPTION_BIND_TO_DEVICE)
      chosen = request.set_option().text();
    return v1::Reply{};
  });
  daemon.answer(v1::Request::kGetOption, [](const v1::Request&) {
    v1::Reply reply;
    reply.mutable_option()->set_text("modem1");
    return reply;
  });
  const auto chosen_by = [&](const void* value, nrf_socklen_t length) {
    CHECK(nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, value, length) == 0);
    const std::lock_guard lock(mutex);
    return chosen;
  };
  CHECK(chosen_by("modem1/pdn0", 11) == "modem1/pdn0");
  CHECK(chosen_by("modem1", 7) == "modem1");
  CHECK(chosen_by(nullptr, 0).empty());
  const nrf_ifreq request{{"modem2"}};
  CHECK(chosen_by(&request, sizeof request) == "modem2");
  const std::string endless(65, 'x');
  CHECK(errno_of_call(
            nrf_setsockopt(fd, NRF_SOL_SOCKET, NRF_SO_BINDTODEVICE, endless.data(), 65)) == EINVAL);
  std::array<char, 16> name{};
  socklen_t length = name.size();
  CHECK(zsock_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.data(), &length) == 0);
  CHECK(std::string(name.data()) == "modem1");
  CHECK(length == 7);
}

TEST_CASE("zsock: what a socket is") {
  fake_daemon daemon;
  auto stream = zephyr_stream(AF_INET6);
  auto datagram = zephyr_datagram();
  CHECK(zephyr_get(stream, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
  CHECK(zephyr_get(datagram, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM);
  CHECK(zephyr_get(stream, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
  CHECK(zephyr_get(datagram, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_UDP);
  CHECK(zephyr_get(stream, SOL_SOCKET, SO_DOMAIN) == AF_INET6);
  CHECK(zephyr_get(stream, SOL_SOCKET, SO_ACCEPTCONN) == 0);
  REQUIRE(zsock_listen(stream, 1) == 0);
  CHECK(zephyr_get(stream, SOL_SOCKET, SO_ACCEPTCONN) == 1);
}

TEST_CASE("SO_SNDBUF reads back as set; the channel follows once it may") {
  fake_daemon daemon;
  auto fd = zephyr_stream();
  const auto real = [&] {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    ::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length);
    return bytes;
  };
  const int born = real();
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_SNDBUF, 60000) == 0);
  CHECK(zephyr_get(fd, SOL_SOCKET, SO_SNDBUF) == 60000);
  // Not writable before it is connected.
  CHECK(real() == born);
  CHECK(zephyr_poll(fd, POLLOUT) == 0);
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_send(fd, "x", 1, 0) == 1);
  CHECK(real() == 120000);
  CHECK(zephyr_set(fd, SOL_SOCKET, SO_SNDBUF, 1) == 0);
  CHECK(zephyr_get(fd, SOL_SOCKET, SO_SNDBUF) == 1);
  CHECK(zsock_send(fd, "y", 1, 0) == 1);
  CHECK(daemon.received(fd, 2) == "xy");
}

TEST_CASE("MSG_WAITACK returns when the daemon says that it has left") {
  fake_daemon daemon;
  auto fd = connected_stream();
  SUBCASE("a link that cannot tell has not sent") {
    CHECK(errno_of_call(nrf_send(fd, "x", 1, NRF_MSG_WAITACK)) == EOPNOTSUPP);
    CHECK(nrf_send(fd, "y", 1, 0) == 1);
    CHECK(daemon.received(fd, 1) == "y");
  }
  SUBCASE("left, or not in time") {
    std::atomic<v1::ErrorCode> outcome{v1::ERROR_CODE_UNSPECIFIED};
    std::atomic<std::uint32_t> bound{0};
    daemon.answer(v1::Request::kFlush, [&](const v1::Request& request) {
      v1::Reply reply;
      if (request.flush().probe()) return reply;
      bound = request.flush().timeout_ms();
      reply.mutable_error()->set_code(outcome);
      return reply;
    });
    CHECK(nrf_send(fd, "x", 1, NRF_MSG_WAITACK) == 1);
    CHECK(bound == 600000);
    REQUIRE(set_timeout_ms(fd, NRF_SO_SNDTIMEO, 5000) == 0);
    outcome = v1::ERROR_CODE_TIMED_OUT;
    CHECK(errno_of_call(nrf_send(fd, "x", 1, NRF_MSG_WAITACK)) == EAGAIN);
    CHECK(bound == 5000);
    CHECK(daemon.requests(v1::Request::kFlush) == 4);
  }
  CHECK(errno_of_call(nrf_send(fd, "x", 1, NRF_MSG_WAITACK | NRF_MSG_DONTWAIT)) == EINVAL);
}

}  // namespace
}  // namespace cellsock::testing
