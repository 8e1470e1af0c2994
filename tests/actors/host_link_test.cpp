// SPDX-License-Identifier: Apache-2.0
// The host link under a gateway: real kernel sockets on loopback, the actors' own time.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <future>

#include "actors/host/host_address.hpp"
#include "actors/host/host_bridge_actor.hpp"
#include "tests/support/dns_bytes.hpp"
#include "tests/support/gateway_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

/// A kernel socket of the test: the far end.
struct far {
  descriptor fd;
  explicit far(int type, int family = AF_INET) : fd(::socket(family, type | SOCK_NONBLOCK, 0)) {
    const auto here =
        host::to_kernel(*parse_endpoint(family == AF_INET ? "127.0.0.1:0" : "[::1]:0"));
    REQUIRE(::bind(fd.get(), here.get(), here.size) == 0);
  }
  explicit far(descriptor accepted) : fd(std::move(accepted)) {}
  [[nodiscard]] endpoint where() const {
    sockaddr_storage here{};
    socklen_t size = sizeof here;
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&here), &size) == 0);
    return *host::from_kernel(reinterpret_cast<sockaddr*>(&here), size);
  }
  void listen(int backlog = 16) { REQUIRE(::listen(fd.get(), backlog) == 0); }
  [[nodiscard]] far accept() const { return far(descriptor(::accept(fd.get(), nullptr, nullptr))); }
};

std::string take(int fd) {
  std::string bytes(100000, '\0');
  const auto n = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n < 0) return "(nothing)";
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

struct fixture : test::gateway_world {
  bridge_handle bridge;
  test::control_client client{descriptor(-1)};
  // Shared: a thread may still be in it when the test is over.
  std::shared_ptr<host::host_resolver::lookup> look_up =
      std::make_shared<host::host_resolver::lookup>([](const host::host_resolver::question& q) {
        return msg::lookup_ended{q.ticket, {*parse_address("192.0.2.7")}, failure{errc::none}};
      });

  explicit fixture(std::vector<std::string> interfaces = {}, std::uint16_t name_server_port = 53) {
    const auto make_bridge = [this, interfaces](caf::actor_system& inner, supervisor_handle up) {
      host::host_bridge_seed seed;
      seed.interfaces = interfaces;
      seed.supervisor = std::move(up);
      seed.look_up = [look = look_up](const host::host_resolver::question& q) {
        return (*look)(q);
      };
      bridge = bridge_handle(inner.spawn<host::host_bridge_actor>(std::move(seed), loop));
      return bridge;
    };
    start([this, make_bridge, name_server_port] {
      supervisor_seed seed{"modem0", "host:", make_bridge};
      seed.kind = link_kind::host;
      seed.name_server_port = name_server_port;
      return std::vector{seed};
    });
    client = connect();
  }
  ~fixture() {
    bridge = bridge_handle{};
    stop();
  }

  v1::Reply ask_of(v1::Request r) { return answer_to(client, std::move(r)); }
  made open(v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    return gateway_world::open(client, type);
  }
  static v1::Request connect_to(const made& socket, const endpoint& peer) {
    v1::Request r;
    r.mutable_connect()->set_cookie(socket.cookie);
    r.mutable_connect()->mutable_peer()->set_address(peer.address.bytes.data(), 4);
    r.mutable_connect()->mutable_peer()->set_port(peer.port);
    return r;
  }
  v1::ErrorCode dial(const made& socket, const endpoint& peer) {
    return ask_of(connect_to(socket, peer)).error().code();
  }
  v1::ErrorCode reason_of(const made& socket) {
    v1::Request r;
    r.mutable_reason()->set_cookie(socket.cookie);
    return ask_of(r).reason().reason().code();
  }
  void put(int fd, std::string_view bytes) {
    CHECK(::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
    settle();
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "host: a stream carries bytes both ways, and ends when the peer does") {
  far server(SOCK_STREAM);
  server.listen();
  const auto socket = open();
  CHECK(dial(socket, server.where()) == v1::ERROR_CODE_UNSPECIFIED);
  {
    const auto peer = server.accept();
    put(socket.fd.get(), "up");
    CHECK(take(peer.fd.get()) == "up");
    put(peer.fd.get(), "down");
    CHECK(take(socket.fd.get()) == "down");
  }
  settle();
  CHECK(take(socket.fd.get()).empty());
  CHECK(reason_of(socket) == v1::ERROR_CODE_UNSPECIFIED);
}

TEST_CASE_FIXTURE(fixture, "host: a program that reads nothing stops the pull; then all arrives") {
  far server(SOCK_STREAM);
  server.listen();
  const auto socket = open();
  REQUIRE(dial(socket, server.where()) == v1::ERROR_CODE_UNSPECIFIED);
  const auto peer = server.accept();
  const std::string much(65536, 'm');
  std::size_t sent = 0;
  for (int stalled = 0; stalled < 3;) {
    const auto n = ::send(peer.fd.get(), much.data(), much.size(), MSG_DONTWAIT);
    stalled = n > 0 ? 0 : stalled + 1;
    sent += n > 0 ? static_cast<std::size_t>(n) : 0;
    settle();
    REQUIRE(sent < (64u << 20));  // or there is no backpressure at all
  }
  std::size_t got = 0;
  for (int idle = 0; got < sent && idle < 3; settle()) {
    const auto piece = take(socket.fd.get());
    idle = piece == "(nothing)" ? idle + 1 : 0;
    if (idle == 0) got += piece.size();
  }
  CHECK(got == sent);
}

TEST_CASE_FIXTURE(fixture, "host: refused, reset, and a peer that never answers") {
  far nobody(SOCK_STREAM);  // bound, not listening
  CHECK(dial(open(), nobody.where()) == v1::ERROR_CODE_CONNECTION_REFUSED);

  far server(SOCK_STREAM);
  server.listen();
  const auto socket = open();
  REQUIRE(dial(socket, server.where()) == v1::ERROR_CODE_UNSPECIFIED);
  {
    const auto peer = server.accept();
    const linger at_once{1, 0};
    ::setsockopt(peer.fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  settle();
  CHECK(take(socket.fd.get()).empty());
  CHECK(reason_of(socket) == v1::ERROR_CODE_CONNECTION_RESET);

  far full(SOCK_STREAM);
  full.listen(0);
  const auto first = open();
  REQUIRE(dial(first, full.where()) == v1::ERROR_CODE_UNSPECIFIED);
  const auto late = open();
  client.send(connect_to(late, full.where()));
  settle();
  CHECK_FALSE(client.take());
  advance(9s);
  CHECK_FALSE(client.take());
  advance(2s);
  const auto reply = client.take();
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_TIMED_OUT);
}

TEST_CASE_FIXTURE(fixture, "host: one direction ends alone, behind its last byte") {
  far server(SOCK_STREAM);
  server.listen();
  const auto socket = open();
  REQUIRE(dial(socket, server.where()) == v1::ERROR_CODE_UNSPECIFIED);
  const auto peer = server.accept();
  v1::Request r;
  r.mutable_shutdown()->set_cookie(socket.cookie);
  r.mutable_shutdown()->set_how(v1::ShutdownRequest::HOW_WRITE);
  CHECK(ask_of(r).error().code() == v1::ERROR_CODE_UNSPECIFIED);
  put(socket.fd.get(), "last");
  ::shutdown(socket.fd.get(), SHUT_WR);
  settle();
  CHECK(take(peer.fd.get()) == "last");
  CHECK(take(peer.fd.get()).empty());
  put(peer.fd.get(), "one");
  put(peer.fd.get(), "two");
  CHECK(take(socket.fd.get()) == "onetwo");
  advance(300s);  // no limit but the program's own
  put(peer.fd.get(), "three");
  CHECK(take(socket.fd.get()) == "three");
}

TEST_CASE_FIXTURE(fixture, "host: what a killed program had written still leaves") {
  far server(SOCK_STREAM);
  server.listen();
  auto socket = open();
  REQUIRE(dial(socket, server.where()) == v1::ERROR_CODE_UNSPECIFIED);
  const auto peer = server.accept();
  const std::string last = "last words";
  CHECK(::send(socket.fd.get(), last.data(), last.size(), 0) == 10);
  socket.fd.reset();
  settle();
  CHECK(take(peer.fd.get()) == last);
  CHECK(take(peer.fd.get()).empty());
}

TEST_CASE_FIXTURE(fixture, "host: names come from threads, and a name nobody answers has an end") {
  auto watcher = connect();
  v1::Request watch;
  watch.mutable_watch()->set_events(true);
  REQUIRE(gateway_world::ask_of(watcher, watch));
  v1::Request r;
  r.mutable_resolve()->set_host("peer.test");
  client.send(r);
  std::optional<v1::Reply> reply;
  const auto open_ended = asio::make_work_guard(io);
  for (int i = 0; i < 3000 && !reply; ++i) {
    io.restart();
    io.run_one_for(10ms);
    settle();
    reply = client.take();
  }
  REQUIRE(reply);
  REQUIRE(reply->resolve().addresses_size() == 1);
  CHECK(reply->resolve().addresses(0) == std::string("\xc0\x00\x02\x07", 4));

  std::promise<void> opened;
  *look_up = [wait = opened.get_future().share()](const host::host_resolver::question& q) {
    wait.wait();
    return msg::lookup_ended{q.ticket, {}, fail(errc::name_not_found)};
  };
  r.mutable_resolve()->set_host("slow.test");  // the other's answer is remembered
  client.send(r);
  settle();
  advance(29s);
  CHECK_FALSE(client.take());
  advance(2s);
  reply = client.take();
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_NAME_TRY_AGAIN);
  opened.set_value();
  // There is no radio that could be told to rest.
  advance(60s);
  while (const auto heard = watcher.take()) CHECK_FALSE(heard->watch().event().starts_with("rai-"));
}

namespace {

/// pdn1 is the loopback interface, and a name server of the test's own listens there.
struct dns_end {
  far server{SOCK_DGRAM};
};
struct names_fixture : dns_end, fixture {
  names_fixture() : fixture({"", "lo"}, server.where().port) {
    v1::Request r;
    r.mutable_set_dns()->set_family(v1::FAMILY_INET);
    r.mutable_set_dns()->set_address("\x7f\0\0\1", 4);
    CHECK(ask_of(r).error().code() == v1::ERROR_CODE_UNSPECIFIED);
  }
};

}  // namespace

TEST_CASE_FIXTURE(names_fixture, "host: another interface's names are asked of the chosen server") {
  v1::Request r;
  r.mutable_resolve()->set_host("a.example");
  r.mutable_resolve()->set_family(v1::FAMILY_INET);
  r.mutable_resolve()->set_pdn(1);
  client.send(r);
  settle();
  CHECK_FALSE(client.take());
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  std::array<std::byte, 512> query{};
  auto* const to = reinterpret_cast<sockaddr*>(&from);
  const auto n = ::recvfrom(server.fd.get(), query.data(), query.size(), 0, to, &size);
  REQUIRE(n > 12);
  const auto id = std::to_integer<unsigned>(query[0]) << 8 | std::to_integer<unsigned>(query[1]);
  const auto said = test::dns_bytes()
                        .header(id, test::dns_ok, 1)
                        .question("a.example", test::dns_type::a)
                        .same_name()
                        .record(test::dns_type::a, 60, std::string_view("\xc0\x00\x02\x07", 4))
                        .take();
  REQUIRE(::sendto(server.fd.get(), said.data(), said.size(), 0, to, size) > 0);
  settle();
  const auto reply = client.take();
  REQUIRE(reply);
  REQUIRE(reply->resolve().addresses_size() == 1);
  CHECK(reply->resolve().addresses(0) == std::string("\xc0\x00\x02\x07", 4));
}

TEST_CASE_FIXTURE(names_fixture, "host: a network without an interface") {
  v1::Request r;
  r.mutable_resolve()->set_host("a.example");
  r.mutable_resolve()->set_pdn(2);
  CHECK(ask_of(r).error().code() == v1::ERROR_CODE_NO_DEVICE);
}
