// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/host_network.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace cellsock;
using namespace cellsock::emulator;

namespace {

constexpr int patience_ms = 5000;

/// Whether this computer has the IPv6 loopback address: a container may not.
bool ipv6_here() {
  const int probe = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool here =
      probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) ::close(probe);
  if (!here) MESSAGE("skipped: no ::1 on this computer");
  return here;
}

/// The same with the IPv6 loopback address.
struct local_socket6 {
  explicit local_socket6(int type) : descriptor(::socket(AF_INET6, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    where.address.family = ip_family::v6;
    where.address.bytes[15] = 1;
    where.port = ntohs(address.sin6_port);
  }
  ~local_socket6() { ::close(descriptor); }
  local_socket6(const local_socket6&) = delete;
  int descriptor;
  endpoint where;
};

/// A loopback socket of the test's own.
struct local_socket {
  explicit local_socket(int type) : descriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    where.address.bytes = {127, 0, 0, 1};
    where.port = ntohs(address.sin_port);
  }
  ~local_socket() { ::close(descriptor); }
  local_socket(const local_socket&) = delete;
  int descriptor;
  endpoint where;
};

/// Waits for the network to say something until `done` holds; false: it never did.
template <class Done>
bool eventually(host_network& network, Done done) {
  for (;;) {
    network.collect();
    if (done()) return true;
    pollfd waiting{network.event_descriptor(), POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) return false;
  }
}

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("a stream to a server of this computer: connect, both ways, orderly end") {
  host_network network;
  local_socket server(SOCK_STREAM);
  ::listen(server.descriptor, 1);
  const auto flow = network.connect(server.where, 0);
  REQUIRE(flow);
  REQUIRE(eventually(network, [&] { return network.look(*flow).stage == flow_stage::open; }));
  const int peer = ::accept(server.descriptor, nullptr, nullptr);
  REQUIRE(peer >= 0);
  REQUIRE(eventually(network, [&] {
    const auto sent = network.send(*flow, bytes("hello"));
    return sent && *sent == 5;
  }));
  std::array<char, 16> got{};
  CHECK(::read(peer, got.data(), got.size()) == 5);
  CHECK(::write(peer, "world", 5) == 5);
  std::array<std::byte, 16> into{};
  REQUIRE(eventually(network, [&] {
    const auto read = network.receive(*flow, into);
    return read && read->bytes == 5;
  }));
  ::close(peer);
  CHECK(eventually(network, [&] {
    const auto read = network.receive(*flow, into);
    return read && read->ended;
  }));
  network.close(*flow, false);
  CHECK(network.look(*flow).stage == flow_stage::failed);
}

TEST_CASE("nobody listens there") {
  host_network network;
  endpoint where;
  {
    local_socket gone(SOCK_STREAM);
    where = gone.where;
  }
  const auto flow = network.connect(where, 0);
  REQUIRE(flow);
  REQUIRE(eventually(network, [&] { return network.look(*flow).stage == flow_stage::failed; }));
  CHECK(network.look(*flow).why == errc::connection_refused);
}

TEST_CASE("an aborted flow is a reset for the peer, and a peer's reset is an error here") {
  host_network network;
  local_socket server(SOCK_STREAM);
  ::listen(server.descriptor, 2);
  for (const bool ours : {true, false}) {
    const auto flow = network.connect(server.where, 0);
    REQUIRE(flow);
    REQUIRE(eventually(network, [&] { return network.look(*flow).stage == flow_stage::open; }));
    const int peer = ::accept(server.descriptor, nullptr, nullptr);
    std::array<char, 16> got{};
    if (ours) {
      network.close(*flow, true);
      CHECK(::read(peer, got.data(), got.size()) < 0);
      ::close(peer);
      continue;
    }
    const linger at_once{1, 0};
    ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(peer);
    std::array<std::byte, 16> into{};
    CHECK(eventually(network, [&] { return !network.receive(*flow, into); }));
  }
}

TEST_CASE("a peer that does not read makes send take less, then nothing, then more again") {
  host_network network;
  local_socket server(SOCK_STREAM);
  ::listen(server.descriptor, 1);
  const auto flow = network.connect(server.where, 0);
  REQUIRE(flow);
  REQUIRE(eventually(network, [&] { return network.look(*flow).stage == flow_stage::open; }));
  const int peer = ::accept(server.descriptor, nullptr, nullptr);
  const std::string block(65536, 'x');
  std::size_t sent = 0;
  REQUIRE(eventually(network, [&] { return *network.send(*flow, bytes("x")) == 1; }));
  for (;;) {
    const auto taken = network.send(*flow, bytes(block));
    REQUIRE(taken);
    if (*taken == 0) break;
    sent += *taken;
    REQUIRE(sent < 100'000'000);
  }
  std::vector<char> sink(1 << 20);
  CHECK(eventually(network, [&] {
    while (::recv(peer, sink.data(), sink.size(), MSG_DONTWAIT) > 0) {
    }
    return *network.send(*flow, bytes("y")) == 1;
  }));
  ::close(peer);
}

TEST_CASE("datagrams") {
  host_network network;
  local_socket server(SOCK_DGRAM);
  const auto flow = network.open_datagram(ip_family::v4, 0);
  REQUIRE(flow);
  CHECK(network.send_to(*flow, server.where, bytes("ping")));
  std::array<char, 16> got{};
  sockaddr_in from{};
  socklen_t length = sizeof from;
  REQUIRE(::recvfrom(server.descriptor, got.data(), got.size(), 0,
                     reinterpret_cast<sockaddr*>(&from), &length) == 4);
  ::sendto(server.descriptor, "pong", 4, 0, reinterpret_cast<sockaddr*>(&from), length);
  std::optional<arrived_datagram> answer;
  REQUIRE(eventually(network, [&] {
    answer = network.receive_from(*flow);
    return answer.has_value();
  }));
  CHECK(answer->peer == server.where);
  CHECK(answer->payload.size() == 4);
}

TEST_CASE("a listener takes connections of this computer") {
  host_network network;
  endpoint where;
  {
    local_socket free_port(SOCK_STREAM);
    where = free_port.where;
  }
  const auto listener = network.listen(ip_family::v4, where.port);
  REQUIRE(listener);
  CHECK_FALSE(network.listen(ip_family::v4, where.port));
  local_socket client(SOCK_STREAM);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(where.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::optional<arrived_connection> arrived;
  REQUIRE(eventually(network, [&] {
    arrived = network.accept(*listener);
    return arrived.has_value();
  }));
  CHECK(arrived->peer == client.where);
  CHECK(network.look(arrived->flow).stage == flow_stage::open);
}

TEST_CASE("each context may have an address of its own") {
  host_network network;
  const auto other = parse_address("127.0.1.1");
  REQUIRE(other);
  network.set_source(1, *other);
  local_socket server(SOCK_DGRAM);
  for (const int cid : {0, 1}) {
    const auto flow = network.open_datagram(ip_family::v4, {0, cid});
    REQUIRE(flow);
    REQUIRE(network.send_to(*flow, server.where, bytes("x")));
    sockaddr_in from{};
    socklen_t length = sizeof from;
    char got = 0;
    REQUIRE(::recvfrom(server.descriptor, &got, 1, 0, reinterpret_cast<sockaddr*>(&from),
                       &length) == 1);
    CHECK(ntohl(from.sin_addr.s_addr) == (cid == 1 ? 0x7F000101U : 0x7F000001U));
  }
}

TEST_CASE("IPv6: a stream, and a listener on ::1") {
  if (!ipv6_here()) return;
  host_network network;
  local_socket6 server(SOCK_STREAM);
  ::listen(server.descriptor, 1);
  const auto flow = network.connect(server.where, 0);
  REQUIRE(flow);
  REQUIRE(eventually(network, [&] { return network.look(*flow).stage == flow_stage::open; }));
  const int peer = ::accept(server.descriptor, nullptr, nullptr);
  REQUIRE(eventually(network, [&] { return *network.send(*flow, bytes("hello")) == 5; }));
  std::array<char, 16> got{};
  CHECK(::read(peer, got.data(), got.size()) == 5);
  ::close(peer);

  endpoint where;
  {
    local_socket6 free_port(SOCK_STREAM);
    where = free_port.where;
  }
  const auto listener = network.listen(ip_family::v6, where.port);
  REQUIRE(listener);
  const auto out = network.connect(where, 0);
  REQUIRE(out);
  std::optional<arrived_connection> arrived;
  REQUIRE(eventually(network, [&] {
    arrived = network.accept(*listener);
    return arrived.has_value();
  }));
  CHECK(to_string(arrived->peer.address) == "::1");
}

TEST_CASE("bound datagram ports: any sender, one holder, families apart") {
  if (!ipv6_here()) return;
  host_network network;
  std::uint16_t port = 0;
  {
    local_socket6 free_port(SOCK_DGRAM);
    port = free_port.where.port;
  }
  const auto six = network.open_datagram(ip_family::v6, port);
  REQUIRE(six);
  const auto four = network.open_datagram(ip_family::v4, port);
  REQUIRE(four);
  const auto again = network.open_datagram(ip_family::v6, port);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == errc::address_in_use);
  endpoint bound;
  bound.address.family = ip_family::v6;
  bound.address.bytes[15] = 1;
  bound.port = port;
  for (int i = 0; i < 2; ++i) {
    local_socket6 sender(SOCK_DGRAM);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_addr = in6addr_loopback;
    to.sin6_port = htons(port);
    CHECK(::sendto(sender.descriptor, "hi", 2, 0, reinterpret_cast<sockaddr*>(&to), sizeof to) ==
          2);
    std::optional<arrived_datagram> came;
    REQUIRE(eventually(network, [&] {
      came = network.receive_from(*six);
      return came.has_value();
    }));
    CHECK(came->peer == sender.where);
    CHECK(came->payload.size() == 2);
    CHECK(network.send_to(*six, came->peer, bytes("yes")));
    std::array<char, 16> got{};
    CHECK(::read(sender.descriptor, got.data(), got.size()) == 3);
  }
  CHECK_FALSE(network.receive_from(*four));
  // An IPv4 address mapped into IPv6 is not reached.
  const auto mapped = parse_address("::ffff:127.0.0.1");
  REQUIRE(mapped);
  CHECK_FALSE(network.send_to(*six, {*mapped, port}, bytes("no")));
}
