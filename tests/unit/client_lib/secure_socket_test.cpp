// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <net/socket_ncs.h>
#include <netinet/in.h>

#include <array>
#include <string>

#include "client_lib/face/secure_protocols.hpp"
#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

program_fd zephyr_secure(int type, int protocol) {
  return program_fd(zsock_socket(AF_INET, type, protocol));
}
program_fd zephyr_tls() {
  return zephyr_secure(SOCK_STREAM, IPPROTO_TLS_1_2);
}
program_fd zephyr_dtls() {
  return zephyr_secure(SOCK_DGRAM, IPPROTO_DTLS_1_2);
}

int zephyr_int(int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return zsock_getsockopt(fd, level, option, &value, &length) == 0 ? value : -errno;
}

TEST_CASE("secure protocols: each goes with one type, and says so in SO_TYPE and SO_PROTOCOL") {
  fake_daemon daemon;
  for (const auto& row : client::face::secure_protocols) {
    CAPTURE(row.zephyr);
    const bool stream = row.type == v1::SOCKET_TYPE_STREAM;
    const int type = stream ? SOCK_STREAM : SOCK_DGRAM;
    auto fd = zephyr_secure(type, row.zephyr);
    REQUIRE(fd >= 0);
    CHECK(daemon.asked_for(fd).secure() == row.meaning);
    CHECK(daemon.asked_for(fd).type() == row.type);
    CHECK(daemon.asked_for(fd).protocol() == (stream ? IPPROTO_TCP : IPPROTO_UDP));
    CHECK(daemon.asked_for(fd).secure_defaults() == v1::SECURE_DEFAULTS_ZEPHYR);
    CHECK(zephyr_int(fd, SOL_SOCKET, SO_TYPE) == type);
    CHECK(zephyr_int(fd, SOL_SOCKET, SO_PROTOCOL) == row.zephyr);
    CHECK(errno_of_call(zsock_socket(AF_INET, stream ? SOCK_DGRAM : SOCK_STREAM, row.zephyr)) ==
          EPROTOTYPE);
    CHECK(errno_of_call(zsock_socket(AF_INET, SOCK_RAW, row.zephyr)) == EPROTOTYPE);
    CHECK(errno_of_call(zsock_socket(AF_UNIX, type, row.zephyr)) == EAFNOSUPPORT);
    const int nordic = nrf_socket(NRF_AF_INET6, type, row.zephyr);
    CHECK((nordic >= 0) == (row.nrf == row.zephyr));
    if (nordic < 0) CHECK(errno == EPROTONOSUPPORT);
    const program_fd closed(nordic);
    if (nordic >= 0)
      CHECK(daemon.asked_for(nordic).secure_defaults() == v1::SECURE_DEFAULTS_NORDIC);
  }
  CHECK(errno_of_call(nrf_socket(NRF_AF_INET, NRF_SOCK_DGRAM, NRF_SPROTO_TLS1v2)) == EPROTOTYPE);
  CHECK(errno_of_call(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_SPROTO_DTLS1v2)) == EPROTOTYPE);
  for (const int number : {255, 260, 271, 274})
    CHECK(errno_of_call(zsock_socket(AF_INET, SOCK_STREAM, number)) == EPROTONOSUPPORT);
}

TEST_CASE("a daemon that has no engine for it says so; nothing plain comes instead") {
  fake_daemon daemon;
  daemon.refuse_sockets(v1::ERROR_CODE_UNSUPPORTED_PROTOCOL);
  CHECK(errno_of_call(zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TLS_1_3)) == EPROTONOSUPPORT);
  CHECK(errno_of_call(nrf_socket(NRF_AF_INET, NRF_SOCK_DGRAM, NRF_SPROTO_DTLS1v2)) ==
        EPROTONOSUPPORT);
}

struct handshake_row {
  v1::ErrorCode code;
  int nordic;
  int zephyr;
};
constexpr std::array handshakes{
    handshake_row{v1::ERROR_CODE_HANDSHAKE_FAILED, ECONNREFUSED, ECONNABORTED},
    handshake_row{v1::ERROR_CODE_PEER_NOT_TRUSTED, ECONNREFUSED, ECONNABORTED},
    handshake_row{v1::ERROR_CODE_CREDENTIAL_MISSING, ECONNREFUSED, ENOENT},
    handshake_row{v1::ERROR_CODE_TIMED_OUT, ETIMEDOUT, ETIMEDOUT},
    handshake_row{v1::ERROR_CODE_CONNECTION_REFUSED, ECONNREFUSED, ECONNREFUSED},
};

TEST_CASE("a handshake that fails: each family's errno, from connect and from SO_ERROR") {
  for (const auto& row : handshakes) {
    CAPTURE(row.code);
    for (const bool datagrams : {false, true}) {
      fake_daemon daemon;
      daemon.plan_connect({connect_plan::outcome::fail, row.code});
      const int type = datagrams ? SOCK_DGRAM : SOCK_STREAM;
      const int protocol = datagrams ? IPPROTO_DTLS_1_2 : IPPROTO_TLS_1_2;
      auto zephyr = zephyr_secure(type, protocol);
      CHECK(errno_of_call(zephyr_connect(zephyr)) == row.zephyr);
      const program_fd nordic(nrf_socket(NRF_AF_INET, type, protocol));
      CHECK(errno_of_call(connect_somewhere(nordic)) == row.nordic);
      // In the background.
      auto later = zephyr_secure(type, protocol);
      const program_fd nordic_later(nrf_socket(NRF_AF_INET, type, protocol));
      REQUIRE(zsock_fcntl(later, F_SETFL, O_NONBLOCK) == 0);
      REQUIRE(nrf_fcntl(nordic_later, NRF_F_SETFL, NRF_O_NONBLOCK) == 0);
      CHECK(errno_of_call(zephyr_connect(later)) == EINPROGRESS);
      CHECK(errno_of_call(connect_somewhere(nordic_later)) == EINPROGRESS);
      CHECK((zephyr_poll(later, POLLOUT, 5000) & POLLERR) != 0);
      CHECK(zephyr_int(later, SOL_SOCKET, SO_ERROR) == row.zephyr);
      CHECK(pending_error(nordic_later) == row.nordic);
      CHECK(zephyr_int(later, SOL_SOCKET, SO_ERROR) == 0);
      // The same descriptor may try again.
      daemon.plan_connect({});
      REQUIRE(zsock_fcntl(later, F_SETFL, 0) == 0);
      CHECK(zephyr_connect(later) == 0);
      CHECK(zsock_send(later, "x", 1, 0) == 1);
      CHECK(zephyr_int(later, SOL_SOCKET, SO_PROTOCOL) == protocol);
    }
  }
}

TEST_CASE("a non-blocking handshake: POLLOUT when it is done") {
  fake_daemon daemon;
  daemon.plan_connect({connect_plan::outcome::hold, {}});
  auto fd = zephyr_tls();
  REQUIRE(zsock_fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  CHECK(errno_of_call(zephyr_connect(fd)) == EINPROGRESS);
  CHECK(errno_of_call(zephyr_connect(fd)) == EALREADY);
  CHECK(zephyr_poll(fd, POLLOUT) == 0);
  daemon.finish_connect(fd);
  CHECK(zephyr_poll(fd, POLLOUT, 5000) == POLLOUT);
  CHECK(zephyr_int(fd, SOL_SOCKET, SO_ERROR) == 0);
}

TEST_CASE("what a secure stream ends with") {
  fake_daemon daemon;
  auto fd = zephyr_tls();
  REQUIRE(zephyr_connect(fd) == 0);
  std::array<char, 8> buffer{};
  SUBCASE("close_notify is the end of the data") {
    daemon.peer_sends(fd, "last");
    daemon.peer_finishes(fd);
    CHECK(zsock_recv(fd, buffer.data(), buffer.size(), 0) == 4);
    CHECK(zsock_recv(fd, buffer.data(), buffer.size(), 0) == 0);
  }
  SUBCASE("a stream that is cut is an error, and stays one") {
    daemon.end(fd, v1::ERROR_CODE_SECURE_STREAM_BROKEN);
    CHECK((zephyr_poll(fd, POLLIN, 5000) & POLLERR) != 0);
    CHECK(zephyr_int(fd, SOL_SOCKET, SO_ERROR) == ECONNABORTED);
    for (int i = 0; i < 2; ++i) {
      CHECK(errno_of_call(zsock_recv(fd, buffer.data(), buffer.size(), 0)) == ECONNABORTED);
      CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) == ECONNABORTED);
    }
  }
}

TEST_CASE("zsock: a secure socket cannot peek; Nordic's can") {
  fake_daemon daemon;
  auto fd = zephyr_tls();
  REQUIRE(zephyr_connect(fd) == 0);
  daemon.peer_sends(fd, "abc");
  std::array<char, 8> buffer{};
  CHECK(errno_of_call(zsock_recv(fd, buffer.data(), 3, MSG_PEEK)) == ENOTSUP);
  iovec piece{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  CHECK(errno_of_call(zsock_recvmsg(fd, &message, MSG_PEEK)) == ENOTSUP);
  CHECK(zsock_recv(fd, buffer.data(), 3, MSG_WAITALL) == 3);
  const program_fd nordic(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_SPROTO_TLS1v2));
  REQUIRE(connect_somewhere(nordic) == 0);
  daemon.peer_sends(nordic, "abc");
  CHECK(nrf_recv(nordic, buffer.data(), 3, NRF_MSG_PEEK) == 3);
  CHECK(nrf_recv(nordic, buffer.data(), 3, 0) == 3);
}

TEST_CASE("a listener hands out secure connections, and says which handshake failed") {
  fake_daemon daemon;
  auto fd = zephyr_tls();
  REQUIRE(zsock_listen(fd, 4) == 0);
  v1::Endpoint peer;
  peer.set_address(std::string("\xC0\x00\x02\x07", 4));
  peer.set_port(4242);
  daemon.peer_connects_to(cookie(fd), peer, v1::ERROR_CODE_HANDSHAKE_FAILED);
  CHECK(errno_of_call(zsock_accept(fd, nullptr, nullptr)) == ECONNABORTED);
  daemon.peer_connects(fd, peer);
  const program_fd accepted(zsock_accept(fd, nullptr, nullptr));
  REQUIRE(accepted >= 0);
  CHECK(zephyr_int(accepted, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TLS_1_2);
  CHECK(zsock_send(accepted, "hi", 2, 0) == 2);
}

TEST_CASE("DTLS: a connect shakes hands, and the socket has one peer") {
  fake_daemon daemon;
  auto fd = zephyr_dtls();
  CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) == EDESTADDRREQ);
  REQUIRE(zephyr_connect(fd) == 0);
  CHECK(zsock_send(fd, "one", 3, 0) == 3);
  CHECK(daemon.received_datagram(fd).payload() == "one");
  const host_address same("192.0.2.1");
  const host_address other("192.0.2.2");
  CHECK(zsock_sendto(fd, "two", 3, 0, same.plain(), same.length()) == 3);
  const auto sent = daemon.received_datagram(fd);
  CHECK(sent.payload() == "two");
  CHECK_FALSE(sent.has_peer());
  CHECK(errno_of_call(zsock_sendto(fd, "x", 1, 0, other.plain(), other.length())) == EISCONN);
}

TEST_CASE("DTLS: sending to somebody without a connect is the connect") {
  fake_daemon daemon;
  auto fd = zephyr_dtls();
  const host_address peer("192.0.2.9");
  CHECK(zsock_sendto(fd, "x", 1, 0, peer.plain(), peer.length()) == 1);
  CHECK(daemon.requests(v1::Request::kConnect) == 1);
  CHECK(daemon.received_datagram(fd).payload() == "x");
  SUBCASE("whose handshake may fail") {
    daemon.plan_connect({connect_plan::outcome::fail, v1::ERROR_CODE_TIMED_OUT});
    auto second = zephyr_dtls();
    CHECK(errno_of_call(zsock_sendto(second, "x", 1, 0, peer.plain(), peer.length())) == ETIMEDOUT);
    daemon.plan_connect({});
    CHECK(zsock_sendto(second, "y", 1, 0, peer.plain(), peer.length()) == 1);
    CHECK(daemon.received_datagram(second).payload() == "y");
  }
  SUBCASE("and go on in the background") {
    daemon.plan_connect({connect_plan::outcome::hold, {}});
    auto second = zephyr_dtls();
    REQUIRE(zsock_fcntl(second, F_SETFL, O_NONBLOCK) == 0);
    CHECK(zsock_sendto(second, "y", 1, 0, peer.plain(), peer.length()) == 1);
    CHECK(daemon.received_datagram(second).payload() == "y");
  }
}

TEST_CASE("DTLS: a server without a peer has nobody to send to") {
  fake_daemon daemon;
  auto fd = zephyr_dtls();
  const int server = TLS_DTLS_ROLE_SERVER;
  REQUIRE(zsock_setsockopt(fd, SOL_TLS, TLS_DTLS_ROLE, &server, sizeof server) == 0);
  const host_address peer("192.0.2.9");
  CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) == ENOTCONN);
  CHECK(errno_of_call(zsock_sendto(fd, "x", 1, 0, peer.plain(), peer.length())) == ENOTCONN);
  CHECK(daemon.requests(v1::Request::kConnect) == 0);
}

TEST_CASE("DTLS: a server answers the client that it has now") {
  fake_daemon daemon;
  auto fd = zephyr_dtls();
  const int server = TLS_DTLS_ROLE_SERVER;
  REQUIRE(zsock_setsockopt(fd, SOL_TLS, TLS_DTLS_ROLE, &server, sizeof server) == 0);
  v1::Endpoint at;
  at.set_port(5684);
  for (const int last : {9, 10}) {
    at.set_address(std::string("\xC0\x00\x02", 3) + static_cast<char>(last));
    daemon.set_secure_peer(fd, at);
    const host_address peer(("192.0.2." + std::to_string(last)).c_str(), 5684);
    CHECK(zsock_sendto(fd, "x", 1, 0, peer.plain(), peer.length()) == 1);
  }
  const host_address other("192.0.2.66", 5684);
  CHECK(errno_of_call(zsock_sendto(fd, "x", 1, 0, other.plain(), other.length())) == EISCONN);
}

TEST_CASE("DTLS: nothing is sent on a saved connection") {
  fake_daemon daemon;
  auto fd = zephyr_dtls();
  REQUIRE(zephyr_connect(fd) == 0);
  REQUIRE(zsock_setsockopt(fd, SOL_TLS, TLS_DTLS_CONN_SAVE, nullptr, 0) == 0);
  CHECK(errno_of_call(zsock_send(fd, "x", 1, 0)) == EPROTO);
  REQUIRE(zsock_setsockopt(fd, SOL_TLS, TLS_DTLS_CONN_LOAD, nullptr, 0) == 0);
  CHECK(zsock_send(fd, "x", 1, 0) == 1);
}

}  // namespace
}  // namespace cellsock::testing
