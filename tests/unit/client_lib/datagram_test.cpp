// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

v1::Datagram datagram(const std::string& payload, std::uint32_t port = 7) {
  v1::Datagram made;
  made.set_version(1);
  made.mutable_peer()->set_address("\xC0\x00\x02\x01", 4);
  made.mutable_peer()->set_port(port);
  made.set_payload(payload);
  return made;
}

v1::DatagramRules modem_rules() {
  v1::DatagramRules rules;
  rules.set_payload_bytes_max(1024);
  rules.set_guarded_sequence("+++");
  rules.set_forbidden_with_guard("\"\r\n");
  rules.set_guarded_bytes_max(64);
  return rules;
}

TEST_CASE("R5: a connected datagram socket sends versioned packets and receives payloads") {
  fake_daemon daemon;
  auto fd = connected_datagram();
  CHECK(nrf_send(fd, "ping", 4, 0) == 4);
  const auto sent = daemon.received_datagram(fd);
  CHECK(sent.version() == 1);
  CHECK_FALSE(sent.has_peer());
  CHECK(sent.payload() == "ping");
  daemon.peer_sends_datagram(fd, datagram("pong"));
  char buffer[16];
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 4);
  CHECK(std::string(buffer, 4) == "pong");
}

TEST_CASE("sendto names the destination, recvfrom the source") {
  fake_daemon daemon;
  auto fd = datagram_socket();
  const auto to = somewhere(4242);
  CHECK(nrf_sendto(fd, "hi", 2, 0, plain(to), sizeof to) == 2);
  const auto sent = daemon.received_datagram(fd);
  CHECK(sent.peer().port() == 4242);
  CHECK(sent.peer().address() == std::string("\xC0\x00\x02\x01", 4));

  daemon.peer_sends_datagram(fd, datagram("answer", 99));
  char buffer[16];
  nrf_sockaddr_in from{};
  nrf_socklen_t length = sizeof from;
  CHECK(nrf_recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<nrf_sockaddr*>(&from),
                     &length) == 6);
  CHECK(length == sizeof from);
  CHECK(from.sin_family == NRF_AF_INET);
  CHECK(from.sin_port == nrf_htons(99));
  CHECK(from.sin_addr.s_addr == nrf_htonl(0xC0000201));
}

TEST_CASE("nobody is at port 0: EINVAL, nothing is sent") {
  fake_daemon daemon;
  auto fd = datagram_socket();
  const auto nowhere = somewhere(0);
  CHECK(nrf_sendto(fd, "lost", 4, 0, plain(nowhere), sizeof nowhere) == -1);
  CHECK(errno == EINVAL);
  const auto to = somewhere(4242);
  CHECK(nrf_sendto(fd, "hi", 2, 0, plain(to), sizeof to) == 2);
  CHECK(daemon.received_datagram(fd).payload() == "hi");
}

TEST_CASE("without a peer send is EDESTADDRREQ; connect to AF_UNSPEC dissolves") {
  fake_daemon daemon;
  auto fd = datagram_socket();
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_EDESTADDRREQ);
  REQUIRE(connect_somewhere(fd) == 0);
  CHECK(nrf_send(fd, "x", 1, 0) == 1);
  const nrf_sockaddr_in nowhere{NRF_AF_UNSPEC, 0, {0}};
  CHECK(nrf_connect(fd, plain(nowhere), sizeof nowhere) == 0);
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_EDESTADDRREQ);
}

TEST_CASE("what does not fit the buffer is discarded, peek leaves the datagram") {
  fake_daemon daemon;
  auto fd = connected_datagram();
  daemon.peer_sends_datagram(fd, datagram("long one"));
  daemon.peer_sends_datagram(fd, datagram("next"));
  char buffer[16];
  CHECK(nrf_recv(fd, buffer, 4, NRF_MSG_PEEK) == 4);
  CHECK(nrf_recv(fd, buffer, 4, 0) == 4);
  CHECK(std::string(buffer, 4) == "long");
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 4);
  CHECK(std::string(buffer, 4) == "next");
  CHECK(nrf_recv(fd, buffer, sizeof buffer, NRF_MSG_DONTWAIT) == -1);
  CHECK(errno == NRF_EAGAIN);
}

TEST_CASE("an empty datagram is received as 0, and is not an end") {
  fake_daemon daemon;
  auto fd = connected_datagram();
  daemon.peer_sends_datagram(fd, datagram(""));
  daemon.peer_sends_datagram(fd, datagram("x"));
  char buffer[4];
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 0);
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 1);
  CHECK(daemon.requests(v1::Request::kReason) == 0);
}

TEST_CASE("what the link cannot carry is EMSGSIZE at once") {
  fake_daemon daemon;
  daemon.plan_rules(modem_rules());
  auto fd = connected_datagram();
  const auto error_of = [&](const std::string& payload) {
    return nrf_send(fd, payload.data(), payload.size(), 0) == static_cast<ssize_t>(payload.size())
               ? 0
               : errno;
  };
  CHECK(error_of(std::string(1024, 'a')) == 0);
  CHECK(error_of(std::string(1025, 'a')) == NRF_EMSGSIZE);
  CHECK(error_of("a +++ b") == 0);
  CHECK(error_of("a +++ \"b\"") == NRF_EMSGSIZE);
  CHECK(error_of("a ++ \"b\"") == 0);
  CHECK(error_of("+++" + std::string(61, 'a')) == 0);
  CHECK(error_of("+++" + std::string(62, 'a')) == NRF_EMSGSIZE);
  CHECK(error_of("") == NRF_EMSGSIZE);
  CHECK(error_of(std::string(70000, 'a')) == NRF_EMSGSIZE);

  auto larger = modem_rules();
  larger.set_payload_bytes_max(1280);
  larger.set_empty_allowed(true);
  daemon.set_rules(fd, larger);  // the MTU became known
  CHECK(error_of(std::string(1280, 'a')) == 0);
  CHECK(error_of("") == 0);
}

TEST_CASE("R5: after a reset, what is queued is read first, then the reason") {
  fake_daemon daemon;
  auto fd = connected_datagram();
  REQUIRE(nrf_send(fd, "unread", 6, 0) == 6);
  daemon.peer_sends_datagram(fd, datagram("one"));
  daemon.peer_sends_datagram(fd, datagram("two"));
  daemon.end(fd, v1::ERROR_CODE_PDN_DOWN);
  char buffer[16];
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 3);
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == 3);
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == -1);
  CHECK(errno == NRF_ENETDOWN);
  CHECK(nrf_send(fd, "x", 1, 0) == -1);
  CHECK(errno == NRF_ENETDOWN);
}

TEST_CASE("a receive timeout is EAGAIN; close wakes a blocked receive") {
  fake_daemon daemon;
  auto fd = connected_datagram();
  char buffer[4];
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 20) == 0);
  CHECK(nrf_recv(fd, buffer, sizeof buffer, 0) == -1);
  CHECK(errno == NRF_EAGAIN);
  REQUIRE(set_timeout_ms(fd, NRF_SO_RCVTIMEO, 0) == 0);
  int error = 0;
  {
    const blocked_call reader([&, number = int(fd)] {
      char byte = 0;
      error = nrf_recv(number, &byte, 1, 0) == -1 ? errno : 0;
    });
    nrf_close(fd.release());
  }
  CHECK(error == EINTR);
}

}  // namespace
}  // namespace cellsock::testing
